"""Group commit: one thread writes for everybody, and one fsync serves all who wait."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from tailorbird.spine.errors import Corrupt, Overloaded, TailorbirdError
from tailorbird.spine.ids import IdentifierKey
from tailorbird.spine.private import private_file
from tailorbird.storage.embedded.scrubbing import has_residue

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

_MOST_JOBS_A_COMMIT = 4_000
_MOST_JOBS_WAITING = 20_000


def connect(path: Path, *, fsync: bool) -> sqlite3.Connection:
    """Open a SQLite file the way all of ours are opened.

    Write-ahead logging lets readers go on while one writes; `secure_delete` overwrites what is
    deleted, since an erasure must leave no bytes behind; with `fsync`, a commit is on disk before
    it returns. Only the owner can read the file, nor what SQLite puts beside it, which has the same
    rights.
    """
    private_file(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if fsync else 'NORMAL'}")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA busy_timeout=10000")
        connection.execute("PRAGMA wal_autocheckpoint=8000")
        connection.execute("PRAGMA cache_size=-16384")
        connection.execute("PRAGMA temp_store=MEMORY")
    except sqlite3.DatabaseError as cause:
        connection.close()
        raise Corrupt(f"{path.name} is not a readable database: {cause}") from cause
    return connection


class Unscrubbed(TailorbirdError):
    """What was deleted is still in a file, since another process has been reading it for long."""

    status = 503
    remedy = "Wait for the other process (a training, an export) to end, then erase again."


class _Waiting(Generic[T]):
    """A job, and who waits for its result; one that is `alone` runs outside of transactions."""

    __slots__ = ("alone", "error", "future", "job", "result")

    def __init__(self, job: Job[T], future: asyncio.Future[T], *, alone: bool) -> None:
        self.job = job
        self.future = future
        self.alone = alone
        self.result: T | None = None
        self.error: Exception | None = None


class GroupCommit:
    """Runs jobs on one connection in one thread; all that wait share a transaction.

    Args:
        path: the database file; made when missing.
        schema: statements that make its tables, if they are not there.
        fsync: whether a commit must reach the disk before `submit` returns.
        committed: called in the event loop with the results of a commit, in the order of the
            jobs, before those who wait are told.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        *,
        fsync: bool,
        committed: Callable[[list[Any]], None] | None = None,
    ) -> None:
        self._path = path
        self._connection = connect(path, fsync=fsync)
        self._connection.executescript(schema)
        self._committed = committed
        self._queue: queue.SimpleQueue[_Waiting[Any] | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=f"commit-{path.stem}", daemon=True)
        self._thread.start()

    async def submit(self, job: Job[T], *, alone: bool = False) -> T:
        """Run a job inside the next commit; return its result once that is durable.

        Args:
            job: what to do.
            alone: whether it runs by itself, outside of any transaction.

        Raises:
            Overloaded: too many wait already; nothing was kept.
            Exception: what the job raised; its own changes were undone, others' were not.
        """
        if self._queue.qsize() > _MOST_JOBS_WAITING:
            raise Overloaded
        self._loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Waiting(job, future, alone=alone))
        return await future

    async def scrub(self, needles: Sequence[bytes]) -> None:
        """Make sure that deleted bytes are in no file: call after the deletion is committed.

        Where SQLite left copies in the gaps of pages the whole file is written anew, which takes
        about a minute for ten gigabytes; those who write wait.

        Raises:
            Unscrubbed: somebody reads for so long that old pages cannot be folded in.
        """
        wanted = [needle for needle in needles if needle]

        def job(connection: sqlite3.Connection) -> None:
            _fold_in(connection)
            if has_residue(self._path, wanted):
                connection.execute("PRAGMA temp_store=FILE")
                connection.execute("VACUUM")
                connection.execute("PRAGMA temp_store=MEMORY")
                _fold_in(connection)

        await self.submit(job, alone=True)

    @property
    def waiting(self) -> int:
        """How many jobs wait for a commit."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what waits, fold the write-ahead log into the file, and close it."""
        self._queue.put(None)
        self._thread.join(timeout=30)
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            group, closing = self._drain(first)
            self._commit([waiting for waiting in group if not waiting.alone])
            for waiting in group:
                if waiting.alone:
                    self._run_alone(waiting)
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._tell, group)
            if closing:
                return

    def _drain(self, first: _Waiting[Any]) -> tuple[list[_Waiting[Any]], bool]:
        group = [first]
        while len(group) < _MOST_JOBS_A_COMMIT:
            try:
                another = self._queue.get_nowait()
            except queue.Empty:
                break
            if another is None:
                return group, True
            group.append(another)
        return group, False

    def _run_alone(self, waiting: _Waiting[Any]) -> None:
        try:
            waiting.result = waiting.job(self._connection)
        except (sqlite3.Error, Unscrubbed) as error:
            waiting.error = error

    def _commit(self, group: list[_Waiting[Any]]) -> None:
        if not group:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for waiting in group:
                waiting.result = waiting.job(self._connection)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whoever submitted it is told; others go on
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if len(group) == 1:
                group[0].error = error
                return
            # One job spoiled the shared transaction: give each its own.
            for waiting in group:
                self._commit([waiting])

    def _tell(self, group: list[_Waiting[Any]]) -> None:
        if self._committed is not None:
            self._committed([waiting.result for waiting in group if waiting.error is None])
        for waiting in group:
            if waiting.future.done():
                continue
            if waiting.error is not None:
                waiting.future.set_exception(waiting.error)
            else:
                waiting.future.set_result(waiting.result)


def _fold_in(connection: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the file and empty it."""
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise Unscrubbed


def value_of(key: IdentifierKey) -> bytes:
    """Return an identifier's own bytes, as they stand in a file."""
    return key.partition(":")[2].encode()
