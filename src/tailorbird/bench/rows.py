"""The lines of the bench's table."""

from __future__ import annotations

import msgspec

from tailorbird.bench.load import Latency


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """One line of the table."""

    what: str
    figure: float
    unit: str
    bare: float | None = None
    ratio: float | None = None
    spread: str = ""


def tail(what: str, seen: Latency) -> list[Row]:
    """Return how long requests of one kind took."""
    return [
        Row(f"{what}, p50", seen.p50, "ms"),
        Row(f"{what}, p90", seen.p90, "ms"),
        Row(f"{what}, p99", seen.p99, "ms"),
        Row(f"{what}, sent late by the load itself, p99", seen.late, "ms"),
        Row(f"{what}, not answered 2xx", seen.failed, f"of {seen.asked}"),
    ]
