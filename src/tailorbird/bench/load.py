"""Load: closed-loop by wrk for throughput, open-loop at a fixed rate for honest tail latency."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import re
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tailorbird.bench.line import Line
from tailorbird.spine.errors import TailorbirdError

_LINES = 32
_SOON_S = 0.1
_BAD = 300
_TIMES = Path("/proc/stat")


class NoWrk(TailorbirdError):
    """The load generator `wrk` is not installed."""

    remedy = "Install it (Debian: apt-get install wrk), then run the bench again."


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a closed loop reached: requests a second and in all, and answers that were not 2xx."""

    per_second: float
    failed: int
    asked: int


@dataclass(frozen=True, slots=True)
class Latency:
    """What an open loop saw, in milliseconds from when a request was due.

    Attributes:
        p50: half were answered within this.
        p90: nine of ten were.
        p99: all but one in a hundred were.
        worst: the slowest.
        late: how late the load itself came to send, at its 99th percentile; a figure above that is
            near this one says more of the load than of the server.
        withheld: how long processors stood still meanwhile because the machine's host gave their
            time to others; a virtual machine knows, and no server can help it.
        asked: requests.
        failed: of them, not answered with 2xx.
    """

    p50: float
    p90: float
    p99: float
    worst: float
    late: float
    withheld: float
    asked: int
    failed: int


def wrk(url: str, script: Path, seconds: int, connections: int) -> Throughput:
    """Run wrk with one thread against a URL.

    Raises:
        NoWrk: it is not installed.
    """
    program = shutil.which("wrk")
    if program is None:
        raise NoWrk
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    asked = re.search(r"(\d+) requests in ", output)
    return Throughput(
        float(rate[1]) if rate else 0.0,
        int(failed[1]) if failed else 0,
        int(asked[1]) if asked else 0,
    )


async def open_loop(
    host: str, port: int, request: Callable[[int], bytes], rate: int, seconds: float
) -> Latency:
    """Send requests at a fixed rate, whatever the answers do, and time each from when it was due.

    Waiting in line counts, so a stall shows in every request behind it (no coordinated omission).
    The collector of garbage is kept from running meanwhile: a pause of the load would be told as
    one of the server.

    Args:
        host: where the server listens.
        port: where the server listens.
        request: makes the bytes of the request with a number.
        rate: requests a second.
        seconds: how long.

    Raises:
        ConnectionError: the server ended a connection.
    """
    seen = _Seen(int(rate * seconds))
    lines = await _opened(host, port, seen)
    with _without_pauses():
        began = time.perf_counter() + _SOON_S
        for number in range(seen.count):
            due = began + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            seen.late.append(max(0.0, time.perf_counter() - due))
            seen.ask(due, request(number))
        await seen.done
    for line in lines:
        line.close()
    return seen.told()


async def _opened(host: str, port: int, seen: _Seen) -> list[Line]:
    """Return lines to a server; what they hear is seen."""
    loop, lines = asyncio.get_running_loop(), []
    for _ in range(_LINES):
        _, line = await loop.create_connection(lambda: Line(seen.answered, seen.broken), host, port)
        lines.append(line)
    seen.free.extend(lines)
    return lines


class _Seen:
    """What an open loop has asked and seen so far."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.free: list[Line] = []
        self.late: list[float] = []
        self.withheld_before = withheld_s()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = deque[tuple[float, bytes]]()
        self._took: list[float] = []
        self._failed = 0

    def ask(self, due: float, request: bytes) -> None:
        """Send a request, or let it wait until a line is free."""
        if self.free:
            self.free.pop().ask(due, request)
        else:
            self._waiting.append((due, request))

    def answered(self, line: Line, status: int) -> None:
        """Note how long an answer took, and let the line go on."""
        self._took.append(time.perf_counter() - line.due)
        self._failed += status >= _BAD
        if self._waiting:
            line.ask(*self._waiting.popleft())
        else:
            self.free.append(line)
        if len(self._took) == self.count:
            self.done.set_result(None)

    def broken(self, why: Exception | None) -> None:
        """Give up: the server ended a connection."""
        if not self.done.done():
            self.done.set_exception(why or ConnectionResetError("The server ended a connection"))

    def told(self) -> Latency:
        """Return it in milliseconds."""
        took = sorted(self._took)
        return Latency(
            p50=_at(took, 0.5),
            p90=_at(took, 0.9),
            p99=_at(took, 0.99),
            worst=_at(took, 1.0),
            late=_at(sorted(self.late), 0.99),
            withheld=round((withheld_s() - self.withheld_before) * 1000),
            asked=self.count,
            failed=self._failed,
        )


def _at(times: list[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))] * 1000, 3)


def withheld_s() -> float:
    """Return how long processors have stood still since the machine began, for the host's sake.

    Always 0 where the system does not say.
    """
    if not _TIMES.exists():
        return 0.0
    return int(_TIMES.read_text("ascii").split("\n", 1)[0].split()[8]) / os.sysconf("SC_CLK_TCK")


def under_way(load: Coroutine[None, None, Latency]) -> Latency:
    """Run a load on a quick loop: what the load takes of a core, the server may lack."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load)


@contextlib.contextmanager
def _without_pauses() -> Iterator[None]:
    """Keep the collector of garbage from running in the block; what is made there is freed."""
    before = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def post(host: str, path: str, key: str, body: bytes) -> bytes:
    """Return the bytes of a POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
