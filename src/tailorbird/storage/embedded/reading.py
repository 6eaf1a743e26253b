"""A workspace's files, read without a lock and without writing: beside a running server, too."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.catalog.supply import StockChange
from tailorbird.collect.refusals import DeadLetter
from tailorbird.consent.purposes import Purpose
from tailorbird.decide.ports import DecisionRecord
from tailorbird.identity.graph import Node
from tailorbird.profile.profile import Profile
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey, ItemId, PersonId
from tailorbird.storage.embedded.dead_letters import letter_from
from tailorbird.storage.embedded.log_reader import LogReader
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.seal import Seal
from tailorbird.storage.embedded.vault import outliving

_LOG, _STATE, _JOURNAL, _LETTERS, _VAULT, _ITEMS = (
    load(name) for name in ("log", "state", "journal", "dead_letters", "vault", "catalog")
)
_A_BATCH = 1_000
T = TypeVar("T")


class StoredPerson(msgspec.Struct, frozen=True):
    """A person as the files have them: who, known by what, what is known, what they chose."""

    person: PersonId
    node: Node
    profile: Profile | None
    choices: dict[Purpose, bool]


class WorkspaceFacts(msgspec.Struct, frozen=True, rename="camel"):
    """How much a workspace holds, and how far its state reaches into its log."""

    name: str
    events: int
    people: int
    items: int
    dead_letters: int
    decisions: int
    logged: int
    folded: int
    bytes: int


class WorkspaceFiles:
    """Reads one workspace; every question is short, so that a server's writes never wait.

    Args:
        folder: the workspace's.
        seal: opens what is sealed.
    """

    def __init__(self, folder: Path, seal: Seal) -> None:
        self._folder = folder
        self._seal = seal
        self._open: dict[str, sqlite3.Connection] = {}

    def events(self, after: int = 0) -> Iterator[LoggedEvent]:
        """Yield the log after an offset, in order."""
        connection = self._file("log.db")
        if connection is None:
            return
        log = LogReader(connection)
        while batch := log.read(after, _A_BATCH):
            yield from batch
            after = batch[-1].offset

    def events_as(self, kind: type[T]) -> Iterator[T]:
        """Yield the log in its order, of each event only the fields that a kind has."""
        decode, after = msgspec.msgpack.Decoder(kind).decode, 0
        while rows := self._rows("log.db", _LOG["read"], (after, _A_BATCH)):
            yield from (decode(body) for _, body in rows)
            after = rows[-1][0]

    def decisions(self, since_ms: int = 0) -> Iterator[DecisionRecord]:
        """Yield the journal, oldest first."""
        return self.decisions_as(DecisionRecord, since_ms)

    def decisions_as(self, kind: type[T], since_ms: int = 0) -> Iterator[T]:
        """Yield the journal, oldest first, of each decision only the fields that a kind has."""
        decode, after = msgspec.msgpack.Decoder(kind).decode, 0
        while rows := self._rows("journal.db", _JOURNAL["since"], (after, since_ms, _A_BATCH)):
            yield from (decode(body) for _, body in rows)
            after = rows[-1][0]

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Yield the dead-letter list, oldest first."""
        after = 0
        while rows := self._rows("log.db", _LETTERS["page"], (after, _A_BATCH)):
            yield from (letter_from(row, self._seal) for row in rows)
            after = rows[-1][0]

    def nodes(self) -> Iterator[tuple[PersonId, Node]]:
        """Yield everybody by id, only who they are: much quicker than `people`."""
        decode, after = msgspec.msgpack.Decoder(Node).decode, ""
        while rows := self._rows("state.db", _STATE["page_nodes"], (after, _A_BATCH)):
            for key, body in rows:
                node = decode(body)
                if node.absorbed_by is None:
                    yield PersonId(key), node
            after = rows[-1][0]

    def refusing(self, purpose: Purpose) -> Callable[[Node], bool]:
        """Return what tells whether somebody refused a purpose; quick where few did."""
        among = {
            subject
            for subject, said, granted, _ in self._rows("vault.db", _VAULT["all_choices"], ())
            if said == purpose and not granted
        }

        def refuses(node: Node) -> bool:
            digests = (
                digest
                for key in node.identifiers
                for digest in (self._seal.digest(key), outliving(self._seal, key))
            )
            # Which of several answers stands is settled as everywhere else.
            return not among.isdisjoint(digests) and self.choices(node).get(purpose) is False

        return refuses if among else lambda _node: False

    def people(self) -> Iterator[StoredPerson]:
        """Yield everybody, by id; who was absorbed by another is part of that other."""
        node_of = msgspec.msgpack.Decoder(Node).decode
        profile_of = msgspec.msgpack.Decoder(Profile).decode
        after = ""
        while rows := self._rows("state.db", _STATE["people"], (after, _A_BATCH)):
            for key, node_body, profile_body in rows:
                node = node_of(node_body)
                profile = None if profile_body is None else profile_of(profile_body)
                if node.absorbed_by is None:
                    yield StoredPerson(PersonId(key), node, profile, self.choices(node))
            after = rows[-1][0]

    def facts(self) -> WorkspaceFacts:
        """Return how much there is of everything."""
        return WorkspaceFacts(
            name=self._folder.name,
            events=self._number("log.db", _LOG["count"]),
            people=self._number("state.db", _STATE["count_profiles"]),
            items=self._number("catalog.db", _ITEMS["count"]),
            dead_letters=self._number("log.db", _LETTERS["count"]),
            decisions=self._number("journal.db", _JOURNAL["count"]),
            logged=self._number("log.db", _LOG["last_offset"]),
            folded=self._number("state.db", _STATE["read_checkpoint"]),
            bytes=sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file()),
        )

    def letters_since(self, at_ms: int) -> int:
        """Return how many events were refused since."""
        return self._number("log.db", _LETTERS["count_since"], at_ms)

    def choices(self, node: Node) -> dict[Purpose, bool]:
        """Return what a person chose; one refusal under any identifier counts."""
        joined: dict[Purpose, bool] = {}
        for key in node.identifiers:
            for purpose, granted in self._chosen(key).items():
                joined[purpose] = granted and joined.get(purpose, True)
        return joined

    def items(self) -> Iterator[Item]:
        """Yield the catalog."""
        decode = msgspec.msgpack.Decoder(Item).decode
        yield from (decode(body) for (body,) in self._rows("catalog.db", _ITEMS["all"], ()))

    def stock_changes(self) -> Iterator[StockChange]:
        """Yield when items ran out and came back, oldest first; nothing of an older folder."""
        if self._number("catalog.db", _ITEMS["has_changes"]):
            for item, at_ms, in_stock in self._rows("catalog.db", _ITEMS["changes"], ()):
                yield StockChange(ItemId(item), at_ms, bool(in_stock))

    def log(self) -> LogReader | None:
        """Return the log for reading; None where there is none yet."""
        connection = self._file("log.db")
        return None if connection is None else LogReader(connection)

    def close(self) -> None:
        """Close the files."""
        for connection in self._open.values():
            connection.close()
        self._open = {}

    def _chosen(self, key: IdentifierKey) -> dict[Purpose, bool]:
        digests = (outliving(self._seal, key), self._seal.digest(key))
        rows = [
            row for one in digests for row in self._rows("vault.db", _VAULT["choices_of"], (one,))
        ]
        return {Purpose(purpose): bool(granted) for purpose, granted, _, _ in rows}

    def _rows(self, name: str, question: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        connection = self._file(name)
        return [] if connection is None else connection.execute(question, values).fetchall()

    def _number(self, name: str, question: str, *values: object) -> int:
        rows = self._rows(name, question, values)
        return int(rows[0][0]) if rows else 0

    def _file(self, name: str) -> sqlite3.Connection | None:
        found = self._open.get(name)
        if found is None:
            path = self._folder / name
            if not path.exists():
                return None
            found = self._open[name] = read_only(path)
        return found


def read_only(path: Path) -> sqlite3.Connection:
    """Open a SQLite file for reading."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
