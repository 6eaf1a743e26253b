"""A configuration: everything that is configured, as one value that never changes."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from tailorbird.configure.kinds import Kind, T

SHIPPED = 1
"""The version that every shop begins with: what the product ships, and no file."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class Entry(msgspec.Struct, frozen=True):
    """One configured thing.

    Attributes:
        field: of which kind, as files spell it, such as `placements`.
        name: unique within its kind.
        said: what the file says of it, as plain values.
        value: what its room made of that.
        file: where it stands.
        line: on which line of it.
    """

    field: str
    name: str
    said: Mapping[str, Any]
    value: Any
    file: str
    line: int


class Configuration(msgspec.Struct, frozen=True):
    """Everything that is configured in a shop, valid as a whole.

    Attributes:
        version: its number; 0 for a draft, 1 for what the product ships.
        files: the texts that it was read from, by their names.
        entries: what stands in them, in their order.
        since: field → name → the version that changed this entry last; policies are named by it.
    """

    version: int = 0
    files: Mapping[str, str] = {}
    entries: tuple[Entry, ...] = ()
    since: Mapping[str, Mapping[str, int]] = {}

    def of(self, kind: Kind[T]) -> tuple[T, ...]:
        """Return the values of one kind: those that ship, replaced or joined by the files'."""
        found = {one.name: one for one in kind.defaults}
        for entry in self.entries:
            if entry.field == kind.field:
                found[entry.name] = cast("T", entry.value)
        return tuple(found.values())

    def changed_in(self, field: str, name: str) -> int:
        """Return the version that changed an entry last; 1 for what no file speaks of."""
        return self.since.get(field, {}).get(name, SHIPPED)

    def said(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what the files say, by field and name; equal for texts that mean the same."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.entries:
            found.setdefault(entry.field, {})[entry.name] = entry.said
        return found

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits that say what is configured, whatever the order and files."""
        return hashlib.sha256(_encode(self.said())).hexdigest()[:16]


def numbered(draft: Configuration, version: int, before: Configuration) -> Configuration:
    """Return a draft as a version; entries that did not change keep the version they came with."""
    known = before.said()
    since: dict[str, dict[str, int]] = {}
    for entry in draft.entries:
        same = known.get(entry.field, {}).get(entry.name) == entry.said
        found = before.changed_in(entry.field, entry.name) if same else version
        since.setdefault(entry.field, {})[entry.name] = found
    return msgspec.structs.replace(draft, version=version, since=since)


def names_in(entries: Sequence[Entry], field: str) -> tuple[str, ...]:
    """Return the names of one kind's entries."""
    return tuple(entry.name for entry in entries if entry.field == field)
