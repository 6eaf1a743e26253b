"""`tailorbird bench`: what this install does here, each figure beside the bare endpoint's."""

import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tailorbird.bench.measuring import bench as measure
from tailorbird.bench.rows import Row
from tailorbird.bench.shop import Size


def bench(
    people: Annotated[int, typer.Option(help="People with a history.")] = 100_000,
    items: Annotated[int, typer.Option(help="Items for sale.")] = 20_000,
    sessions: Annotated[int, typer.Option(help="Sessions in the index.")] = 180_000,
    rounds: Annotated[int, typer.Option(help="How often each figure is taken.")] = 5,
    seconds: Annotated[int, typer.Option(help="How long each load lasts.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002
) -> None:
    """Measure ingest, decide, freshness, start-up and memory."""
    size = Size(people=people, items=items, sessions=sessions)
    with tempfile.TemporaryDirectory(prefix="tailorbird-bench-") as folder:
        rows = measure(Path(folder), size, rounds, seconds, _tell)
    if as_json:
        print(json.dumps({"machine": machine(), "rows": msgspec.to_builtins(rows)}))
    else:
        print(f"{machine()}\n\n{table(rows)}")


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def table(rows: list[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| what | figure | bare endpoint | ratio (lowest to highest) |",
        "| --- | --: | --: | --- |",
    ]
    for row in rows:
        bare = "" if row.bare is None else f"{row.bare:,.0f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.3f} ({row.spread})"
        figure = f"{row.figure:,.0f}" if row.figure >= 100 else f"{row.figure:g}"
        lines.append(f"| {row.what} | {figure} {row.unit} | {bare} | {ratio} |")
    return "\n".join(lines)


def machine() -> str:
    """Return what was measured on, without naming it."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
