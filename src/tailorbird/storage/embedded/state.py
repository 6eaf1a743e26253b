"""Derived state in one SQLite file: identity graph, profiles, and the offset they reflect."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tailorbird.accounts.ports import Told
from tailorbird.consent.purposes import Permit, Purpose
from tailorbird.identity.forgetting import unblocked, without
from tailorbird.identity.graph import Link, Node, persons_of
from tailorbird.profile.profile import Profile, pack, unpack
from tailorbird.spine.ids import IdentifierKey, PersonId
from tailorbird.spine.named import named
from tailorbird.storage.embedded.copying import remove_database
from tailorbird.storage.embedded.hot_table import HotTable, Statements
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import GroupCommit, connect, value_of

_SQL = load("state")
V = TypeVar("V")
Codec = tuple[Callable[[V], bytes], Callable[[bytes], V]]

FOLD_VERSION = 3
"""Raise it whenever the fold changes meaning: the state is then rebuilt from the log at start."""

# As bytes: 120 MiB of profiles of a few visits each, 25 MiB of links, 5 MiB of nodes.
_HOT_PROFILES = 100_000
_HOT_LINKS = 100_000
_HOT_NODES = 20_000
_AHEAD = 200  # rows that are read ahead at a time: a millisecond
_ACCOUNTS = b"\xa8accounts"  # as MessagePack names the field, which is left out while empty


def current_state(path: Path) -> "SqliteState":
    """Open the derived state; one folded by other rules is thrown away and folded anew."""
    remove_database(path.with_name("state.rebuilt.db"))  # left by a replay that was killed
    state = SqliteState(path)
    if state.fold_version == FOLD_VERSION:
        return state
    state.close()
    remove_database(path)
    return SqliteState(path)


class SqliteState:
    """One workspace's identity graph and profiles, and how far into the log they reach."""

    def __init__(self, path: Path) -> None:
        self._writer = GroupCommit(path, _SQL["schema"], fsync=False)
        self._reader = connect(path, fsync=False)
        self.links_table = self._table("links", _codec(Link), _HOT_LINKS)
        self.nodes_table = self._table("nodes", _codec(Node), _HOT_NODES)
        # Packed as they are folded, while they are in the processor's cache: to pack thousands
        # later, and to let go of them, costs many times that, and holds the interpreter.
        self.profiles_table = self._table("profiles", (bytes, bytes), _HOT_PROFILES)
        self._marked_offset, self.fold_version = self._stored_checkpoint()
        self._flushed_offset = self._marked_offset
        self._flushing = asyncio.Lock()
        self.told: Told | None = None

    # Identity

    async def links(self, keys: Sequence[IdentifierKey]) -> Mapping[IdentifierKey, Link]:
        return self.links_table.get_many(keys)

    async def nodes(self, persons: Sequence[PersonId]) -> Mapping[PersonId, Node]:
        return self.nodes_table.get_many(persons)

    async def put(
        self,
        links: Mapping[IdentifierKey, Link | None],
        nodes: Mapping[PersonId, Node | None],
    ) -> None:
        self.links_table.stage(links)
        self.nodes_table.stage(nodes)

    async def some(self, after: str, limit: int) -> Sequence[tuple[PersonId, Node]]:
        """Return persons behind an id, in order, those absorbed by others too."""
        await self.flush()
        rows = self._reader.execute(_SQL["people"], (after, limit)).fetchall()
        decode = msgspec.msgpack.Decoder(Node).decode
        return [(PersonId(key), decode(body)) for key, body, _ in rows]

    # Profiles

    async def read(self, permit: Permit, person: PersonId) -> Profile | None:
        if permit.purpose is not Purpose.PERSONALIZATION:
            return None
        return self._profile(person)

    async def load(self, persons: Sequence[PersonId]) -> Mapping[PersonId, Profile]:
        found = self.profiles_table.get_many(persons)
        return {person: unpack(packed) for person, packed in found.items()}

    async def save(self, profiles: Mapping[PersonId, Profile | None]) -> None:
        self.profiles_table.stage(
            {
                person: None if profile is None else pack(profile)
                for person, profile in profiles.items()
            }
        )
        if self.told is not None:
            self.told(profiles)

    async def read_ahead(self) -> None:
        """Read people into memory while there is room, a few at a time between answers.

        Somebody who is read for the first time since the start costs a decision about 40 µs more.
        """
        for table in (self.links_table, self.profiles_table):
            after: str | None = ""
            while after is not None:
                after = table.read_ahead(after, _AHEAD)
                await asyncio.sleep(0)

    async def in_accounts(self) -> Mapping[PersonId, Profile]:
        """Return the profiles of who is in an account."""
        await self.flush()
        return await self.load([PersonId(one) for one in self.profiles_table.containing(_ACCOUNTS)])

    # Checkpoints

    @property
    def offset(self) -> int:
        """Up to where the log is reflected here."""
        return self._marked_offset

    @property
    def dirty(self) -> int:
        """How many values wait to be written."""
        return sum(table.dirty for table in self._tables())

    async def mark(self, offset: int) -> None:
        for table in self._tables():
            table.mark()
        self._marked_offset = offset

    async def abandon(self) -> None:
        for table in self._tables():
            table.abandon()

    async def flush(self) -> None:
        async with self._flushing:
            if not self.dirty and self._marked_offset == self._flushed_offset:
                return
            offset = self._marked_offset
            jobs = [table.take() for table in self._tables()]

            def write(connection: sqlite3.Connection) -> None:
                for job in jobs:
                    job(connection)
                connection.execute(_SQL["write_checkpoint"], (offset, FOLD_VERSION))

            await self._writer.submit(write)
            for table in self._tables():
                table.landed()
            self._flushed_offset = offset

    async def people(self) -> int:
        """Return how many profiles are on disk."""
        found: int = self._reader.execute(_SQL["count_profiles"]).fetchone()[0]
        return found

    def everything(self) -> Iterator[tuple[str, str, object]]:
        """Yield (table, key, value) of all that is on disk, ordered; what `replay` compares."""
        yield from (("links", key, link) for key, link in self.links_table.items())
        yield from (("nodes", key, node) for key, node in self.nodes_table.items())
        yield from (
            ("profiles", key, unpack(packed)) for key, packed in self.profiles_table.items()
        )

    # Privacy

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        links = await self.links(keys)
        persons = {person for key, link in links.items() for person in persons_of(key, link)}
        for node in (await self.nodes(list(persons))).values():
            persons.update(one.absorbed for one in node.joinings if one.absorbed is not None)
        self.links_table.stage(dict.fromkeys(map(str, links), None))
        self.nodes_table.stage(dict.fromkeys(persons, None))
        self.profiles_table.stage(dict.fromkeys(persons, None))
        if self.told is not None:
            self.told(dict.fromkeys(persons, None))
        await self.mark(self._marked_offset)
        await self.flush()
        await self._unmention(keys)
        await self._writer.scrub([value_of(key) for key in keys])
        return len(links) + len(persons)

    async def met_by(self, keys: Sequence[IdentifierKey]) -> set[IdentifierKey]:
        """Return the identifiers of others with whom these were joined, or nearly so."""
        await self.flush()
        links = await self.links(keys)
        persons = {str(who) for key, link in links.items() for who in persons_of(key, link)}
        for key in keys:
            persons.update(self.nodes_table.containing(value_of(key)))
        nodes = self.nodes_table.get_many(sorted(persons)).values()
        met = {key for node in nodes for key in node.identifiers}
        met.update(
            key for node in nodes for one in node.joinings for key in (one.user, one.anonymous)
        )
        return met - set(keys)

    async def _unmention(self, keys: Sequence[IdentifierKey]) -> None:
        """Take the erased out of what is kept on others: refused joins, and splits."""
        for key in keys:
            value = value_of(key)
            for name in self.nodes_table.containing(value):
                node = self.nodes_table.get(name)
                if node is not None:
                    self.nodes_table.stage({name: without(node, key)})
            for name in self.links_table.containing(value):
                link = self.links_table.get(name)
                if link is not None and key.startswith("user:"):
                    self.links_table.stage({name: unblocked(link, value.decode())})
        await self.mark(self._marked_offset)
        await self.flush()

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, Any]]:
        exported = []
        for person in sorted(self._persons(await self.links(keys))):
            node, profile = self.nodes_table.get(person), self._profile(person)
            if profile is None and (node is None or node.absorbed_by is not None):
                continue
            exported.append(
                {
                    "person": person,
                    "identity": named(node),
                    "profile": named(profile),
                }
            )
        return exported

    def _profile(self, person: PersonId) -> Profile | None:
        packed = self.profiles_table.get(person)
        return None if packed is None else unpack(packed)

    def _persons(self, links: Mapping[IdentifierKey, Link]) -> set[PersonId]:
        """Return whose identifiers these are, and whose they were before a window had passed."""
        return {person for key, link in links.items() for person in persons_of(key, link)}

    def close(self) -> None:
        """Close the file; call `flush` first."""
        self._reader.close()
        self._writer.close()

    def _tables(self) -> tuple[HotTable[Any], ...]:
        return (self.links_table, self.nodes_table, self.profiles_table)

    def _table(self, name: str, codec: Codec[V], capacity: int) -> HotTable[V]:
        statements = Statements(
            read=_SQL[f"read_{name}"],
            read_many=_SQL[f"read_many_{name}"],
            write=_SQL[f"write_{name}"],
            delete=_SQL[f"delete_{name}"],
            all=_SQL[f"all_{name}"],
            page=_SQL[f"page_{name}"],
            containing=_SQL[f"containing_{name}"],
        )
        return HotTable(self._reader, statements, codec, capacity)

    def _stored_checkpoint(self) -> tuple[int, int]:
        row = self._reader.execute(_SQL["read_checkpoint"]).fetchone()
        return (0, FOLD_VERSION) if row is None else (int(row[0]), int(row[1]))


def _codec(kind: type[V]) -> Codec[V]:
    return msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(kind).decode
