"""The request and the answer of a decision, as they go over the wire."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from tailorbird.decide.offers.lots import Lot
from tailorbird.links.lending import LentBy
from tailorbird.spine.errors import BadRequest

MOST_PLACEMENTS = 20
MOST_ITEMS = 100
MOST_CANDIDATES = 1_000

_Id = str | int


class CartLine(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An item in the cart."""

    item: _Id
    quantity: float = 1


class PageContext(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The page on which the answer will be shown."""

    path: str | None = None
    type: str | None = None


class RequestContext(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The circumstances of a request; everything may be left out."""

    page: PageContext = PageContext()
    item: _Id | None = None
    cart: tuple[CartLine, ...] = ()
    category: str | list[str] | None = None
    query: str | None = None
    channel: str | None = None
    campaign: dict[str, Any] | None = None
    currency: str | None = None
    country: str | None = None
    market: str | None = None
    timezone: str | None = None
    locale: str | None = None
    session_id: str | None = None
    account: str | None = None
    consent: dict[str, Any] | None = None


NOWHERE = RequestContext()


class Slot(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One placement that is asked for."""

    name: str
    limit: int | None = None
    candidates: tuple[_Id, ...] = ()


class DecideRequest(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a page asks: who is there, where, and what to fill."""

    placements: tuple[Slot, ...]
    anonymous_id: _Id | None = None
    user_id: _Id | None = None
    user_token: str | None = None
    context: RequestContext = NOWHERE
    deadline_ms: float | None = None
    explain: bool = False
    dry_run: bool = False


class RankRequest(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A list that the shop brings, to be put in order for this visitor."""

    candidates: tuple[_Id, ...]
    placement: str = "search_recs"
    query: str | None = None
    anonymous_id: _Id | None = None
    user_id: _Id | None = None
    user_token: str | None = None
    context: RequestContext = NOWHERE
    deadline_ms: float | None = None
    explain: bool = False
    dry_run: bool = False


class ShownItem(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One item of an answer and why it is there.

    `action_probability` is the chance with which it was drawn, where luck had a part.
    """

    id: str
    position: int
    exposure_id: str
    reason: str
    explore: bool = False
    action_probability: float | msgspec.UnsetType = msgspec.UNSET


class ExplainedItem(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One item of an answer with its score and what it rests on."""

    id: str
    position: int
    exposure_id: str
    reason: str
    explore: bool
    score: float
    source: str
    sources: dict[str, float]
    facet: str | None
    action_probability: float | msgspec.UnsetType = msgspec.UNSET
    lent: LentBy | msgspec.UnsetType = msgspec.UNSET


class RejectedCandidate(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A candidate that was not shown, and why."""

    id: str
    reason: str


class ShownContent(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A piece of content and why it was chosen.

    Where a bandit chose it, `action_probability` is the chance that it had, and `features` is what
    a contextual one knew.
    """

    id: str
    exposure_id: str
    reason: str
    data: dict[str, Any]
    action_probability: float | msgspec.UnsetType = msgspec.UNSET
    features: tuple[float, ...] | msgspec.UnsetType = msgspec.UNSET


class ShownOffer(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An offer and why it is made.

    `value` is in percent, or in major units of `currency`; None for content. `most` is the most
    that a percentage may take off, in the offer's currency: what was held of the budget for it.
    """

    id: str
    kind: str
    value: float | None
    code: str | None
    expires_at: str | None
    exposure_id: str
    reason: str
    currency: str | msgspec.UnsetType = msgspec.UNSET
    most: float | msgspec.UnsetType = msgspec.UNSET
    data: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class ShownArm(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a bandit chose for a whole placement: a policy of its list, or an offer and its depth.

    `features` is what a contextual one knew.
    """

    id: str
    exposure_id: str
    action_probability: float
    features: tuple[float, ...] | msgspec.UnsetType = msgspec.UNSET


class ShownAction(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An action that is taken, and why; `nothing` where leaving somebody alone is worth most.

    What it shows is in one of `items`, `content` and `offer`; a message names its `channel`, its
    `template` and when to send it. What it is expected to earn, `why` and `features` are told to
    the shop only.
    """

    id: str
    kind: str
    exposure_id: str
    reason: str
    action_probability: float
    explore: bool = False
    placement: str | msgspec.UnsetType = msgspec.UNSET
    items: tuple[Any, ...] | msgspec.UnsetType = msgspec.UNSET
    content: ShownContent | msgspec.UnsetType | None = msgspec.UNSET
    offer: ShownOffer | msgspec.UnsetType | None = msgspec.UNSET
    channel: str | msgspec.UnsetType = msgspec.UNSET
    template: str | msgspec.UnsetType = msgspec.UNSET
    send_at: str | msgspec.UnsetType = msgspec.UNSET
    data: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    gain: float | msgspec.UnsetType = msgspec.UNSET
    expected_value: float | msgspec.UnsetType = msgspec.UNSET
    currency: str | msgspec.UnsetType = msgspec.UNSET
    why: str | msgspec.UnsetType = msgspec.UNSET
    features: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class ConsideredAction(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An action that was looked at: what it is worth and its chance, or why it is out."""

    id: str
    why: str
    gain: float | None = None
    expected_value: float | None = None
    currency: str | None = None
    action_probability: float = 0.0


class CheckoutFacts(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """What a checkout can be filled with; contact data and balance for the identified only."""

    currency: str | None = None
    prefill: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    loyalty_balance: float | msgspec.UnsetType = msgspec.UNSET


class SlotDecision(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The answer for one placement.

    `runners_up` are the items that would have come next, `lots` what chance decided on offers;
    they are written down, not answered.
    """

    placement: str
    level: str
    policy: str
    model: str
    experiments: tuple[dict[str, str], ...] = ()
    items: tuple[ShownItem | ExplainedItem, ...] | msgspec.UnsetType = msgspec.UNSET
    content: ShownContent | msgspec.UnsetType | None = msgspec.UNSET
    offer: ShownOffer | msgspec.UnsetType | None = msgspec.UNSET
    checkout: CheckoutFacts | msgspec.UnsetType = msgspec.UNSET
    rejected: tuple[RejectedCandidate, ...] | msgspec.UnsetType = msgspec.UNSET
    notice: str | msgspec.UnsetType = msgspec.UNSET
    runners_up: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    lots: tuple[Lot, ...] | msgspec.UnsetType = msgspec.UNSET
    arm: ShownArm | msgspec.UnsetType = msgspec.UNSET
    actions: tuple[ShownAction, ...] | msgspec.UnsetType = msgspec.UNSET
    considered: tuple[ConsideredAction, ...] | msgspec.UnsetType = msgspec.UNSET
    ranker: str | msgspec.UnsetType = msgspec.UNSET


class AccountInForce(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The account in whose name the person is here, with its tier and its prices."""

    id: str
    tier: str | None
    price_list: str | None


class DecideAnswer(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The answer to a request."""

    decision_id: str
    decisions: tuple[SlotDecision, ...]
    took_ms: float
    account: AccountInForce | msgspec.UnsetType = msgspec.UNSET


def answered(decision: SlotDecision) -> SlotDecision:
    """Return a decision as it is told to whoever asked."""
    if decision.runners_up is msgspec.UNSET:
        return decision
    return msgspec.structs.replace(decision, runners_up=msgspec.UNSET)


class BadDecideRequest(BadRequest):
    """The request for a decision is not understood."""

    remedy = 'Send {"anonymousId": …, "placements": [{"name": …}]}; see /openapi.json.'


R = TypeVar("R")

_decode_decide = msgspec.json.Decoder(DecideRequest).decode
_decode_rank = msgspec.json.Decoder(RankRequest).decode


def understood(decode: Callable[[bytes], R], body: bytes) -> R:
    """Return a request as its type has it.

    Raises:
        BadDecideRequest: it is none, naming the field.
    """
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise BadDecideRequest(str(cause)) from cause


def decode_request(body: bytes) -> DecideRequest:
    """Return a request that is within bounds.

    Raises:
        BadDecideRequest: naming the field.
    """
    request = understood(_decode_decide, body)
    if not request.placements:
        raise BadDecideRequest("`placements` is empty: name at least one")
    if len(request.placements) > MOST_PLACEMENTS:
        raise BadDecideRequest(f"`placements` has more than {MOST_PLACEMENTS} entries")
    for index, slot in enumerate(request.placements):
        if slot.limit is not None and not 1 <= slot.limit <= MOST_ITEMS:
            raise BadDecideRequest(f"`placements[{index}].limit` must be 1 to {MOST_ITEMS}")
        if len(slot.candidates) > MOST_CANDIDATES:
            raise BadDecideRequest(
                f"`placements[{index}].candidates` has more than {MOST_CANDIDATES} entries"
            )
    return request


def decode_rank(body: bytes) -> RankRequest:
    """Return a request to rank that is within bounds.

    Raises:
        BadDecideRequest: naming the field.
    """
    request = understood(_decode_rank, body)
    if len(request.candidates) > MOST_CANDIDATES:
        raise BadDecideRequest(f"`candidates` has more than {MOST_CANDIDATES} entries")
    return request
