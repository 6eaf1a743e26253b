"""How a shop starts, what keeps it fresh while it serves, and how it stops."""

import asyncio
from pathlib import Path

from tailorbird.compose.workspace import Workspace
from tailorbird.configure.ports import Deed
from tailorbird.configure.reading import texts_of
from tailorbird.flow.feed import KEPT
from tailorbird.flow.rebuilding import seed
from tailorbird.flow.upkeep import every, once, until_none
from tailorbird.identity.graph import Resolved
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS, wall_clock

_A_BATCH = 5_000
_ADOPT_EVERY_S = 2.0
_LEARNED_S = 30.0
_WATCH_EVERY_S = 5.0
_SEGMENTS_S = 600.0
_LINKS_S = 60.0
_SWEEP_S = 60.0
_SWEPT_AT_ONCE = 500  # about a megabyte
_STILL_SEEN = 10_000  # decisions before a start that somebody may still be about to look at


async def start(workspace: Workspace) -> None:
    """Bring a workspace up to date with its log, and let it follow from there."""
    if workspace.state.offset == 0:
        await seed(workspace.log, workspace.state)
    target = workspace.log.last_offset
    await workspace.linker.open()
    workspace.corridor.start()
    await workspace.corridor.reached(target)


async def serve(workspace: Workspace, settings: Settings) -> None:
    """Load what answers are made of, and keep it fresh."""
    if settings.config is not None:
        deed = Deed("serve --config", wall_clock(), settings.config)
        await workspace.configurator.apply(texts_of(Path(settings.config)), deed)
    await workspace.accounts.follow(workspace.state, workspace.segmenter.of_person)
    workspace.decider.accounts = workspace.accounts
    workspace.attend()
    await workspace.linker.retire()
    await _load_models(workspace)
    await _recall(workspace)
    await workspace.bandits.recall(workspace.state.offset)
    if workspace.experimenter.book.by_placement:
        workspace.experimenter.recall(await workspace.journal.latest(_STILL_SEEN))
    await workspace.counters.recall(workspace.state.offset)
    await workspace.predictor.refresh()
    workspace.journal.start()
    rounds = {
        "refresh": (settings.recent_seconds, workspace.predictor.refresh),
        "tally": (1.0, workspace.stores.tally.flush),
        "watch": (_WATCH_EVERY_S, workspace.watch.round),
        "watch orders": (_WATCH_EVERY_S, workspace.order_watch.round),
        "watch people": (_WATCH_EVERY_S, workspace.people_watch.round),
        "segments": (_SEGMENTS_S, workspace.segmenter.refresh_if_due),
        "accounts": (1.0, workspace.accounts.round),
        "links": (_LINKS_S, workspace.linker.round),
        "rules": (0.0, workspace.watcher.round),
        "waiting": (1.0, workspace.watcher.tick),
        "bandits": (1.0, workspace.bandits.round),
        "offers": (0.25, workspace.counters.round),
        "counters": (_LEARNED_S, workspace.counters.renew),
        "learned": (_LEARNED_S, workspace.bandits.save),
        "exposures": (0.5, workspace.experimenter.round),
        "adopt": (_ADOPT_EVERY_S, lambda: _adopt_newer(workspace)),
    }
    if settings.journal_days:
        rounds["sweep"] = (_SWEEP_S, lambda: sweep(workspace, settings.journal_days))
    workspace.upkeep = [
        asyncio.create_task(every(seconds, work, name), name=name)
        for name, (seconds, work) in rounds.items()
    ]
    ahead = once(workspace.state.read_ahead, "read ahead")
    workspace.upkeep.append(asyncio.create_task(ahead, name="read ahead"))


async def sweep(workspace: Workspace, days: int) -> None:
    """Forget decisions that are older than so many days, a batch at a time."""
    before_ms = workspace.clock() - days * DAY_MS
    await until_none(lambda: workspace.journal.sweep(before_ms, _SWEPT_AT_ONCE))


async def _recall(workspace: Workspace) -> None:
    """Show whoever watches what came last before this process."""
    for logged in await workspace.log.read(max(0, workspace.log.last_offset - KEPT), KEPT):
        person = await workspace.resolver.person(logged.event.subject)
        if person is not None:
            workspace.feed.recall([Resolved(person, logged)])


async def _adopt_newer(workspace: Workspace) -> None:
    """Serve a version that a training has stored since; a broken one leaves the old one serving."""
    await workspace.foresight.renew(workspace.stores.people_models)
    if await workspace.succession.adopt():
        await workspace.predictor.refresh()


async def _load_models(workspace: Workspace) -> None:
    """Adopt the trained models, describe the catalog, and catch up on what came after training."""
    await workspace.succession.adopt()
    await workspace.foresight.renew(workspace.stores.people_models)
    items = list(workspace.catalog.all())
    workspace.catalog.recall(items)
    workspace.predictor.stock(items)
    after, folded = workspace.predictor.models.trained_offset, workspace.state.offset
    while after < folded:
        batch = await workspace.log.read(after, _A_BATCH)
        if not batch:
            break
        workspace.predictor.observe([one.event for one in batch if one.offset <= folded])
        after = batch[-1].offset


async def stop(workspace: Workspace) -> None:
    """Stop a workspace; everything acknowledged is on disk already, the rest is written now."""
    for task in workspace.upkeep:
        task.cancel()
    await asyncio.gather(*workspace.upkeep, return_exceptions=True)
    await workspace.corridor.stop()
    await workspace.bandits.save()
    await workspace.counters.save()
    await workspace.experimenter.stop()
    await workspace.journal.stop()
    await workspace.stores.tally.flush()
    workspace.stores.close()
