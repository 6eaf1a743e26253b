"""The measurements: each figure several times, in turn with the bare endpoint, medians reported."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tailorbird.bench.load import open_loop, post, under_way, wrk
from tailorbird.bench.meanwhile import while_training
from tailorbird.bench.rows import Row, tail
from tailorbird.bench.shop import Size, fill, lua_scripts
from tailorbird.settings import Settings

HOST = "127.0.0.1"
PRODUCT_PORT, BARE_PORT = 18_801, 18_802
_WARM_UP_S = 3.0
_ANSWER_BYTES = {"single": 80, "batch": 80, "decide": 1_900}
Told = Callable[[str], None]


def bench(folder: Path, size: Size, rounds: int, seconds: int, told: Told) -> list[Row]:
    """Measure everything on a shop of a given size in an empty folder.

    Args:
        folder: where the shop's data goes.
        size: how large.
        rounds: how often each figure is taken, in turn with the bare endpoint.
        seconds: how long each load lasts.
        told: hears of each step.
    """
    settings = Settings(data=str(folder / "data"), port=PRODUCT_PORT)
    told(
        f"filling a shop: {size.people:,} people, {size.items:,} items, {size.sessions:,} sessions"
    )
    key, import_rate = asyncio.run(fill(settings, size, np.random.default_rng(0)))
    scripts = lua_scripts(folder, key, size)
    rows = [Row("bulk import, folded", round(import_rate), "events/s")]
    with served(settings, told) as (pid, start_s):
        rows.append(Row("start to first answer", round(start_s, 2), "s"))
        rows.append(Row("memory after start", round(memory_mib(pid)), "MiB"))
        for name, unit, per in (
            ("decide", "requests/s", 1),
            ("single", "events/s", 1),
            ("batch", "events/s", 50),
        ):
            told(f"{name}: throughput against the bare endpoint")
            rows.append(_throughput(name, scripts, (rounds, seconds), unit, per))
        told("decide at 1,000 requests a second")
        rows.extend(_tail("decide at 1,000/s", decides(key, size), 1_000, seconds))
        told("freshness")
        rows.append(_freshness(key))
        told("decide at 1,000 requests a second, while models are trained and events pour in")
        rows.extend(while_training(settings, (key, size), decides(key, size), seconds))
        rows.append(Row("memory after load", round(memory_mib(pid)), "MiB"))
    return rows


@contextmanager
def served(settings: Settings, told: Told) -> Iterator[tuple[int, float]]:
    """Run the product's server; yield its pid and the seconds until it answered."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tailorbird.cli.main", "serve"]
    command += ["--data", settings.data, "--port", str(settings.port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(settings.port)
        yield process.pid, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(timeout=60)
        told("server stopped")


@contextmanager
def bare_served(answer_bytes: int, port: int = BARE_PORT) -> Iterator[int]:
    """Run the bare endpoint, which answers so many bytes; yield its pid."""
    command = [sys.executable, "-m", "tailorbird.bench.bare", "--port", str(port)]
    command += ["--answer-bytes", str(answer_bytes)]
    bare = subprocess.Popen(command)  # noqa: S603
    try:
        _wait_for(port)
        yield bare.pid
    finally:
        bare.terminate()
        bare.wait(timeout=10)


def _throughput(
    name: str, scripts: dict[str, Path], how: tuple[int, int], unit: str, per: int
) -> Row:
    rounds, seconds = how
    ours, ceiling, ratios = [], [], []
    with bare_served(_ANSWER_BYTES[name]):
        # Once before it counts: a server that has just started reads, compiles and remembers.
        wrk(f"http://{HOST}:{PRODUCT_PORT}", scripts[name], seconds, 16)
        for _ in range(rounds):
            one = wrk(f"http://{HOST}:{PRODUCT_PORT}", scripts[name], seconds, 16)
            top = wrk(f"http://{HOST}:{BARE_PORT}", scripts[f"bare_{name}"], seconds, 16)
            ours.append(one.per_second)
            ceiling.append(top.per_second)
            ratios.append(one.per_second / top.per_second)
    return Row(
        what=f"{name}, throughput",
        figure=round(statistics.median(ours) * per),
        unit=unit,
        bare=round(statistics.median(ceiling) * per),
        ratio=round(statistics.median(ratios), 3),
        spread=f"{min(ratios):.3f} to {max(ratios):.3f}",
    )


def _tail(what: str, request: Callable[[int], bytes], rate: int, seconds: int) -> list[Row]:
    under_way(open_loop(HOST, PRODUCT_PORT, request, rate, _WARM_UP_S))
    return tail(what, under_way(open_loop(HOST, PRODUCT_PORT, request, rate, float(seconds))))


def decides(key: str, size: Size) -> Callable[[int], bytes]:
    """Return what makes requests for decisions, of random people on pages of random items."""
    rng = np.random.default_rng(1)
    people = rng.integers(0, size.people, 4_096).tolist()
    items = rng.integers(0, size.items, 4_096).tolist()

    def request(number: int) -> bytes:
        place = number % 4_096
        body = {
            "anonymousId": f"visitor-{people[place]}",
            "context": {"item": f"sku-{items[place]}"},
            "placements": [{"name": "home_recs", "limit": 12}],
        }
        return post(HOST, "/v1/decide", key, json.dumps(body).encode())

    return request


def _freshness(key: str) -> Row:
    """Time from an acknowledged event to the answer of a decision that shows it."""
    times = []
    for number in range(300):
        visitor = f"fresh-{time.time_ns()}-{number}"
        _call(
            "/v1/track",
            key,
            {
                "event": "Product Viewed",
                "anonymousId": visitor,
                "properties": {"product_id": f"sku-{number}"},
            },
        )
        acknowledged = time.perf_counter()
        while True:
            found = _call(
                "/v1/decide",
                key,
                {
                    "anonymousId": visitor,
                    "placements": [{"name": "home_recs", "limit": 3}],
                },
            )
            if found["decisions"][0]["level"] in {"session", "personal"}:
                break
        times.append((time.perf_counter() - acknowledged) * 1000)
    times.sort()
    return Row("acknowledged event to a decision that shows it, p99", round(times[296], 2), "ms")


def _call(path: str, key: str, body: dict[str, object]) -> dict[str, list[dict[str, str]]]:
    request = urllib.request.Request(
        f"http://{HOST}:{PRODUCT_PORT}{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        found: dict[str, list[dict[str, str]]] = json.loads(answer.read())
    return found


def memory_mib(pid: int) -> float:
    """Return what a process holds in memory, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=1)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")
