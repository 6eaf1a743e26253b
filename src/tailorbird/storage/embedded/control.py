"""The control file of an install: keys and the audit log, shared by the server and the commands."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tailorbird.access.keys import Key, KeyKind, Scope, digest
from tailorbird.spine.ids import WorkspaceId
from tailorbird.spine.private import private_folder
from tailorbird.storage.embedded.queries import load
from tailorbird.storage.embedded.writer import connect

_SQL = load("control")
# A key revoked by a command is refused within this. To look gives the interpreter's lock away, and
# to get it back from a busy thread can take longer than an answer.
_LOOK_EVERY_S = 0.02
_KeyRow = tuple[str, str, str, str, str, str, int, int | None]


class SqliteKeyRing:
    """Keys in SQLite; what was found is remembered until a process changes the file."""

    def __init__(self, path: Path, tick: Callable[[], float] = time.monotonic) -> None:
        private_folder(path.parent)
        self._tick = tick
        self._look_again_s = 0.0
        self._connection = connect(path, fsync=True)
        self._connection.executescript(_SQL["schema"])
        self._known: dict[str, Key] = {}
        self._version = -1

    def find(self, text: str) -> Key | None:
        now_s = self._tick()
        if now_s >= self._look_again_s:
            self._look_again_s = now_s + _LOOK_EVERY_S
            self.refresh()
        known = self._known.get(text)
        if known is not None:
            return known
        row = self._connection.execute(_SQL["key_by_hash"], (digest(text),)).fetchone()
        if row is None:
            return None
        key = _key(row)
        if key.revoked_at_ms is not None:
            return None
        self._known[text] = key
        return key

    def add(self, key: Key, text: str) -> None:
        self._connection.execute(
            _SQL["add_key"],
            (
                key.id,
                key.workspace,
                key.kind.value,
                digest(text),
                key.label,
                " ".join(key.scopes),
                " ".join(key.origins),
                key.created_at_ms,
            ),
        )

    def all(self) -> list[Key]:
        return [_key(row) for row in self._connection.execute(_SQL["all_keys"])]

    def revoke(self, key_id: str, at_ms: int) -> bool:
        self._known.clear()
        return self._connection.execute(_SQL["revoke"], (at_ms, key_id)).rowcount == 1

    def refresh(self) -> None:
        """Forget what is remembered if another process has changed the file."""
        version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._known.clear()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class SqliteAudit:
    """Who changed what and who looked at whom, appended."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, fsync=False)
        self._connection.executescript(_SQL["schema"])

    def note(
        self, at_ms: int, workspace: WorkspaceId, actor: str, action: str, subject: str
    ) -> None:
        """Append one line."""
        self._connection.execute(_SQL["add_audit"], (at_ms, workspace, actor, action, subject))

    def latest(
        self, workspace: WorkspaceId, limit: int
    ) -> Sequence[tuple[int, str, str, str, str]]:
        """Return the latest lines, newest first."""
        rows = self._connection.execute(_SQL["audit"], (workspace, limit)).fetchall()
        return [tuple(row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _key(row: _KeyRow) -> Key:
    key_id, workspace, kind, label, scopes, origins, created, revoked = row
    return Key(
        id=key_id,
        workspace=WorkspaceId(workspace),
        kind=KeyKind(kind),
        label=label,
        scopes=tuple(Scope(scope) for scope in scopes.split()),
        origins=tuple(origins.split()),
        created_at_ms=created,
        revoked_at_ms=revoked,
    )
