"""Finding the recent past in the log: where it begins, and its events in batches."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from tailorbird.rules.ports import Log
from tailorbird.spine.events import LoggedEvent

_A_BATCH = 100  # a few milliseconds of work, so that a server answers others in between


async def since(log: Log, at_ms: int, last: int) -> AsyncIterator[Sequence[LoggedEvent]]:
    """Yield what came into the log since a moment, up to an offset, in batches.

    Between two batches others have their turn. Where it begins is found by halving: offsets rise
    with the time of arrival.
    """
    after = await _before(log, at_ms, last)
    while after < last:
        batch = [one for one in await log.read(after, _A_BATCH) if one.offset <= last]
        if not batch:
            return
        yield batch
        await asyncio.sleep(0)
        after = batch[-1].offset


async def _before(log: Log, at_ms: int, last: int) -> int:
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        found = await log.read(middle, 1)
        if found and found[0].event.received_at_ms < at_ms:
            low = found[0].offset
        else:
            high = middle
    return low
