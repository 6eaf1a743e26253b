"""The visit that is going on: worked out from the last touches, never kept as a counter."""

from bisect import bisect_left

import msgspec

from tailorbird.profile.orders import placed
from tailorbird.profile.profile import Profile
from tailorbird.profile.touches import Search, Touch, TouchKind
from tailorbird.spine.clock import MINUTE_MS
from tailorbird.spine.ids import ItemId

PAUSE_MS = 30 * MINUTE_MS
"""A pause longer than this ends a visit, as in the field's analytics tools."""


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

    Acts a little in the future, as a clock error leaves them, belong to it. Of a visit with more
    than 64 touches the last 64 are known.
    """
    last_ms = profile.presence.last_ms
    if last_ms is None or now_ms - last_ms > PAUSE_MS:
        return None
    touches = tuple(sorted(profile.touches + purchases(profile)))
    moments = [touch.at_ms for touch in touches] + [made.at_ms for made in profile.searches]
    started_ms = last_ms
    for at_ms in sorted(moments, reverse=True):
        if started_ms - at_ms > PAUSE_MS:
            break
        started_ms = at_ms
    first_touch = bisect_left(touches, started_ms, key=_at)
    first_search = bisect_left(profile.searches, started_ms, key=_at)
    return Session(started_ms, last_ms, touches[first_touch:], profile.searches[first_search:])


def session_items(profile: Profile, now_ms: int) -> tuple[ItemId, ...]:
    """Return the items of the visit that is going on, oldest first, each where it was last."""
    current = session(profile, now_ms)
    if current is None:
        return ()
    return tuple(reversed(dict.fromkeys(touch.item for touch in reversed(current.touches))))


def last_items(profile: Profile, limit: int = 10) -> tuple[Touch, ...]:
    """Return the newest act on each item dealt with last, in whatever visit, newest first."""
    seen: dict[ItemId, Touch] = {}
    for touch in sorted(profile.touches + purchases(profile), reverse=True):
        seen.setdefault(touch.item, touch)
    return tuple(seen.values())[:limit]


def purchases(profile: Profile) -> tuple[Touch, ...]:
    """Return what was bought, from the newest 100 orders, as touches; oldest first."""
    if not profile.orders.kept:
        return ()
    return tuple(
        Touch(order.sale.at_ms, TouchKind.BUY, line.item)
        for _, order in placed(profile.orders)
        if order.sale is not None
        for line in order.sale.lines
    )


def _at(act: Touch | Search) -> int:
    return act.at_ms
