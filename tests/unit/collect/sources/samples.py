"""Made-up files in memory, what a reader makes of them, and where the real files are."""

import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tailorbird.collect.sources.reading import Source
from tailorbird.collect.sources.registry import SOURCES
from tailorbird.collect.sources.rows import BadRow, ItemRow, Options, Row, WireRow

ROOT = Path(__file__).parents[4]


def opened(content: str | bytes) -> io.BufferedReader:
    """Return a file in memory."""
    data = content.encode() if isinstance(content, str) else content
    return io.BufferedReader(io.BytesIO(data))


def rows_of(source: str | Source, content: str | bytes, **options: Any) -> list[Row]:
    """Return what a format's reader makes of a file."""
    known = SOURCES[source] if isinstance(source, str) else source
    return list(known.read(opened(content), Options(**options)))


def events_of(source: str | Source, content: str | bytes, **options: Any) -> list[dict[str, Any]]:
    """Return the events of a file in which nothing may be refused."""
    rows = rows_of(source, content, **options)
    assert not [row for row in rows if isinstance(row, BadRow)]
    return [row.event for row in rows if isinstance(row, WireRow)]


def items_of(source: str | Source, content: str | bytes, **options: Any) -> list[dict[str, Any]]:
    """Return the items of a file in which nothing may be refused."""
    rows = rows_of(source, content, **options)
    assert not [row for row in rows if isinstance(row, BadRow)]
    return [row.item for row in rows if isinstance(row, ItemRow)]


def reasons_of(source: str | Source, content: str | bytes, **options: Any) -> list[str]:
    """Return why rows of a file were refused."""
    rows = rows_of(source, content, **options)
    return [row.reason for row in rows if isinstance(row, BadRow)]


def counted(rows: Iterator[Row]) -> dict[str, int]:
    """Return how many events, items and refusals there are, and the rows that they stand for."""
    names = {WireRow: "events", ItemRow: "items", BadRow: "refused"}
    found = dict.fromkeys((*names.values(), "rows", "rows_refused"), 0)
    for row in rows:
        found[names[type(row)]] += 1
        found["rows"] += row.rows
        found["rows_refused"] += row.rows if isinstance(row, BadRow) else 0
    return found


def real(path: str) -> Path:
    """Return a real file; where there are none, say so."""
    root = Path(os.environ.get("TAILORBIRD_DATA_ROOT", ROOT.parent / "shared" / "data"))
    if not root.is_dir():
        pytest.skip(f"no real data: {root} is absent; set TAILORBIRD_DATA_ROOT")
    return root / path


def packed(path: Path, content: str | bytes) -> Path:
    """Write a gzip file and return its path."""
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data))
    return path
