"""What a decision costs as a shop grows, by its people and by its items.

    .venv/bin/python -m bench.growth --largest 100000

Fills one shop of each size after the other, starts the real server on each, and asks 1,000
decisions a second. A million people or items take ten minutes to fill.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.bench.load import open_loop
from tailorbird.bench.measuring import HOST, PRODUCT_PORT, Told, decides, memory_mib, served
from tailorbird.bench.shop import Size, fill
from tailorbird.settings import Settings

RATE = 1_000
_WARM_UP_S = 3.0
_STEPS = (10_000, 100_000, 1_000_000)
_SESSIONS = 180_000


class Grown(msgspec.Struct, frozen=True):
    """What a shop of one size did at 1,000 decisions a second.

    Attributes:
        people: with three events each.
        items: for sale.
        start_s: from starting the server to its first answer, seconds.
        memory_mib: what the server held afterwards.
        p50_ms: half of the answers came within, from when they were due.
        p99_ms: 99 of 100 came within.
        cpu_ms: the server's processor time a decision, all its threads together.
        failed: answers that were not 2xx.
    """

    people: int
    items: int
    start_s: float
    memory_mib: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    failed: int


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--largest", type=int, default=100_000, help="people, or items")
    parser.add_argument("--seconds", type=int, default=6)
    said = parser.parse_args()
    print(table(list(growth(said.largest, said.seconds, _tell))))


def growth(largest: int, seconds: int, told: Told) -> Iterator[Grown]:
    """Fill shops of growing size one after the other, and measure each.

    Args:
        largest: how many people, or items, the largest has; a million takes ten minutes to fill.
        seconds: how long each load lasts.
        told: hears of each step.
    """
    for size in _sizes(largest):
        with tempfile.TemporaryDirectory(prefix="tailorbird-growth-") as folder:
            settings = Settings(data=str(Path(folder) / "data"), port=PRODUCT_PORT)
            told(f"filling a shop: {size.people:,} people, {size.items:,} items")
            key, _ = asyncio.run(fill(settings, size, np.random.default_rng(0)))
            yield measured(settings, key, size, seconds, told)


def measured(settings: Settings, key: str, size: Size, seconds: int, told: Told) -> Grown:
    """Measure a shop that is filled already."""
    with served(settings, told) as (pid, start_s):
        ask = decides(key, size)
        asyncio.run(open_loop(HOST, settings.port, ask, RATE, _WARM_UP_S))
        before = _cpu_s(pid)
        seen = asyncio.run(open_loop(HOST, settings.port, ask, RATE, float(seconds)))
        cpu_ms = (_cpu_s(pid) - before) * 1000 / seen.asked
        memory = round(memory_mib(pid))
    return Grown(
        size.people,
        size.items,
        round(start_s, 1),
        memory,
        seen.p50,
        seen.p99,
        round(cpu_ms, 3),
        seen.failed,
    )


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def _sizes(largest: int) -> Iterator[Size]:
    steps = [step for step in _STEPS if step <= largest]
    yield from (Size(people=step, sessions=_SESSIONS) for step in steps)
    yield from (Size(people=_STEPS[0], items=step, sessions=_SESSIONS) for step in steps)


def _cpu_s(pid: int) -> float:
    """Return the processor time that a process has taken, its threads included, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(rows: list[Grown]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| people | items | start, s | memory, MiB | p50, ms | p99, ms | processor, ms |",
        "| --: | --: | --: | --: | --: | --: | --: |",
    ]
    lines += [
        f"| {row.people:,} | {row.items:,} | {row.start_s:g} | {row.memory_mib:g} "
        f"| {row.p50_ms:g} | {row.p99_ms:g} | {row.cpu_ms:g} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
