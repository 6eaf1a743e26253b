"""What an event costs on its way in, by thread: `python -m bench.ingest import|batch|single`.

Processor time an event in microseconds, from the door (without HTTP) until it is durable and
folded. Run it in turn on two versions, and take the least of several runs: what else the machine
does pushes memory out of caches, and so makes every figure larger, never smaller.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.bench.shop import imported
from tailorbird.collect.admit import Door
from tailorbird.collect.collector import Collector
from tailorbird.compose import Install, Workspace
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.garbage import seldom_collected

_ITEMS, _CHUNK, _CALLERS, _DAYS_MS = 5_000, 2_000, 16, 30 * 86_400_000
# As the server has them.
_GARBAGE, _SWITCH_S = (1_000, 2, 50_000), 0.0005


def main() -> None:
    """Put events into an empty folder, and print what one costs."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("way", choices=("import", "batch", "single"))
    asked.add_argument("--events", type=int, default=60_000)
    asked.add_argument("--people", type=int, default=20_000)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(folder, options.way, options.events, options.people))


async def _measure(folder: str, way: str, count: int, people: int) -> None:
    install = Install(Settings(data=folder), serving=way != "import")
    try:
        shop = await install.workspace()
        await _stock(shop)
        rng = np.random.default_rng(0)
        if way == "import":
            made = _events("i", count, people, rng, wall_clock() - _DAYS_MS)
            with seldom_collected():
                before = _spent()
                await imported(shop.collector, made, wall_clock())
                _tell(before, count)
            return
        met = _events("m", people, people, rng)
        await _sent(shop.collector, met, _CHUNK)  # so that everybody is known
        made = _events("s", count, people, rng)
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        sys.setswitchinterval(_SWITCH_S)
        before = _spent()
        await _sent(shop.collector, made, 50 if way == "batch" else 1)
        _tell(before, count)
    finally:
        await install.close()


async def _stock(shop: Workspace) -> None:
    items = [
        {"id": f"sku-{code}", "price": 5 + code % 300, "currency": "EUR", "brand": f"b{code % 97}"}
        | {"category": ["Shop", f"Aisle {code % 20}", f"Family {code % 200}"], "stock": 100}
        for code in range(_ITEMS)
    ]
    await shop.catalog.put(msgspec.json.encode(items))


def _events(
    run: str, count: int, people: int, rng: np.random.Generator, since_ms: int | None = None
) -> list[bytes]:
    """Return views of items by people in no order; imported ones say when."""
    who = rng.permutation(np.arange(count) % people).tolist()
    what = rng.integers(0, _ITEMS, count).tolist()
    made = []
    for number in range(count):
        event: dict[str, object] = {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"{run}-{number}",
            "anonymousId": f"visitor-{who[number]}",
            "properties": {"product_id": f"sku-{what[number]}"},
        }
        if since_ms is None:
            event["context"] = {"page": {"path": "/p"}, "locale": "de-DE"}
        else:
            event["timestamp"] = since_ms + number
        made.append(msgspec.json.encode(event))
    return made


async def _sent(collector: Collector, made: list[bytes], at_once: int) -> None:
    starts = iter(range(0, len(made), at_once))

    async def caller() -> None:
        for start in starts:
            door = Door(source="bench", received_at_ms=wall_clock())
            await collector.collect(made[start : start + at_once], door)

    await asyncio.gather(*(caller() for _ in range(_CALLERS)))


def _spent() -> Counter[str]:
    """Return nanoseconds of processor time by thread."""
    return Counter(
        {
            one.name: int(Path(f"/proc/self/task/{one.native_id}/schedstat").read_text().split()[0])
            for one in threading.enumerate()
        }
    ) + Counter({" began": time.perf_counter_ns()})


def _tell(before: Counter[str], count: int) -> None:
    spent = _spent()
    spent.subtract(before)
    seconds = spent.pop(" began") / 1e9
    for name, nanoseconds in spent.most_common(3):
        print(f"{name:20} {nanoseconds / 1000 / count:8.1f} µs an event")
    print(f"{'all':20} {spent.total() / 1000 / count:8.1f} µs an event")
    print(f"{'by the clock':20} {count / seconds:8,.0f} events/s")


if __name__ == "__main__":
    main()
