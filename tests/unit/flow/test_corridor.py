"""The corridor folds a long batch part by part."""

import asyncio
from pathlib import Path

from tailorbird.flow.corridor import Corridor
from tailorbird.flow.splitting import Splitter
from tailorbird.identity.resolver import Resolver
from tailorbird.profile.profiler import Profiler
from tailorbird.spine.events import LoggedEvent
from tailorbird.storage.embedded.log import SqliteEventLog
from tailorbird.storage.embedded.state import SqliteState
from tests.makers import an_event

LONG = [LoggedEvent(place, an_event("Looked", message_id=f"m{place}")) for place in range(1, 501)]


def test_others_go_on_while_a_long_batch_is_folded(tmp_path: Path) -> None:
    log, state = SqliteEventLog(tmp_path / "log.db"), SqliteState(tmp_path / "state.db")
    corridor = Corridor(log, Resolver(state), Profiler(state), state, Splitter(log, state, state))
    seen: list[int] = []

    async def fold_and_look() -> None:
        folding = asyncio.create_task(corridor.apply(LONG))
        while not folding.done():
            await asyncio.sleep(0)
            seen.append(corridor.offset)

    asyncio.run(fold_and_look())
    state.close()
    log.close()
    assert any(0 < offset < len(LONG) for offset in seen)
