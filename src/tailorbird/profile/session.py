"""The visit that is going on: worked out from the last touches, never kept as a counter."""

from bisect import bisect_left

import msgspec

from tailorbird.profile.orders import Orders
from tailorbird.profile.profile import Profile
from tailorbird.profile.touches import Search, Touch, TouchKind
from tailorbird.spine.clock import DAY_MS, MINUTE_MS
from tailorbird.spine.ids import ItemId

PAUSE_MS = 30 * MINUTE_MS
"""A pause longer than this ends a visit, as in the field's analytics tools."""

LONGEST_MS = DAY_MS
"""Nobody shops longer without a pause; what acts for longer is a program."""


class Session(msgspec.Struct, frozen=True):
    """One visit: its acts on items (buying included) and searches, oldest first.

    `started_ms` is its first known act; a visit on which nothing was touched starts when the
    person was last seen.
    """

    started_ms: int
    last_ms: int
    touches: tuple[Touch, ...] = ()
    searches: tuple[Search, ...] = ()


def session(profile: Profile, now_ms: int) -> Session | None:
    """Return the visit that is going on; None when the person has been away for a pause.

    Acts a little in the future, as a clock error leaves them, belong to it. A visit is at most a
    day long, and of more than 64 touches the last 64 are known.
    """
    last_ms = profile.presence.last_ms
    if last_ms is None or now_ms - last_ms > PAUSE_MS:
        return None
    touches = _touches(profile, last_ms - LONGEST_MS)
    searches = profile.searches
    moments = [touch.at_ms for touch in touches] + [made.at_ms for made in searches]
    started_ms = last_ms
    for at_ms in sorted(moments, reverse=True):
        if started_ms - at_ms > PAUSE_MS or last_ms - at_ms > LONGEST_MS:
            break
        started_ms = at_ms
    first_touch = bisect_left(touches, started_ms, key=_at)
    first_search = bisect_left(searches, started_ms, key=_at)
    return Session(started_ms, last_ms, touches[first_touch:], searches[first_search:])


def session_items(profile: Profile, now_ms: int) -> tuple[ItemId, ...]:
    """Return the items of the visit that is going on, oldest first, each where it was last."""
    current = session(profile, now_ms)
    if current is None:
        return ()
    return tuple(reversed(dict.fromkeys(touch.item for touch in reversed(current.touches))))


def last_items(profile: Profile, limit: int = 10) -> tuple[Touch, ...]:
    """Return the newest act on each item dealt with last, in whatever visit, newest first."""
    seen: dict[ItemId, Touch] = {}
    for touch in reversed(_touches(profile, since_ms=0)):
        seen.setdefault(touch.item, touch)
    return tuple(seen.values())[:limit]


def _touches(profile: Profile, since_ms: int) -> tuple[Touch, ...]:
    """Return all touches since a moment, buying included, oldest first."""
    first = bisect_left(profile.touches, since_ms, key=_at)
    bought = _purchases(profile.orders, since_ms)
    if not bought:
        return profile.touches[first:]
    return tuple(sorted((*profile.touches[first:], *bought)))


def _purchases(orders: Orders, since_ms: int) -> list[Touch]:
    """Return what was bought since a moment, as touches."""
    return [
        Touch(order.sale.at_ms, TouchKind.BUY, line.item)
        for order in orders.kept.values()
        if order.sale is not None and order.cancelled_ms is None and order.sale.at_ms >= since_ms
        for line in order.sale.lines
    ]


def _at(act: Touch | Search) -> int:
    return act.at_ms
