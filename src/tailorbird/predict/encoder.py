"""Places a session among the items, so that items never seen together can still be alike."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.sessions import Codes

Matrix = NDArray[np.float32]

REACH_BACK = 12
KIN = 60


class Encoder(NamedTuple):
    """An attention-weighted mean of item vectors, after CORE (Hou et al., 2022).

    Attributes:
        vectors: float32[items, d], of length one; zero where an item has no history.
        decay: float32[REACH_BACK], attention by steps back.
        mixing: float32[d, d], attention of the current item to each earlier one.
        appeal: float32[d], attention by the item alone.
        kin: int32[items, KIN], the items nearest to each item, nearest first; -1 where none.
    """

    vectors: Matrix
    decay: Matrix
    mixing: Matrix
    appeal: Matrix
    kin: Codes


def no_encoder() -> Encoder:
    """Return an encoder that knows no item."""
    return Encoder(
        np.zeros((0, 1), np.float32),
        np.zeros(REACH_BACK, np.float32),
        np.zeros((1, 1), np.float32),
        np.zeros(1, np.float32),
        np.zeros((0, KIN), np.int32),
    )


@kernel
def encode(encoder: Encoder, query: Codes) -> Matrix:
    """Return float32[d], the session's place, of length one; zero where no item is known.

    Args:
        encoder: The fitted vectors.
        query: int32[L], oldest to newest.
    """
    vectors = encoder.vectors
    place = np.zeros(vectors.shape[1], np.float32)
    pull = attention(encoder, query)
    most = pull.max()
    if most < -1e8:
        return place
    for back in range(len(pull)):
        share = np.exp(pull[back] - most)
        if share > 0.0:
            place += share * vectors[query[len(query) - 1 - back]]
    length = np.float32(np.sqrt((place * place).sum()) + 1e-8)
    unit: Matrix = place / length
    return unit


@kernel
def attention(encoder: Encoder, query: Codes) -> Matrix:
    """Return float32[min(L, REACH_BACK)], the pull of each item, newest first; -1e9 if unknown."""
    vectors = encoder.vectors
    size = vectors.shape[1]
    last = len(query) - 1
    asked = encoder.appeal.copy()
    if query[last] < len(vectors):
        for row in range(size):
            for column in range(size):
                asked[column] += vectors[query[last], row] * encoder.mixing[row, column]
    pull = np.full(min(len(query), REACH_BACK), np.float32(-1e9))
    for back in range(len(pull)):
        item = query[last - back]
        if item < len(vectors) and vectors[item, 0] != 0.0:
            pull[back] = encoder.decay[back]
            for column in range(size):
                pull[back] += asked[column] * vectors[item, column]
    return pull


@kernel
def alike(encoder: Encoder, place: Matrix, item: int) -> float:
    """Return the cosine between a place of length one and an item; 0 for an unknown item."""
    total = np.float32(0.0)
    if item < encoder.vectors.shape[0]:
        for column in range(encoder.vectors.shape[1]):
            total += place[column] * encoder.vectors[item, column]
    return float(total)


def kin_of(vectors: Matrix, busy: Codes) -> Codes:
    """Return int32[items, KIN], the nearest items by cosine, nearest first.

    Args:
        vectors: float32[items, d], of length one.
        busy: int32[m], the items that get kin and may be kin; a bound on work that is
            quadratic in m.
    """
    kin = np.full((len(vectors), KIN), -1, np.int32)
    wanted = min(KIN, len(busy) - 1)
    if wanted <= 0:
        return kin
    among = vectors[busy]
    for begin in range(0, len(busy), 512):
        likeness = among[begin : begin + 512] @ among.T
        rows = np.arange(len(likeness))
        likeness[rows, rows + begin] = -np.inf
        kin[busy[begin : begin + 512], :wanted] = busy[_largest(likeness, wanted)]
    return kin


@kernel
def _largest(rows: Matrix, wanted: int) -> NDArray[np.int64]:
    chosen = np.empty((len(rows), wanted), np.int64)
    for row in range(len(rows)):
        values = rows[row]
        best = np.full(wanted, -np.inf, np.float32)
        where = np.zeros(wanted, np.int64)
        for column in range(len(values)):
            value = values[column]
            if value <= best[wanted - 1]:
                continue
            slot = wanted - 1
            while slot > 0 and best[slot - 1] < value:
                best[slot] = best[slot - 1]
                where[slot] = where[slot - 1]
                slot -= 1
            best[slot] = value
            where[slot] = column
        chosen[row] = where
    return chosen
