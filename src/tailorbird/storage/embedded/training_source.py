"""A shop's log, journal and catalog, read beside a running server for training."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.predict.outcomes import TrainingDecision
from tailorbird.predict.training import TrainingEvent
from tailorbird.spine.ids import IdentifierKey, anonymous_key, user_key
from tailorbird.storage.embedded.queries import load

_LOG = load("log")
_CATALOG = load("catalog")
_JOURNAL = load("journal")
_A_BATCH = 5_000


class SqliteTrainingSource:
    """Reads a workspace's files without writing to them.

    Args:
        folder: the workspace's.
        unwilling: tells the identifiers of people from whose answers nothing may be learned.
    """

    def __init__(
        self, folder: Path, unwilling: Callable[[], Collection[IdentifierKey]] = tuple
    ) -> None:
        self._unwilling = unwilling
        self._journal = _read_only(folder / "journal.db")
        self._log = _read_only(folder / "log.db")
        self._catalog = _read_only(folder / "catalog.db")
        row = self._log.execute(_LOG["last_offset"]).fetchone()
        self.last_offset: int = 0 if row is None else row[0]

    def batches(self) -> Iterator[Iterable[TrainingEvent]]:
        """Yield the log up to where it was when this was made."""
        decode = msgspec.msgpack.Decoder(TrainingEvent).decode
        after = 0
        while rows := self._log.execute(_LOG["read"], (after, _A_BATCH)).fetchall():
            after = rows[-1][0]
            yield [decode(body) for offset, body in rows if offset <= self.last_offset]
            if after >= self.last_offset:
                return

    def items(self) -> Iterator[Item]:
        """Yield every item of the catalog."""
        decode = msgspec.msgpack.Decoder(Item).decode
        for (body,) in self._catalog.execute(_CATALOG["all"]):
            yield decode(body)

    def decisions(self) -> Iterator[TrainingDecision]:
        """Yield what was shown, oldest first, to people who let their data be used for it."""
        decode, after = msgspec.msgpack.Decoder(TrainingDecision).decode, 0
        left_out: frozenset[IdentifierKey] | None = None
        while rows := self._journal.execute(_JOURNAL["since"], (after, 0, _A_BATCH)).fetchall():
            after = rows[-1][0]
            if left_out is None:
                left_out = frozenset(self._unwilling())
            for _, body in rows:
                found = decode(body)
                if not _keys(found) & left_out:
                    yield found

    def close(self) -> None:
        """Close the files."""
        self._journal.close()
        self._log.close()
        self._catalog.close()


def _keys(decision: TrainingDecision) -> set[IdentifierKey]:
    found = set()
    if decision.user_id is not None:
        found.add(user_key(decision.user_id))
    if decision.anonymous_id is not None:
        found.add(anonymous_key(decision.anonymous_id))
    return found


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
