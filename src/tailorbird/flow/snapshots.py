"""Snapshots: what was known of people at moments of the past, taken while the log is replayed.

The same fold that serves decisions runs over the log as it was known, and stops at each moment that
is asked for. So a training set holds what a decision would have read then, and nothing later.
"""

from collections.abc import AsyncIterator, Iterable

import msgspec

from tailorbird.features.moment import Moment
from tailorbird.features.points import Point
from tailorbird.flow.as_known import AsKnown
from tailorbird.flow.corridor import Corridor
from tailorbird.flow.ports import DerivedState
from tailorbird.flow.splitting import Splitter
from tailorbird.identity.graph import Node
from tailorbird.identity.resolver import Resolver
from tailorbird.profile.profile import EMPTY
from tailorbird.profile.profiler import Profiler
from tailorbird.spine.ids import ItemId

_A_BATCH = 2_000
_MOST_DIRTY = 20_000
_NOBODY = Node()


class Snapshot(msgspec.Struct, frozen=True):
    """A point, who it is about (as of then; empty for somebody not yet known), and the moment."""

    point: Point
    node: Node
    moment: Moment


async def snapshots(
    log: AsKnown, state: DerivedState, points: Iterable[Point], window_ms: int
) -> AsyncIterator[Snapshot]:
    """Yield a snapshot for each point, in the order of their moments.

    Args:
        log: what happened, in the order in which it became known.
        state: empty at first; whatever it holds at the end is of no further use.
        points: whom to look at, and when; in any order.
        window_ms: how long a returning browser is taken for the same person.
    """
    resolver = Resolver(state, window_ms=window_ms)
    splitter = Splitter(log, state, state, window_ms=window_ms)
    corridor = Corridor(log, resolver, Profiler(state), state, splitter)
    facets: dict[ItemId, tuple[str, ...]] = {}
    done = 0
    for point in sorted(points, key=lambda one: one.at_ms):
        until = log.known_by(point.at_ms)
        while done < until:
            batch = log.between(done, min(until, done + _A_BATCH))
            await corridor.apply(batch)
            facets.update(
                (line.id, line.facets) for one in batch for line in one.event.items if line.facets
            )
            done += len(batch)
            if state.dirty > _MOST_DIRTY:
                await state.flush()
        found = await resolver.find(point.person)
        person, node = (None, _NOBODY) if found is None else found
        profile = EMPTY if person is None else (await state.load([person])).get(person, EMPTY)
        stamped = () if point.item is None else facets.get(point.item, ())
        yield Snapshot(point, node, Moment(point.at_ms, profile, point.item, stamped))
