"""What goes over the wire where no type of a room says it: described for /openapi.json."""

from typing import Annotated, Any

import msgspec

from tailorbird.collect.mending import SentAgain
from tailorbird.collect.refusals import DeadLetter
from tailorbird.collect.wire import Scalar, WireEvent
from tailorbird.consent.purposes import Purpose
from tailorbird.decide.wire import (
    ConsideredAction,
    RejectedCandidate,
    ShownAction,
    ShownArm,
    ShownContent,
)
from tailorbird.links.telling import LinkShown
from tailorbird.profile.customer import AffinityView, Customer, Prediction
from tailorbird.profile.intent import Intent


class EventBatch(msgspec.Struct, rename="camel"):
    """Events of one request; `sentAt` and `context` hold for all that have none of their own."""

    batch: list[WireEvent]
    sent_at: Scalar = None
    context: dict[str, Any] | None = None
    write_key: str | None = None


class Done(msgspec.Struct):
    """It is done."""

    success: bool


class DecidedItem(msgspec.Struct, rename="camel"):
    """One item of an answer and why it is there; scores and sources only with `explain`."""

    id: str
    position: int
    exposure_id: str
    reason: str
    explore: bool
    score: float | msgspec.UnsetType = msgspec.UNSET
    source: str | msgspec.UnsetType = msgspec.UNSET
    sources: dict[str, float] | msgspec.UnsetType = msgspec.UNSET
    facet: str | msgspec.UnsetType | None = msgspec.UNSET


class Decided(msgspec.Struct, rename="camel"):
    """The answer for one placement; what it shows is in one of `items`, `content` and `offer`.

    `arm` is what a bandit chose for the whole of it; `actions` is what is best done.
    """

    placement: str
    level: str
    policy: str
    model: str
    experiments: list[dict[str, str]]
    items: list[DecidedItem] | msgspec.UnsetType = msgspec.UNSET
    content: ShownContent | msgspec.UnsetType | None = msgspec.UNSET
    offer: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    arm: ShownArm | msgspec.UnsetType = msgspec.UNSET
    actions: list[ShownAction] | msgspec.UnsetType = msgspec.UNSET
    considered: list[ConsideredAction] | msgspec.UnsetType = msgspec.UNSET
    rejected: list[RejectedCandidate] | msgspec.UnsetType = msgspec.UNSET
    notice: str | msgspec.UnsetType = msgspec.UNSET


class Decisions(msgspec.Struct, rename="camel"):
    """The answer to a request, placement by placement in the order asked."""

    decision_id: str
    decisions: list[Decided]
    took_ms: float


class ItemShown(msgspec.Struct, rename="camel"):
    """An item as it is kept; money in major units of `currency`."""

    id: str
    title: str
    description: str
    url: str | None
    image: str | None
    currency: str | None
    stock: int | None
    available: bool
    price: float | None
    sale_price: float | None
    cost: float | None
    margin: float | None
    restocked_at: str | None
    published_at: str | None
    category: list[str]
    brand: str | None
    tags: list[str]
    attributes: dict[str, Any]
    group_id: str | None
    markets: list[str]
    vendor: str | None
    in_stock: bool


class PersonShown(msgspec.Struct, rename="camel"):
    """One person in three layers: who, what for now, what they like; and the rest."""

    person_id: str
    identity: dict[str, Any]
    intent: Intent
    affinity: AffinityView
    customer: Customer
    prediction: Prediction | None = None
    segments: tuple[str, ...] = ()
    lent: tuple[LinkShown, ...] = ()


class EventsShown(msgspec.Struct):
    """A person's events, newest first, and how many there are in all."""

    events: list[dict[str, Any]]
    total: int


class IdentitiesShown(msgspec.Struct, rename="camel"):
    """A person's identifiers, and every join that was made or refused, with its evidence."""

    person_id: str
    identifiers: list[str]
    joins: list[dict[str, Any]]
    refused: list[dict[str, Any]]


class DecisionShown(msgspec.Struct, rename="camel"):
    """One answer that was given: when, to whom, on which page, and what it showed."""

    decision_id: str
    at: str
    person_id: str | None
    user_id: str | None
    anonymous_id: str | None
    page: str | None
    took_ms: float
    decisions: list[Decided]


class DecisionsShown(msgspec.Struct):
    """What was decided for a person, newest first."""

    decisions: list[DecisionShown]


class MessagesShown(msgspec.Struct):
    """What was sent to a person."""

    messages: list[dict[str, Any]]


class Parted(msgspec.Struct, rename="camel"):
    """The person that was split, and who the browser is now."""

    person_id: str
    parted: str | None


class ConsentShown(msgspec.Struct):
    """What holds for every purpose now, and how it came about."""

    purposes: dict[Purpose, bool]
    history: list[dict[str, Any]]


class LettersShown(msgspec.Struct, rename="camel"):
    """Refused events, oldest first, and how many there are in all."""

    dead_letters: list[DeadLetter]
    total: int


class LetterToSend(msgspec.Struct):
    """One refused event to be sent again: as it is, or as it was mended."""

    id: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    event: WireEvent | None = None


class Replay(msgspec.Struct):
    """Which refused events to send again."""

    letters: list[LetterToSend]


class ReplayShown(msgspec.Struct):
    """What became of each event that was sent again."""

    results: list[SentAgain]


class QualityShown(msgspec.Struct, rename="camel"):
    """What came in: counts by day, source and kind."""

    days: dict[str, dict[str, dict[str, int]]]
    unknown_products: int
    dead_letters: int
    folded: int
    logged: int


class Health(msgspec.Struct):
    """The process answers."""

    status: str


class Readiness(msgspec.Struct):
    """Whether events are stored and folded, and what is wrong if not."""

    status: str
    faults: list[str]
