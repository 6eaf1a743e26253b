"""Load: closed-loop by wrk for throughput, open-loop at a fixed rate for honest tail latency."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tailorbird.spine.errors import TailorbirdError


class NoWrk(TailorbirdError):
    """The load generator `wrk` is not installed."""

    remedy = "Install it (Debian: apt-get install wrk), then run the bench again."


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a closed loop reached: requests a second, and answers that were not 2xx."""

    per_second: float
    failed: int


@dataclass(frozen=True, slots=True)
class Latency:
    """What an open loop saw, in milliseconds from when a request was due."""

    p50: float
    p90: float
    p99: float
    worst: float
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
    return Throughput(float(rate[1]) if rate else 0.0, int(failed[1]) if failed else 0)


async def open_loop(
    host: str, port: int, request: Callable[[int], bytes], rate: int, seconds: float
) -> Latency:
    """Send requests at a fixed rate, whatever the answers do, and time each from when it was due.

    Waiting in line counts, so a stall shows in every request behind it (no coordinated omission).
    """
    count = int(rate * seconds)
    connections = [await asyncio.open_connection(host, port) for _ in range(32)]
    free: asyncio.Queue[int] = asyncio.Queue()
    for number in range(len(connections)):
        free.put_nowait(number)
    times: list[float] = []
    failed = 0
    began = time.perf_counter() + 0.1

    async def one(number: int, due: float) -> None:
        nonlocal failed
        place = await free.get()
        reader, writer = connections[place]
        writer.write(request(number))
        status = await _answer(reader)
        times.append((time.perf_counter() - due) * 1000)
        failed += status >= 300
        free.put_nowait(place)

    tasks = []
    for number in range(count):
        due = began + number / rate
        delay = due - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        tasks.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*tasks)
    for _, writer in connections:
        writer.close()
    times.sort()

    def at(share: float) -> float:
        return round(times[min(len(times) - 1, int(share * len(times)))], 3)

    return Latency(at(0.5), at(0.9), at(0.99), round(times[-1], 3), count, failed)


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head[9:12])


def post(host: str, path: str, key: str, body: bytes) -> bytes:
    """Return the bytes of a POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
