"""All ladders of the moment in one row of arrays, so that one kernel can draw from any of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Ladder(NamedTuple):
    """Items in order: int32[n] codes, and float32[n] scores from 1 down to 0."""

    codes: NDArray[np.int32]
    scores: NDArray[np.float32]


NOBODY = Ladder(np.zeros(0, np.int32), np.zeros(0, np.float32))


class Board(NamedTuple):
    """Ladders one behind the other; ladder n is at `offsets[n]` up to `offsets[n + 1]`.

    Attributes:
        codes: int32[], item codes.
        scores: float32[], falling within each ladder.
        offsets: int64[ladders + 1].
    """

    codes: NDArray[np.int32]
    scores: NDArray[np.float32]
    offsets: NDArray[np.int64]

    def ladder(self, number: int) -> Ladder:
        """Return one ladder, without a copy."""
        begin, end = self.offsets[number], self.offsets[number + 1]
        return Ladder(self.codes[begin:end], self.scores[begin:end])


def board_of(ladders: Sequence[Ladder]) -> Board:
    """Return a board of some ladders, numbered in their order."""
    lengths = [len(one.codes) for one in ladders]
    return Board(
        np.concatenate([NOBODY.codes, *(one.codes for one in ladders)]),
        np.concatenate([NOBODY.scores, *(one.scores for one in ladders)]),
        np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)]),
    )


def joined(first: Board, second: Board) -> Board:
    """Return both boards as one; the second's ladders are numbered on."""
    return Board(
        np.concatenate([first.codes, second.codes]),
        np.concatenate([first.scores, second.scores]),
        np.concatenate([first.offsets, second.offsets[1:] + first.offsets[-1]]),
    )
