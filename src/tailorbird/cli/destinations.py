"""Where an import goes: into the data folder itself, or to the server that has it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any

import msgspec

from tailorbird.beside import server_of
from tailorbird.catalog.catalog import ItemRejection
from tailorbird.cli.ports import Destination, Unread
from tailorbird.cli.remote import Remote
from tailorbird.collect.admit import Door
from tailorbird.collect.collector import Outcome
from tailorbird.collect.mending import IMPORTED
from tailorbird.collect.ports import Refusal
from tailorbird.compose import Install, Workspace
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.errors import Locked
from tailorbird.spine.ids import WorkspaceId

_LETTERS_A_CALL = 500


class Here:
    """The data folder, held by this process.

    Args:
        shop: its workspace.
        source: where the events come from, such as `retailrocket`.
    """

    def __init__(self, shop: Workspace, source: str) -> None:
        self._shop = shop
        self._source = f"{IMPORTED}{source}"

    async def events(self, raws: Sequence[bytes]) -> Awaitable[Outcome]:
        """Take events of the past."""
        door = Door(source=self._source, received_at_ms=wall_clock(), historical=True)
        return await self._shop.collector.hand_in(raws, door)

    async def items(self, raws: Sequence[bytes]) -> Sequence[ItemRejection]:
        """Take items; return those that were refused."""
        return (await self._shop.catalog.put(_array(raws))).rejected

    async def unread(self, rows: Sequence[Unread]) -> None:
        """Keep rows that could not be read, each once."""
        now_ms = wall_clock()
        refusals = [
            Refusal(now_ms, self._source, "", row.reason, row.id, row.body.encode(), once=True)
            for row in rows
        ]
        await self._shop.collector.refuse(refusals)


class There:
    """The server of the data folder, by HTTP."""

    def __init__(self, remote: Remote, source: str) -> None:
        self._remote = remote
        self._source = source

    async def events(self, raws: Sequence[bytes]) -> Awaitable[Outcome]:
        """Take events of the past; they are stored when this returns."""
        answer = await self._send("POST", "/v1/import", b"\n".join(raws), source=self._source)
        stored: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        stored.set_result(msgspec.convert(answer, Outcome))
        return stored

    async def items(self, raws: Sequence[bytes]) -> Sequence[ItemRejection]:
        """Take items; return those that were refused."""
        answer = await self._send("PUT", "/v1/items", _array(raws))
        return msgspec.convert(answer["rejected"], list[ItemRejection])

    async def unread(self, rows: Sequence[Unread]) -> None:
        """Keep rows that could not be read, each once."""
        for start in range(0, len(rows), _LETTERS_A_CALL):
            part = list(rows[start : start + _LETTERS_A_CALL])
            body = msgspec.json.encode({"source": self._source, "rows": part})
            await self._send("POST", "/v1/dead-letters", body)

    async def _send(self, method: str, path: str, body: bytes, **query: str) -> Any:  # noqa: ANN401
        return await asyncio.to_thread(self._remote.send, method, path, body, **query)


@contextlib.asynccontextmanager
async def destination(
    settings: Settings, workspace: WorkspaceId, source: str
) -> AsyncIterator[Destination]:
    """Open the data folder, or find the server that has it.

    Raises:
        Locked: another process has the folder and does not say where it listens.
    """
    try:
        install = Install(settings, serving=False)
    except Locked:
        with Remote(settings, server_of(settings), workspace, "import") as remote:
            yield There(remote, source)
        return
    try:
        yield Here(await install.workspace(workspace), source)
    finally:
        await install.close()


def _array(raws: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(raws) + b"]"
