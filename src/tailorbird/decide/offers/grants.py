"""A grant: an offer that was given to somebody, what is held for it, and what became of it."""

from enum import StrEnum

import msgspec

from tailorbird.spine.clock import DAY_MS, HOUR_MS
from tailorbird.spine.ids import IdentifierKey

GRACE_MS = HOUR_MS
"""How long after a code has expired an order made in time may still come in."""


class GrantState(StrEnum):
    """What became of a grant."""

    OPEN = "open"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Limits(msgspec.Struct, frozen=True):
    """What a grant must keep to; money in minor units, None without a limit.

    Attributes:
        total_minor: what all grants of the offer may hold together.
        day_minor: what those of one day (UTC) may.
        times: how often one person may be given the offer …
        within_ms: … within how long.
    """

    total_minor: int | None = None
    day_minor: int | None = None
    times: int = 1
    within_ms: int = 30 * DAY_MS


class Wanted(msgspec.Struct, frozen=True):
    """A grant that is asked for.

    Attributes:
        offer: its name.
        key: whom it is for, by the identifier that asked.
        theirs: every identifier of that person; caps count over all of them.
        depth: in percent or major units.
        hold_minor: what to hold of the budget until it is known what was given.
        most_minor: the most that the shop may take off; None without a limit.
        code: the code to give, unless the pool has one.
        pool: codes of which an unused one is to be taken; empty for none.
        at_ms, expires_ms: from when to when the code is good.
        reason: as the person was told.
    """

    offer: str
    key: IdentifierKey
    theirs: tuple[IdentifierKey, ...]
    depth: float
    hold_minor: int
    most_minor: int | None
    code: str
    pool: tuple[str, ...]
    at_ms: int
    expires_ms: int
    reason: str


class Grant(msgspec.Struct, frozen=True):
    """An offer that was given; `held_minor` is what it takes of the budget now.

    `state` is one of `GrantState`.
    """

    id: int
    offer: str
    key: IdentifierKey | None
    depth: float
    held_minor: int
    most_minor: int | None
    code: str | None
    at_ms: int
    expires_ms: int
    state: str
    order_id: str | None
    reason: str


class Refused(msgspec.Struct, frozen=True):
    """A grant that would break a limit; which, as half a sentence."""

    why: str


class Redemption(msgspec.Struct, frozen=True):
    """An order with a code, or its cancellation.

    Attributes:
        order_id: which order.
        code: the code on it; None for a cancellation.
        theirs: identifiers of who ordered.
        discount_minor: what was taken off; 0 where the order does not say it.
        at_ms: when.
    """

    order_id: str
    code: str | None
    theirs: tuple[IdentifierKey, ...]
    discount_minor: int
    at_ms: int


class Spending(msgspec.Struct, frozen=True, rename="camel"):
    """What an offer has cost and still holds, in minor units.

    Attributes:
        offer: its name.
        held: of the budget: what was given and what is still open.
        given: what orders took off.
        grants, open, redeemed: how many.
        strays: orders with a code beyond what was granted: shared, used twice, or too late.
    """

    offer: str
    held: int = 0
    given: int = 0
    grants: int = 0
    open: int = 0
    redeemed: int = 0
    strays: int = 0


def day_of(at_ms: int) -> int:
    """Return the day (UTC) that a moment is in, counted from 1970."""
    return at_ms // DAY_MS
