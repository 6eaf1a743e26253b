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
    settings: Settings, name: WorkspaceId, here: Work[T], there: Callable[[], T]
) -> T:
    """Return what comes of the work.

    Args:
        settings: of the folder.
        name: the shop.
        here: does it where no server has the folder.
        there: asks the server that has it.
    """

    async def work(install: Install) -> T:
        try:
            return await here(await install.workspace(name))
        finally:
            await install.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            install = Install(settings, serving=False)
        except Locked:
            return there()
        return runner.run(work(install))
