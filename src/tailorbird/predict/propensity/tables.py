"""Tables that models of propensity learn from: numbers and words in named columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Places = NDArray[np.int64]

# Words seen as rarely as this say little of their own.
_EVERYBODY = 100.0

Words = Mapping[str, float]
"""Word → log-odds that those who have it do it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind, in the order of time where there is one.

    Attributes:
        names: of all columns, numbers first.
        numbers: float64[rows, columns of numbers], NaN where unknown.
        words: one list a column of words, None where unknown.
    """

    names: tuple[str, ...]
    numbers: Floats
    words: tuple[Sequence[str | None], ...] = ()

    def __len__(self) -> int:
        """How many rows."""
        return len(self.numbers)

    def at(self, places: Places) -> Table:
        """Return some of the rows."""
        words = tuple([column[place] for place in places] for column in self.words)
        return Table(self.names, self.numbers[places], words)

    def without(self, name: str) -> Table:
        """Return the table without one of its columns of numbers."""
        place = self.names.index(name)
        names = tuple(one for one in self.names if one != name)
        return Table(names, np.delete(self.numbers, place, axis=1), self.words)


def learn_words(table: Table, happened: Truths) -> tuple[Words, ...]:
    """Return what each word says, a mapping a column.

    A word's rate is drawn towards everybody's as if a hundred more had been seen.
    """
    overall = float(happened.mean())
    return tuple(_rates(column, happened, overall) for column in table.words)


def encoded(table: Table, words: Sequence[Words]) -> Floats:
    """Return float64[rows, columns]: words stand as what they say, unknown ones as NaN."""
    columns = [
        np.array([np.nan if one is None else known.get(one, np.nan) for one in column], np.float64)
        for column, known in zip(table.words, words, strict=True)
    ]
    return np.column_stack([table.numbers, *columns]) if columns else table.numbers


def _rates(column: Sequence[str | None], happened: Truths, overall: float) -> dict[str, float]:
    seen: dict[str, list[float]] = {}
    for word, did in zip(column, happened.tolist(), strict=True):
        if word is not None:
            counts = seen.setdefault(word, [0.0, 0.0])
            counts[0] += 1.0
            counts[1] += did
    rates = {
        word: (hits + _EVERYBODY * overall) / (count + _EVERYBODY)
        for word, (count, hits) in seen.items()
    }
    return {word: float(np.log(rate / (1.0 - rate))) for word, rate in rates.items()}
