"""Versions of the configuration, in the control file beside keys and audit."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from tailorbird.configure.ports import Deed, StoredVersion
from tailorbird.spine.ids import WorkspaceId
from tailorbird.spine.private import private_folder
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import connect

_SQL = load("configurations")
_CONTROL = load("control")
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(StoredVersion).decode


class SqliteVersions:
    """One shop's versions; each change stands on disk, with its audit line, or not at all."""

    def __init__(self, path: Path, workspace: WorkspaceId) -> None:
        private_folder(path.parent)
        self._workspace = workspace
        self._connection = connect(path, fsync=True)
        self._connection.executescript(_CONTROL["schema"] + _SQL["schema"])

    def active(self) -> int | None:
        return self._number("active")

    def last(self) -> int | None:
        return self._number("last")

    def get(self, version: int) -> StoredVersion | None:
        row = self._connection.execute(_SQL["get"], (self._workspace, version)).fetchone()
        return None if row is None else _decode(row[0])

    def all(self) -> Sequence[StoredVersion]:
        rows = self._connection.execute(_SQL["all"], (self._workspace,)).fetchall()
        return [_decode(body) for (body,) in rows]

    def activations(self) -> Sequence[tuple[int, int]]:
        rows = self._connection.execute(_SQL["activations"], (self._workspace,)).fetchall()
        return [(version, at_ms) for version, at_ms in rows]

    def add(self, stored: StoredVersion, deed: Deed) -> None:
        self._change(stored, stored.version, deed, "configuration.apply")

    def activate(self, version: int, deed: Deed) -> None:
        self._change(None, version, deed, "configuration.rollback")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _change(self, stored: StoredVersion | None, version: int, deed: Deed, what: str) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            if stored is not None:
                row = (self._workspace, version, _encode(stored))
                self._connection.execute(_SQL["add"], row)
            self._connection.execute(
                _SQL["activate"], (self._workspace, version, deed.at_ms, deed.by)
            )
            subject = f"version {version}" + (f": {deed.note}" if deed.note else "")
            line = (deed.at_ms, self._workspace, deed.by, what, subject)
            self._connection.execute(_CONTROL["add_audit"], line)

    def _number(self, question: str) -> int | None:
        row = self._connection.execute(_SQL[question], (self._workspace,)).fetchone()
        return None if row is None or row[0] is None else int(row[0])
