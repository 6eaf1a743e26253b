"""What generated shoppers do: weeks of events to learn from, or an endless stream to watch."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

import numpy as np

from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Shop
from tailorbird.simulate.shoppers import Shopper
from tailorbird.simulate.trip import NEWCOMER, Memory
from tailorbird.simulate.visits import make_mission, make_visit, plan_visits
from tailorbird.simulate.walk import walk
from tailorbird.simulate.wire import Stamped, WireEvent
from tailorbird.spine.clock import DAY_MS, MINUTE_MS, Clock, wall_clock

_EVENTS_A_VISIT = 5.1  # as measured: a quarter leave at once
_WARM_UP_MS = 10 * MINUTE_MS  # a live shop opens with visits under way, not with an empty floor
_RESUMES = 0.35  # of live visits go on with the mission of the last
_FIRST_LIVE_MISSION = 1_000_000  # apart from the numbers of missions in a history


class Agenda:
    """Events that are written but not yet due, handed out in time order."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, WireEvent]] = []
        self._serial = count()

    def add(self, events: Iterable[Stamped]) -> None:
        """Take events, whose moments are in ms since 1970."""
        for at_ms, event in events:
            heapq.heappush(self._heap, (at_ms, next(self._serial), event))

    def due(self, until_ms: int) -> Iterator[Stamped]:
        """Hand out what is due up to a moment, that moment included, and forget it."""
        while self._heap and self._heap[0][0] <= until_ms:
            at_ms, _, event = heapq.heappop(self._heap)
            yield at_ms, event


def history(
    shop: Shop,
    shoppers: Sequence[Shopper],
    until_ms: int,
    days: float,
    rng: np.random.Generator,
) -> Iterator[WireEvent]:
    """Yield what everybody did in the days before a moment, in time order.

    The same arguments and seed yield the same events; nothing is later than `until_ms`.

    Args:
        shop: where they shop.
        shoppers: who they are.
        until_ms: the end of the history, in ms since 1970.
        days: its length.
        rng: decides who comes when, and the luck of each visit.
    """
    since_ms = until_ms - round(days * DAY_MS)
    memories: dict[int, Memory] = {}
    agenda = Agenda()
    for visit in plan_visits(shop, shoppers, since_ms, until_ms, rng):
        yield from (event for _, event in agenda.due(visit.start_ms - 1))
        number = visit.shopper.number
        walked = walk(shop, visit, memories.get(number, NEWCOMER))
        memories[number] = walked.memory
        agenda.add(walked.events)
    yield from (event for _, event in agenda.due(until_ms))


def live(
    shop: Shop,
    shoppers: Sequence[Shopper],
    rng: np.random.Generator,
    clock: Clock = wall_clock,
    events_a_second: float = 3.0,
) -> Iterator[tuple[float, WireEvent]]:
    """Yield, without end, seconds to wait and the event to send then.

    The waits keep pace with the clock: who sends slowly is told to wait less. An event's timestamp
    is the moment at which the wait ends.

    Args:
        shop: where they shop.
        shoppers: who may come; each is in the shop at most once at a time.
        rng: decides who comes and what they do.
        clock: the time by which the waits are reckoned.
        events_a_second: how busy the shop is, on average.
    """
    opened_ms = clock()
    agenda = Agenda()
    for at_ms, arrived in _arrivals(shop, shoppers, opened_ms, events_a_second, rng):
        for due_ms, event in agenda.due(at_ms - 1):
            if due_ms >= opened_ms:
                yield max(0, due_ms - clock()) / 1000, event
        agenda.add(arrived)


def _arrivals(
    shop: Shop,
    shoppers: Sequence[Shopper],
    opened_ms: int,
    events_a_second: float,
    rng: np.random.Generator,
) -> Iterator[tuple[int, tuple[Stamped, ...]]]:
    """Yield the start and the events of one visit after another, without end."""
    luck = Luck(rng)
    memories: dict[int, Memory] = {}
    at_ms = float(opened_ms - _WARM_UP_MS)
    for number in count(_FIRST_LIVE_MISSION):
        at_ms += luck.wait(1000 * _EVENTS_A_VISIT / events_a_second)
        shopper = luck.pick(shoppers)
        memory = memories.get(shopper.number, NEWCOMER)
        if memory.left_ms >= at_ms:
            continue
        mission = make_mission(shop, shopper, number, round(at_ms), luck)
        if memory.mission is not None and luck.happens(_RESUMES):
            mission = memory.mission
        visit = make_visit(shopper, mission, round(at_ms), luck)
        walked = walk(shop, visit, memory)
        memories[shopper.number] = walked.memory
        yield visit.start_ms, walked.events


def in_time_order(*streams: Iterable[WireEvent]) -> Iterator[WireEvent]:
    """Merge streams of events, each in time order, into one."""
    return heapq.merge(*streams, key=lambda event: str(event["timestamp"])[:23])
