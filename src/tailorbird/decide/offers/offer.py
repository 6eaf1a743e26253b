"""An offer, as a file says it: what it gives, to whom, how deep, and what it may cost in all."""

from enum import StrEnum
from typing import Any

import msgspec


class OfferKind(StrEnum):
    """What an offer gives."""

    PERCENT = "percent"
    AMOUNT = "amount"
    SHIPPING = "shipping"
    CONTENT = "content"


class Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What an offer may cost, in major units of its currency; days are UTC. None: no limit."""

    total: float | None = None
    per_day: float | None = None


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often one person may be given an offer, within how long."""

    times: int = 1
    within: str = "30d"


class Codes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which codes are handed out.

    Attributes:
        shared: one code for everybody.
        pool: codes that the shop knows, each for one person.
        prefix: how codes begin that are made here, each for one person, when there are no others.
    """

    shared: str | None = None
    pool: tuple[str, ...] = ()
    prefix: str = ""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The deepest that is offered from some uplift on.

    Attributes:
        depth: in percent or, for amounts, in major units.
        deciles: for the so many highest tenths by uplift.
        uplift: for an expected change of at least so much (0.02 is two points).
    """

    depth: float
    deciles: int | None = None
    uplift: float | None = None


class ByUplift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the depth follows from the effect that an offer is expected to have on a person.

    Attributes:
        treatment: the name of the trial whose model is asked; the offer's own name if left out.
        steps: how deep for whom; without steps, what the trial has shown to pay.
    """

    treatment: str | None = None
    steps: tuple[Step, ...] = ()


class Instead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is shown where a discount is not given: proof by others, advice, any content."""

    id: str
    reason: str = "Other shoppers chose this too"
    data: dict[str, Any] = {}


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An attribute that an offer may read although it is barred, and why; the answer says so."""

    attribute: str
    reason: str


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """One offer.

    Attributes:
        name: unique among offers.
        placement: where it is given.
        kind: what it gives; `content` costs nothing and has no depth.
        depths: what can be given: percents, or amounts in major units (the worth of the shipping).
        currency: of amounts and budget.
        floor: nothing shallower is given.
        ceiling: nothing deeper is given.
        margin_floor: what must be left of what the buyer pays after the cost of the goods, as a
            share of it; a depth that leaves less is not given.
        assumed_margin: margin of items whose cost the catalog does not know, as a share of the
            price; without it, a cart with such an item gets no discount.
        min_cart: what the cart must come to, in major units.
        most: the most that a percentage takes off, in major units; held for each person until it
            is known what was given.
        budget: what it may cost in all and by day.
        cap: how often one person may be given it.
        codes: which codes are handed out.
        expires_after: how long a code is good.
        since, until: when it is given, as ISO 8601 dates or times.
        when: who may have it; CEL over person, session, cart and context.
        by_uplift: how its depth follows from uplift; None gives everybody `depth_without_model`.
        depth_without_model: what everybody gets while there is no model, or none is asked; None:
            nothing but `instead`.
        instead: what those see who are not given a discount.
        allows: barred attributes that it may read, each with a reason.
        holdout: share of people who are never given it, so that its effect can be measured.
        explore: share of people whose depth is drawn by lot among those that their cart allows,
            so that it can be told which depth is worth its cost.
        priority: of several offers of a placement the highest is tried first.
        enabled: whether it is given at all.
    """

    name: str
    placement: str = "cart_offer"
    kind: OfferKind = OfferKind.PERCENT
    depths: tuple[float, ...] = ()
    currency: str = "EUR"
    floor: float = 0.0
    ceiling: float | None = None
    margin_floor: float = 0.0
    assumed_margin: float | None = None
    min_cart: float = 0.0
    most: float | None = None
    budget: Budget = Budget()
    cap: Cap = Cap()
    codes: Codes = Codes()
    expires_after: str = "48h"
    since: str | None = None
    until: str | None = None
    when: str = "true"
    by_uplift: ByUplift | None = None
    depth_without_model: float | None = None
    instead: Instead | None = None
    allows: tuple[Allowed, ...] = ()
    holdout: float = 0.0
    explore: float = 0.0
    priority: int = 0
    enabled: bool = True

    @property
    def usable_depths(self) -> tuple[float, ...]:
        """The depths between floor and ceiling, deepest first."""
        top = float("inf") if self.ceiling is None else self.ceiling
        return tuple(sorted({one for one in self.depths if self.floor <= one <= top}, reverse=True))
