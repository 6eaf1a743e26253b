"""Work on a data folder that is done here, or by the server that has the folder open."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop

from tailorbird.compose import Install, Workspace
from tailorbird.settings import Settings
from tailorbird.spine.errors import Locked
from tailorbird.spine.ids import WorkspaceId

T = TypeVar("T")
Work = Callable[[Workspace], Awaitable[T]]


def here_or_there(
    settings: Settings,
    name: WorkspaceId,
    here: Work[T],
    there: Callable[[], T],
    *,
    serving: bool = False,
) -> T:
    """Return what comes of the work on a shop.

    Args:
        settings: of the folder.
        name: the shop.
        here: does it where no server has the folder.
        there: asks the server that has it.
        serving: whether the work needs what answers are made of, models above all.
    """

    async def work(install: Install) -> T:
        return await here(await install.workspace(name))

    return held_or_there(settings, work, there, serving=serving)


def held_or_there(
    settings: Settings,
    here: Callable[[Install], Awaitable[T]],
    there: Callable[[], T],
    *,
    serving: bool = False,
) -> T:
    """Return what comes of the work on an install, which is closed after it; else as above."""

    async def work(install: Install) -> T:
        try:
            return await here(install)
        finally:
            await install.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            install = Install(settings, serving=serving)
        except Locked:
            return there()
        return runner.run(work(install))
