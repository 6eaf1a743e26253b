"""A data folder with its keys and its shops, each opened when first asked for."""

import asyncio
from pathlib import Path

from tailorbird.access.sessions import Sessions
from tailorbird.compose.serving import serve, start, stop
from tailorbird.compose.stores import Stores
from tailorbird.compose.workspace import Workspace
from tailorbird.settings import Settings
from tailorbird.spine.clock import Clock, wall_clock
from tailorbird.spine.errors import Corrupt
from tailorbird.spine.ids import DEFAULT_WORKSPACE, WorkspaceId
from tailorbird.storage.embedded.control import SqliteAudit, SqliteKeyRing
from tailorbird.storage.embedded.folder import DataFolder
from tailorbird.storage.embedded.seal import Seal, install_secret


class Install:
    """A data folder with its keys and its workspaces, each opened when first asked for.

    With `serving` false it loads no models and shows no feed: for commands that only work on data.
    """

    def __init__(
        self, settings: Settings, clock: Clock = wall_clock, *, serving: bool = True
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.folder = DataFolder(Path(settings.data))
        self.folder.lock()
        try:
            self._secret = install_secret(self.folder.secret)
        except Corrupt:
            self.folder.unlock()
            raise
        self.keys = SqliteKeyRing(self.folder.control)
        self.audit = SqliteAudit(self.folder.control)
        self.sessions = Sessions(Seal(self._secret, "sessions").secret())
        self._open: dict[WorkspaceId, Workspace] = {}
        self._opening = asyncio.Lock()
        self._serving = serving

    def opened(self) -> list[Workspace]:
        """Return the workspaces that are open now."""
        return list(self._open.values())

    async def workspace(self, name: WorkspaceId = DEFAULT_WORKSPACE) -> Workspace:
        """Return a workspace, opened and caught up with its log."""
        found = self._open.get(name)
        if found is not None:
            return found
        async with self._opening:
            if name not in self._open:
                stores = Stores(name, self.folder, self._secret, self.settings)
                opened = Workspace(name, stores, self.settings, self.clock)
                try:
                    await start(opened)
                    if self._serving:
                        await serve(opened, self.settings)
                except BaseException:
                    await stop(opened)
                    raise
                self._open[name] = opened
            return self._open[name]

    async def close(self) -> None:
        """Write what is not yet written, and give the folder back."""
        for workspace in self._open.values():
            await stop(workspace)
        self._open = {}
        self.keys.close()
        self.audit.close()
        self.folder.unlock()
