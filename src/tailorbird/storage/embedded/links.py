"""Probabilistic links, denials, and the week's key of networks, in one SQLite file."""

import secrets
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tailorbird.links.finding import Link
from tailorbird.links.ports import Denial, Kept, Standing
from tailorbird.spine.ids import IdentifierKey
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("links")
_KEY_BYTES = 32
_NO_KEY = b"\0" * _KEY_BYTES
_encode = msgspec.msgpack.Encoder().encode
_link = msgspec.msgpack.Decoder(Link).decode
_standing = msgspec.msgpack.Decoder(Standing).decode


class SqliteLinks:
    """One workspace's links."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=True)
        self._reader = connect(path, fsync=False)

    async def kept(self) -> Kept:
        row = self._reader.execute(_SQL["standing"]).fetchone()
        return Kept(
            links=tuple(_link(body) for (body,) in self._reader.execute(_SQL["links"])),
            denials=tuple(_denial(row) for row in self._reader.execute(_SQL["denials"])),
            standing=Standing() if row is None else _standing(row[0]),
        )

    async def put(self, links: Sequence[Link], standing: Standing) -> None:
        rows = [(one.browser, one.user, one.probability, _encode(one)) for one in links]

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["clear"])
            connection.executemany(_SQL["add"], rows)
            connection.execute(_SQL["stand"], (_encode(standing),))

        await self._writer.submit(write)

    async def deny(self, denial: Denial) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["go"], (denial.browser, denial.user))
            connection.execute(_SQL["deny"], (denial.browser, denial.user, denial.at_ms, denial.by))

        await self._writer.submit(write)

    async def allow(self, browser: IdentifierKey, user: IdentifierKey) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["allow"], (browser, user))

        await self._writer.submit(write)

    async def key(self, week: int | None) -> bytes:
        """Return the key of a week; that of another week is thrown away. None throws all away."""
        row = self._reader.execute(_SQL["week"]).fetchone()
        if row is not None and row[0] == week:
            return bytes(row[1])
        if row is None and week is None:
            return _NO_KEY
        made = _NO_KEY if week is None else secrets.token_bytes(_KEY_BYTES)

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_SQL["end_week"])
            if week is not None:
                connection.execute(_SQL["turn"], (week, made))

        await self._writer.submit(write)
        if row is not None:
            await self._writer.scrub([bytes(row[1])])
        return made

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        def delete(connection: sqlite3.Connection) -> int:
            return sum(
                connection.execute(_SQL[question], (key,)).rowcount
                for key in keys
                for question in ("erase_links", "erase_denials")
            )

        gone = await self._writer.submit(delete)
        await self._writer.scrub([value_of(key) for key in keys])
        return gone

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        held = [
            {"kind": "link", **msgspec.to_builtins(_link(body))}
            for key in keys
            for (body,) in self._reader.execute(_SQL["links_of"], (key,))
        ]
        denied = [
            {"kind": "denial", **msgspec.to_builtins(_denial(row))}
            for key in keys
            for row in self._reader.execute(_SQL["denials_of"], (key,))
        ]
        return held + denied

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._writer.close()


def _denial(row: tuple[str, str, int, str]) -> Denial:
    browser, user, at_ms, by = row
    return Denial(IdentifierKey(browser), IdentifierKey(user), at_ms, by)
