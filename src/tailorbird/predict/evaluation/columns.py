"""Reads a file of rows, in any common format, as one list of values a column."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tailorbird.collect.sources.documents import Shape, read_documents
from tailorbird.collect.sources.opening import opened, unpacked, whole
from tailorbird.collect.sources.rows import BadRow
from tailorbird.spine.errors import BadRequest

Columns = Mapping[str, list[Any]]
_MOST_LEVELS = 30  # a text with more different values than this is taken for a name, not for a kind


class UnfitTable(BadRequest):
    """The table lacks what is needed of it."""

    remedy = "Compare the file's columns with the page that describes them."


def read_columns(path: Path) -> Columns:
    """Return a CSV, TSV, NDJSON, JSON or Parquet file, plain or gzip, column by column.

    A column that a row lacks holds None there.

    Raises:
        UnreadableFile: there is no such file, or it is damaged.
        UnfitTable: a row cannot be read, or there is none.
    """
    found: dict[str, list[Any]] = {}
    count = 0
    with opened(path) as raw, unpacked(raw) as file, whole(str(path)):
        for row in read_documents(file, Shape()).rows:
            if isinstance(row, BadRow):
                raise UnfitTable(f"{path.name}, line {row.line}: {row.reason}")
            for name in row.values:
                if name not in found:
                    found[name] = [None] * count
            for name, values in found.items():
                values.append(row.values.get(name))
            count += 1
    if not count:
        raise UnfitTable(f"{path.name} has no rows.")
    return found


def numbers(columns: Columns, name: str) -> NDArray[np.float64]:
    """Return a column of finite numbers.

    Raises:
        UnfitTable: there is no such column, or a value in it is no number.
    """
    if name not in columns:
        raise UnfitTable(f"There is no column {name!r}; there are {', '.join(columns)}.")
    made = np.array([_number(value) for value in columns[name]])
    wrong = np.flatnonzero(~np.isfinite(made))
    if len(wrong):
        value = columns[name][wrong[0]]
        raise UnfitTable(f"Row {wrong[0] + 1}: {name} is {value!r}, which is not a number.")
    return made


def features(columns: Columns, without: frozenset[str]) -> tuple[list[str], NDArray[np.float64]]:
    """Return every other column as features: numbers as they are, kinds as one column a value.

    Columns of text with more than 30 different values say nothing that can be learned from, and
    are left out; so are columns that are the same everywhere. A missing number is the mean.

    Returns:
        The names, and float64[rows, features].
    """
    names: list[str] = []
    made: list[NDArray[np.float64]] = []
    for name, values in columns.items():
        if name in without or not name:
            continue
        column = np.array([_number(value) for value in values])
        if np.isfinite(column).mean() > 0.5:
            center = float(column[np.isfinite(column)].mean())
            names.append(name)
            made.append(np.where(np.isfinite(column), column, center))
            continue
        texts = np.array([str(value) for value in values])
        levels = np.unique(texts)
        if len(levels) <= _MOST_LEVELS:
            names += [f"{name}={level}" for level in levels]
            made += [(texts == level).astype(np.float64) for level in levels]
    kept = [at for at, column in enumerate(made) if np.ptp(column) > 0.0]
    rows = len(next(iter(columns.values())))
    table = np.stack([made[at] for at in kept], axis=1) if kept else np.empty((rows, 0))
    return [names[at] for at in kept], table


def _number(value: object) -> float:
    if isinstance(value, str | int | float):
        with contextlib.suppress(ValueError):
            return float(value)
    return math.nan
