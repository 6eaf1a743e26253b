"""Group commit: one thread writes for everybody, and one fsync serves all who wait."""

import asyncio
import itertools
import os
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from tailorbird.spine.errors import Corrupt, Overloaded, TailorbirdError
from tailorbird.spine.ids import IdentifierKey
from tailorbird.spine.private import private_file
from tailorbird.storage.embedded.scrubbing import has_residue

T = TypeVar("T")
P = TypeVar("P")
Job = Callable[[sqlite3.Connection], T]
Together = Callable[[sqlite3.Connection, Sequence[P]], Sequence[T]]

_MOST_JOBS_A_COMMIT = 4_000
_MOST_JOBS_WAITING = 20_000
_NICE, _NICEST = 10, 19


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
    """A job, and who waits for its result.

    One that is `alone` runs outside of transactions. One with a `part` is done `together` with its
    neighbors in the commit.
    """

    __slots__ = ("alone", "error", "future", "job", "part", "result", "together")

    def __init__(
        self,
        future: asyncio.Future[T],
        job: Job[T] | None = None,
        *,
        together: Together[Any, T] | None = None,
        part: object = None,
        alone: bool = False,
    ) -> None:
        self.future = future
        self.job = job
        self.together = together
        self.part = part
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
        behind: whether nobody waits for a commit; the thread then lets those who answer go first.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        *,
        fsync: bool,
        committed: Callable[[list[Any]], None] | None = None,
        behind: bool = False,
    ) -> None:
        self._path = path
        self._behind = behind
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
        return await self._put(_Waiting(self._future(), job, alone=alone))

    async def submit_part(self, together: Together[P, T], part: P) -> T:
        """Have a part done inside the next commit, in one go with the parts that wait beside it.

        Args:
            together: does many parts, and returns a result for each.
            part: what is to be done.

        Raises:
            Overloaded: too many wait already; nothing was kept.
            Exception: what doing this part raised; it was undone, others' were not.
        """
        return await self._put(_Waiting(self._future(), together=together, part=part))

    def _future(self) -> asyncio.Future[Any]:
        self._loop = asyncio.get_running_loop()
        return self._loop.create_future()

    async def _put(self, waiting: _Waiting[T]) -> T:
        if self._queue.qsize() > _MOST_JOBS_WAITING:
            raise Overloaded
        self._queue.put(waiting)
        return await waiting.future

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
        if self._behind:
            _step_back()
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
            waiting.result = _job_of(waiting)(self._connection)
        except (sqlite3.Error, Unscrubbed) as error:
            waiting.error = error

    def _commit(self, group: list[_Waiting[Any]]) -> None:
        if not group:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._do(group)
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

    def _do(self, group: list[_Waiting[Any]]) -> None:
        for together, some in itertools.groupby(group, key=lambda waiting: waiting.together):
            if together is None:
                for waiting in some:
                    waiting.result = _job_of(waiting)(self._connection)
                continue
            parts = list(some)
            results = together(self._connection, [waiting.part for waiting in parts])
            for waiting, result in zip(parts, results, strict=True):
                waiting.result = result

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


def _step_back() -> None:
    """Let other threads have the processor first, where the system ranks threads by themselves.

    Not for a thread that runs Python for long: it could hold the interpreter while it waits.
    """
    if sys.platform == "linux":
        nicer = os.getpriority(os.PRIO_PROCESS, 0) + _NICE
        os.setpriority(os.PRIO_PROCESS, 0, min(nicer, _NICEST))


def _job_of(waiting: _Waiting[T]) -> Job[T]:
    """Return what a waiting one wants done by itself."""
    if waiting.job is None:
        raise TypeError
    return waiting.job


def _fold_in(connection: sqlite3.Connection) -> None:
    """Fold the write-ahead log into the file and empty it."""
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise Unscrubbed


def value_of(key: IdentifierKey) -> bytes:
    """Return an identifier's own bytes, as they stand in a file."""
    return key.partition(":")[2].encode()
