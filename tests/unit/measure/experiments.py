"""Experiments to read: generated from a seed, in arrays, in files, and real ones."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tailorbird.measure.analysis import read
from tailorbird.measure.gathered import Cell, Gathered, Oddities
from tailorbird.measure.gathering import gather
from tailorbird.measure.metrics import parse_metric
from tailorbird.measure.question import Question
from tailorbird.measure.reading import Check, Reading
from tailorbird.measure.sums import Sums
from tailorbird.measure.tables import Table

ROOT = Path(__file__).resolve().parents[3]
Columns = dict[str, NDArray[np.float64]]


def real(path: str) -> Path:
    """Return a real file; where there are none, say so."""
    root = Path(os.environ.get("TAILORBIRD_DATA_ROOT", ROOT.parent / "shared" / "data"))
    if not root.is_dir():
        pytest.skip(f"no real data: {root} is absent; set TAILORBIRD_DATA_ROOT")
    return root / path


def shoppers(n: int, seed: int = 1, lift: float = 0.0) -> Columns:
    """Return shoppers of one arm: what they spent, and had spent before."""
    rng = np.random.default_rng(seed)
    before = rng.gamma(2.0, 10.0, n)
    spent = 0.5 * before + rng.gamma(2.0, 5.0, n) + lift
    orders = rng.poisson(1.5, n).astype(np.float64)
    bought = (orders > 0.0).astype(np.float64)
    return {"revenue": spent, "orders": orders, "bought > 0": bought, "known before": before}


def gathered(*arms: tuple[str, Columns], **more: Any) -> Gathered:
    """Return what a table of these arms would be summed to."""
    cells = tuple(Cell(name, Sums.of(columns)) for name, columns in arms)
    return Gathered(cells=cells, **more)


def question(*metrics: str, **more: Any) -> Question:
    """Return a question about these metrics."""
    return Question(metrics=tuple(map(parse_metric, metrics or ("revenue:mean",))), **more)


def check(reading: Reading, name: str) -> Check:
    """Return one check of a reading's health."""
    return next(one for one in reading.health.checks if one.name == name)


def odd(**counts: Any) -> Oddities:
    """Return oddities."""
    return Oddities(**counts)


def table_of(
    folder: Path, rows: Sequence[dict[str, Any]], name: str = "exposures.csv", **more: Any
) -> Table:
    """Write rows as CSV and return the table."""
    path = folder / name
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return Table(**{"path": str(path), "unit": "user_id", "variant": "variant", **more})


def read_table(table: Table, asked: Question) -> Reading:
    """Return the reading of a table."""
    return read(asked, gather(table, asked))
