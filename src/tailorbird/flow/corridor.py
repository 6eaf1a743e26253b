"""The corridor: follows the log, folds what comes, and says how far it is."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable, Sequence

from tailorbird.flow.ports import Checkpoint, Followed
from tailorbird.flow.splitting import Splitter
from tailorbird.identity.graph import Resolved
from tailorbird.identity.resolver import Resolver
from tailorbird.profile.profiler import Profiler
from tailorbird.spine.errors import Overloaded
from tailorbird.spine.events import LoggedEvent

Listener = Callable[[Sequence[Resolved]], None]
"""Told of every folded batch, in order; must be quick and must not fail."""

# What is not yet written is folded again from the log after a crash: half a second of it at most.
_FLUSH_EVERY_S = 0.5
# Written in small steps, so that no step keeps answers waiting, and what waits stays small.
_A_STEP = 2_000
_MOST_UNWRITTEN = 4 * _A_STEP
# Few enough that profiles are still in the processor's cache when they are folded and handed on,
# and that answers may be given in between.
_A_PART = 128


class FoldingStopped(Overloaded):
    """What was sent is stored, but not yet folded: folding has stopped."""

    remedy = "Look at /readyz and the server's log; start the server again, and it goes on."
    retry_after_s = 5


class Corridor:
    """One workspace's path from the log to its derived state."""

    def __init__(
        self,
        log: Followed,
        resolver: Resolver,
        profiler: Profiler,
        checkpoint: Checkpoint,
        splitter: Splitter,
    ) -> None:
        self._log = log
        self._resolver = resolver
        self._profiler = profiler
        self._checkpoint = checkpoint
        self._splitter = splitter
        self._listeners: list[Listener] = []
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._tasks: list[asyncio.Task[None]] = []
        self._step_full = asyncio.Event()

    def listen(self, listener: Listener) -> None:
        """Tell somebody of every batch from now on."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Begin to follow the log from where the derived state is."""
        following = asyncio.create_task(self._follow(), name="corridor")
        following.add_done_callback(self._let_go)
        self._tasks = [following, asyncio.create_task(self._flush(), name="flush")]

    @property
    def offset(self) -> int:
        """Up to where the log has been folded."""
        return self._checkpoint.offset

    @property
    def failure(self) -> BaseException | None:
        """What ended the corridor, if something did; readiness looks here."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                return task.exception()
        return None

    async def reached(self, offset: int) -> None:
        """Return once the log has been folded up to an offset.

        Raises:
            FoldingStopped: it will not be, in this process.
        """
        if self._checkpoint.offset >= offset:
            return
        if self._tasks and self._tasks[0].done():
            raise FoldingStopped
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (offset, next(self._order), future))
        await future

    async def apply(self, batch: Sequence[LoggedEvent]) -> None:
        """Fold one batch, part by part; answers may be given in between."""
        for start in range(0, len(batch), _A_PART):
            if start:
                await asyncio.sleep(0)
            async with self._splitter.alone:
                await self._apply(batch[start : start + _A_PART])
            self._release()

    async def _apply(self, batch: Sequence[LoggedEvent]) -> None:
        """Fold one part: identity, then profiles, then whoever listens; all or nothing."""
        start = 0
        for index, logged in enumerate(batch):
            if logged.event.kind == "split":
                await self._fold(batch[start:index])
                await self._splitter.split(logged)
                await self._checkpoint.mark(logged.offset)
                start = index + 1
        await self._fold(batch[start:])

    async def stop(self) -> None:
        """Stop following, and write what is not yet written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._checkpoint.flush()

    async def _fold(self, batch: Sequence[LoggedEvent]) -> None:
        if not batch:
            return
        try:
            resolved = await self._resolver.resolve(batch)
            await self._profiler.fold(resolved)
        except BaseException:
            await self._checkpoint.abandon()
            raise
        await self._checkpoint.mark(batch[-1].offset)
        for listener in self._listeners:
            listener(resolved)

    async def _follow(self) -> None:
        async for batch in self._log.follow(self._checkpoint.offset):
            await self.apply(batch)
            if self._checkpoint.dirty >= _A_STEP:
                self._step_full.set()
            if self._checkpoint.dirty >= _MOST_UNWRITTEN:
                await self._checkpoint.flush()

    async def _flush(self) -> None:
        while True:
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes as it is done.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FLUSH_EVERY_S):
                    await self._step_full.wait()
            self._step_full.clear()
            await self._checkpoint.flush()

    def _let_go(self, _following: asyncio.Task[None]) -> None:
        """Tell those who wait that it is in vain."""
        while self._waiting:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_exception(FoldingStopped())

    def _release(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._checkpoint.offset:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)
