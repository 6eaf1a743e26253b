"""The vault's file: contact data sealed, choices on record, and whom to keep out."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from tailorbird.collect.ports import ContactCard
from tailorbird.consent.purposes import Choices, Preference, Purpose
from tailorbird.spine.ids import IdentifierKey, Subject
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.seal import Seal
from tailorbird.storage.embedded.writer import GroupCommit, connect

_SQL = load("vault")


OUTLIVING = "outlives an erasure"
"""The source of a refusal whose subject was erased; nothing else is kept of it."""


def outliving(seal: Seal, key: IdentifierKey) -> bytes:
    """Return the digest under which refusals of an erased identifier are kept.

    It is keyed for this alone, so that it cannot be matched with the digests of other tables.
    """
    return seal.digest(f"refused\0{key}")


class VaultFile:
    """The file and its writer, shared by the three that keep something in it."""

    def __init__(self, path: Path, seal: Seal) -> None:
        self.writer = GroupCommit(path, _SQL["schema"], fsync=True)
        self.reader = connect(path, fsync=False)
        self.seal = seal

    async def delete(self, question: str, keys: Sequence[IdentifierKey]) -> int:
        """Delete the rows of subjects, leaving no bytes; return how many went."""
        digests = [(self.seal.digest(key),) for key in keys]

        def job(connection: sqlite3.Connection) -> int:
            return sum(connection.execute(_SQL[question], digest).rowcount for digest in digests)

        gone = await self.writer.submit(job)
        await self.writer.scrub([digest for (digest,) in digests])
        return gone

    def close(self) -> None:
        """Close the file."""
        self.reader.close()
        self.writer.close()


class SqliteVault:
    """Contact data by identifier; every value is sealed, every identifier a digest."""

    def __init__(self, file: VaultFile) -> None:
        self._file = file

    async def put(self, cards: Sequence[ContactCard]) -> None:
        seal = self._file.seal
        rows = [
            (
                seal.digest(card.subject.identifiers()[0]),
                contact.field,
                card.at_ms,
                seal.close(contact.value.encode()),
            )
            for card in cards
            for contact in card.contacts
        ]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["put"], rows)

        await self._file.writer.submit(write)

    async def get(self, keys: Sequence[IdentifierKey]) -> Mapping[str, str]:
        seal = self._file.seal
        found = {}
        for key in keys:
            for field, sealed in self._file.reader.execute(_SQL["get"], (seal.digest(key),)):
                found[field] = seal.open(sealed).decode()
        return found

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        return await self._file.delete("erase", keys)

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        contacts = await self.get(keys)
        return [dict(contacts)] if contacts else []


class SqliteConsentLedger:
    """Choices, appended; what is in force is kept in memory, as every request asks.

    A refusal outlives an erasure: not who refused, nor when or how, but a keyed digest of its own
    for each identifier, by which the same browser or user is known to have refused if it is met
    again. It ends with the next choice for that purpose.
    """

    def __init__(self, file: VaultFile) -> None:
        self._file = file
        self._in_force: dict[bytes, dict[Purpose, bool]] = {}
        self._outliving: dict[bytes, dict[Purpose, bool]] = {}
        for digest, purpose, granted, source in file.reader.execute(_SQL["all_choices"]):
            known = self._outliving if source == OUTLIVING else self._in_force
            known.setdefault(digest, {})[Purpose(purpose)] = bool(granted)

    @property
    def silent(self) -> bool:
        """Whether nobody's choice is on record."""
        return not (self._in_force or self._outliving)

    async def choices(self, subject: Subject) -> Choices:
        if not (self._in_force or self._outliving):
            return {}
        joined: dict[Purpose, bool] = {}
        for key in subject.identifiers():
            for purpose, granted in self._of_one(key).items():
                joined[purpose] = granted and joined.get(purpose, True)
        return joined

    def _of_one(self, key: IdentifierKey) -> Mapping[Purpose, bool]:
        stored = self._in_force.get(self._file.seal.digest(key), {})
        if not self._outliving:
            return stored
        return {**self._outliving.get(outliving(self._file.seal, key), {}), **stored}

    async def append(self, subject: Subject, preferences: Sequence[Preference]) -> None:
        digests = [self._file.seal.digest(key) for key in subject.identifiers()]
        rows = [
            (digest, one.purpose.value, int(one.granted), one.at_ms, one.source)
            for digest in digests
            for one in preferences
        ]

        older = [outliving(self._file.seal, key) for key in subject.identifiers()]
        ended = [(digest, one.purpose.value) for digest in older for one in preferences]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["add_choice"], rows)
            connection.executemany(_SQL["drop_choice"], ended)

        await self._file.writer.submit(write)
        for digest in digests:
            force = self._in_force.setdefault(digest, {})
            force.update({one.purpose: one.granted for one in preferences})
        for digest, purpose in ended:
            self._outliving.get(digest, {}).pop(Purpose(purpose), None)

    async def history(self, subject: Subject) -> Sequence[Preference]:
        return [preference for key in subject.identifiers() for preference in self._of(key)]

    async def erase(self, keys: Sequence[IdentifierKey]) -> int:
        refused = {
            purpose for key in keys for purpose, granted in self._of_one(key).items() if not granted
        }
        await self._outlive([outliving(self._file.seal, key) for key in keys], refused)
        for key in keys:
            self._in_force.pop(self._file.seal.digest(key), None)
        return await self._file.delete("erase_choices", keys)

    async def _outlive(self, digests: Sequence[bytes], refused: set[Purpose]) -> None:
        """Keep refusals beyond an erasure, with nothing else."""
        rows = [(digest, one.value, 0, 0, OUTLIVING) for digest in digests for one in refused]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["drop_choice"], [row[:2] for row in rows])
            connection.executemany(_SQL["add_choice"], rows)

        await self._file.writer.submit(write)
        for digest in digests if refused else ():
            self._outliving.setdefault(digest, {}).update(dict.fromkeys(refused, False))

    async def export(self, keys: Sequence[IdentifierKey]) -> Sequence[dict[str, object]]:
        return [msgspec.to_builtins(preference) for key in keys for preference in self._of(key)]

    def _of(self, key: IdentifierKey) -> list[Preference]:
        rows = self._file.reader.execute(_SQL["choices_of"], (self._file.seal.digest(key),))
        return [
            Preference(purpose=Purpose(purpose), granted=bool(granted), at_ms=at_ms, source=source)
            for purpose, granted, at_ms, source in rows
        ]


class SqliteSuppression:
    """Digests of erased identifiers, so that a late event cannot bring anybody back."""

    def __init__(self, file: VaultFile) -> None:
        self._file = file
        self._erased: dict[bytes, int] = dict(file.reader.execute(_SQL["all_erased"]).fetchall())

    def holds(self, keys: Sequence[IdentifierKey], at_ms: int) -> bool:
        """Return whether something of that time belongs to somebody erased since.

        What happened after the erasure is a new acquaintance.
        """
        if not self._erased:
            return False
        return any(at_ms <= self._erased.get(self._file.seal.digest(key), -1) for key in keys)

    async def add(self, keys: Sequence[IdentifierKey], at_ms: int) -> None:
        """Keep these out from now on."""
        rows = [(self._file.seal.digest(key), at_ms) for key in keys]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_SQL["suppress"], rows)

        await self._file.writer.submit(write)
        self._erased.update(rows)
