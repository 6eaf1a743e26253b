"""Rebuilding: derived state made anew from the log, as if every event came in once more."""

from collections.abc import Callable

from tailorbird.flow.corridor import Corridor
from tailorbird.flow.ports import DerivedState, Past
from tailorbird.flow.splitting import Splitter, blocks_of, seeds
from tailorbird.identity.resolver import Resolver
from tailorbird.profile.profiler import Profiler


async def seed(log: Past, state: DerivedState) -> None:
    """Prepare empty state: a split acts back to the first event, so the parted are parted first."""
    await state.put(dict(seeds(blocks_of(await log.splits()))), {})


async def rebuild(
    log: Past, state: DerivedState, window_ms: int, told: Callable[[int], None] = lambda _: None
) -> int:
    """Fold a whole log into empty state; return how many events it has.

    Args:
        log: what happened; its `follow` ends where the log does.
        state: empty at first; flushed at the end.
        window_ms: how long a returning browser is taken for the same person.
        told: called now and then with the number of events done.
    """
    await seed(log, state)
    corridor = Corridor(
        log,
        Resolver(state, window_ms=window_ms),
        Profiler(state),
        state,
        Splitter(log, state, state, window_ms=window_ms),
    )
    events = 0
    async for batch in log.follow(0):
        await corridor.apply(batch)
        await state.flush()
        events += len(batch)
        told(events)
    await state.flush()
    return events
