"""Stays: each coming of a browser to the shop, condensed to what links may rest on.

A stay ends after half an hour of silence, or as soon as the browser says who it is: what came
before a login is how an anonymous browser looks, and is later the truth to learn from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from tailorbird.spine.clock import DAY_MS, MINUTE_MS
from tailorbird.spine.events import Event, Trace
from tailorbird.spine.ids import ItemId

PAUSE_MS = 30 * MINUTE_MS
_MOST_STAYS = 200  # of one browser; a kiosk or a script has more
_MOST_ITEMS = 100


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a browser says that it is."""

    country: str | None = None
    timezone: str | None = None
    locale: str | None = None


class Stay(msgspec.Struct, gc=False):
    """One coming of one browser; changed while it goes on."""

    begin_ms: int
    end_ms: int
    user_id: str | None
    place: Place
    agent: str
    networks: set[str]
    clicks: set[str]
    items: set[ItemId]


class Stays:
    """The stays of all browsers within a window, by anonymous id."""

    def __init__(self) -> None:
        self._of: dict[str, list[Stay]] = {}

    def __len__(self) -> int:
        return len(self._of)

    def add(self, event: Event) -> None:
        """Take one more event in; those that left no trace say nothing."""
        trace, browser = event.context.trace, event.anonymous_id
        if trace is None or trace.agent is None or browser is None:
            return
        stay = self._stay(browser, event, trace.agent)
        stay.begin_ms = min(stay.begin_ms, event.occurred_at_ms)
        stay.end_ms = max(stay.end_ms, event.occurred_at_ms)
        _mark(stay, trace)
        if len(stay.items) < _MOST_ITEMS and event.name != "Product List Viewed":
            stay.items.update(line.id for line in event.items)

    def prune(self, before_ms: int) -> None:
        """Drop the stays that ended before a moment."""
        for browser in list(self._of):
            kept = [stay for stay in self._of[browser] if stay.end_ms >= before_ms]
            if kept:
                self._of[browser] = kept
            else:
                del self._of[browser]

    def forget(self, browser: str) -> None:
        """Drop all that is known of a browser."""
        self._of.pop(browser, None)

    def forget_user(self, user_id: str) -> None:
        """Drop all that browsers did while they were signed in as a user."""
        for browser, stays in list(self._of.items()):
            if any(stay.user_id == user_id for stay in stays):
                self._of[browser] = [stay for stay in stays if stay.user_id != user_id]

    def all(self) -> Mapping[str, list[Stay]]:
        """Return every browser's stays, in the order in which they came in."""
        return self._of

    def _stay(self, browser: str, event: Event, agent: str) -> Stay:
        stays = self._of.setdefault(browser, [])
        if stays:
            last = stays[-1]
            near = abs(event.occurred_at_ms - last.end_ms) <= PAUSE_MS
            if near and last.user_id == event.user_id:
                return last
            if len(stays) >= _MOST_STAYS:
                del stays[0]
        context = event.context
        place = Place(context.country, context.timezone, context.locale)
        at_ms = event.occurred_at_ms
        stays.append(Stay(at_ms, at_ms, event.user_id, place, agent, set(), set(), set()))
        return stays[-1]


def _mark(stay: Stay, trace: Trace) -> None:
    if trace.network is not None:
        stay.networks.add(trace.network)
    if trace.click is not None:
        stay.clicks.add(trace.click)


class Sight(msgspec.Struct, frozen=True, gc=False):
    """What several stays show together: of one browser, or of all browsers of one person.

    Attributes:
        networks: digest → on how many days.
        spans: begin, end and networks of each stay, oldest first.
    """

    networks: Mapping[str, int]
    places: frozenset[Place]
    agents: frozenset[str]
    clicks: frozenset[str]
    items: frozenset[ItemId]
    spans: tuple[tuple[int, int, frozenset[str]], ...]


def sight_of(stays: Iterable[Stay]) -> Sight | None:
    """Return what stays show together; None where there are none."""
    seen = sorted(stays, key=lambda stay: stay.begin_ms)
    if not seen:
        return None
    days: dict[str, set[int]] = {}
    for stay in seen:
        for network in stay.networks:
            days.setdefault(network, set()).add(stay.begin_ms // DAY_MS)
    return Sight(
        networks={network: len(found) for network, found in days.items()},
        places=frozenset(stay.place for stay in seen),
        agents=frozenset(stay.agent for stay in seen),
        clicks=frozenset().union(*(stay.clicks for stay in seen)),
        items=frozenset[ItemId]().union(*(stay.items for stay in seen)),
        spans=tuple((one.begin_ms, one.end_ms, frozenset(one.networks)) for one in seen),
    )


def keys_in(sight: Sight) -> Iterator[str]:
    """Yield what somebody else may be found by: networks, clicks and items."""
    yield from (f"n:{one}" for one in sight.networks)
    yield from (f"c:{one}" for one in sight.clicks)
    yield from (f"i:{one}" for one in sight.items)
