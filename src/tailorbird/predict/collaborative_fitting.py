"""Learns collaborative filtering in closed form: how a person's past foretells their next item.

Every step of every person is one equation: the items before it, each faded by half every few steps,
are to sum up to the item that came. For each item that is ridge regression over the few hundred
items that came before it most tellingly. It is the linear sequence model of Choi et al. (WWW 2021),
solved on a neighborhood of each item as Ning and Karypis did (ICDM 2011), so that cost grows with
the number of items and not with its cube.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from tailorbird.predict.collaborative import LENT, REMEMBERED, Collaborative
from tailorbird.predict.kernel import kernel
from tailorbird.predict.nearest_rows import Neighbors, top_columns
from tailorbird.predict.sessions import Codes, Offsets, Sessions

ASKED = 2_000
LEAST_ASKED = 200
LEAST_PEOPLE = 50
_MOST_STEPS = 300_000  # the newest; memory of the equations grows with them
_SUPPORT = 100  # items that one item is foretold by
_SHRINKAGE = 10.0  # a pair seen once is no reason to look closer
_AT = 10
_LARGEST_SAMPLE = 20_000  # people that settings are chosen on
_RIDGES = (20.0, 180.0)
_HALF_LIVES = (1.0, 3.0)


class Settings(NamedTuple):
    """How to learn.

    Attributes:
        half_life: steps back after which an item says half as much.
        ridge: how many steps' worth of doubt stands against every weight.
    """

    half_life: float = 2.0
    ridge: float = 60.0


class Sparse(NamedTuple):
    """A sparse matrix, row after row; columns rise within a row.

    Attributes:
        offsets: int64[n + 1].
        columns: int32[].
        values: float32[].
    """

    offsets: Offsets
    columns: Codes
    values: NDArray[np.float32]


def fit_collaborative(histories: Sessions, item_count: int) -> Collaborative | None:
    """Return the model, its settings chosen on people's last steps; None of fewer than 50 people.

    Args:
        histories: one person a row: different items in the order in which they came to them.
        item_count: size of the vocabulary.
    """
    if len(histories) < LEAST_PEOPLE:
        return None
    return fitted(histories, item_count, chosen(histories, item_count))


def chosen(histories: Sessions, item_count: int) -> Settings:
    """Return the settings by which people's last items are guessed best (NDCG@10).

    Some 2,000 people are asked about, spread evenly over the newest 20,000; their last items are
    hidden from what is learned meanwhile. First the ridge is chosen, then the half-life. Of fewer
    than 200 people, the defaults.
    """
    sample = histories.between(max(0, len(histories) - _LARGEST_SAMPLE), len(histories))
    asked = spread(np.flatnonzero(sample.lengths > 2), ASKED)
    if len(asked) < LEAST_ASKED:
        return Settings()
    head = without_last(sample, asked)
    best = Settings()
    reached = _gain(fitted(head, item_count, best), sample, asked)
    for name, values in (("ridge", _RIDGES), ("half_life", _HALF_LIVES)):
        tried = [best._replace(**{name: value}) for value in values]
        for settings in tried:
            gain = _gain(fitted(head, item_count, settings), sample, asked)
            if gain > reached:
                best, reached = settings, gain
    return best


def spread(numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return at most so many of the numbers, evenly spread."""
    return numbers[:: max(1, -(-len(numbers) // most))]


def fitted(histories: Sessions, item_count: int, settings: Settings) -> Collaborative:
    """Return the model under given settings."""
    pasts, came = _steps(histories, item_count, settings.half_life)
    gram = scipy.sparse.csr_array(pasts.T @ pasts)
    before = scipy.sparse.csr_array(came.T @ pasts)  # row: what came; column: what was before
    telling = before.copy()
    faded = np.asarray(pasts.multiply(pasts).sum(axis=0)).ravel()
    often = np.asarray(came.sum(axis=0)).ravel()
    rows = np.repeat(np.arange(item_count), np.diff(before.indptr))
    telling.data = telling.data / (np.sqrt(often[rows] * faded[before.indices]) + _SHRINKAGE)
    support = top_columns(telling, _SUPPORT).codes
    weights = _solved(support, _sparse(before), _sparse(gram), settings.ridge)
    real = support >= 0
    owner = np.broadcast_to(np.arange(item_count)[:, None], support.shape)[real]
    lends = scipy.sparse.csr_array(
        (weights[real], (support[real], owner)), shape=(item_count, item_count)
    )
    return Collaborative(top_columns(lends, LENT), settings.half_life)


def cosines(histories: Sessions, item_count: int, shrinkage: float) -> Neighbors:
    """Return items by how many people they share: item-kNN, which this must beat.

    Args:
        histories: as for `fit_collaborative`.
        item_count: size of the vocabulary.
        shrinkage: people's worth of doubt.
    """
    ones = np.ones(len(histories.items), np.float32)
    held = scipy.sparse.csr_array(
        (ones, histories.items, histories.offsets), shape=(len(histories), item_count)
    )
    often: NDArray[np.float32] = np.asarray(held.sum(axis=0)).ravel()
    both = (held.T @ held).tocoo()
    apart = both.row != both.col
    left, right = both.row[apart], both.col[apart]
    scores = both.data[apart] / (np.sqrt(often[left] * often[right]) + shrinkage)
    shape = (item_count, item_count)
    return top_columns(scipy.sparse.csr_array((scores, (left, right)), shape=shape), LENT)


def _steps(
    histories: Sessions, item_count: int, half_life: float
) -> tuple[scipy.sparse.csr_array, scipy.sparse.csr_array]:
    """Return the faded past before every step, and what came, float32[steps, items] each."""
    place = np.arange(len(histories.items))
    begin = np.repeat(histories.offsets[:-1], histories.lengths)
    steps = place[place > begin][-_MOST_STEPS:]
    first = begin[steps]
    rows, columns, weights = [], [], []
    for back in range(min(REMEMBERED, int(3 * half_life) + 2)):
        at = steps - 1 - back
        inside = np.flatnonzero(at >= first)
        rows.append(inside)
        columns.append(histories.items[at[inside]])
        weights.append(np.full(len(inside), 0.5 ** (back / half_life), np.float32))
    shape = (len(steps), item_count)
    pasts = scipy.sparse.csr_array(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=shape
    )
    ones = np.ones(len(steps), np.float32)
    came = scipy.sparse.csr_array(
        (ones, (np.arange(len(steps)), histories.items[steps])), shape=shape
    )
    return pasts, came


def _gain(model: Collaborative, sample: Sessions, asked: NDArray[np.int64]) -> float:
    """Return the mean NDCG@10 of the last item of those who are asked about."""
    total = 0.0
    for number in asked.tolist():
        row = sample[number]
        place = np.flatnonzero(model.recommend(row[:-1], _AT).codes == row[-1])
        total += float(1.0 / np.log2(place[0] + 2.0)) if len(place) else 0.0
    return total / len(asked)


def without_last(sessions: Sessions, numbers: NDArray[np.int64]) -> Sessions:
    """Return the same rows, some of them without their last item."""
    kept = np.ones(len(sessions.items), np.bool_)
    kept[sessions.offsets[1:][numbers] - 1] = False
    counted = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept, dtype=np.int64)])
    return Sessions(counted[sessions.offsets], sessions.items[kept], sessions.ended_at)


def _sparse(matrix: scipy.sparse.csr_array) -> Sparse:
    matrix.sort_indices()
    return Sparse(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float32),
    )


@kernel
def _solved(support: Codes, before: Sparse, gram: Sparse, ridge: float) -> NDArray[np.float32]:
    """Solve one small system for each item.

    Args:
        support: int32[n, M], by which items each is foretold, padded with -1.
        before: row j, column i: how much of i was in the pasts from which people came to j.
        gram: how much the items of a past go together.
        ridge: added to the diagonal.

    Returns:
        float32[n, M], the weight of each of `support`; 0 where padded.
    """
    found = np.zeros(support.shape, np.float32)
    place = np.full(len(gram.offsets), -1, np.int32)
    for item in range(len(support)):
        size = 0
        while size < support.shape[1] and support[item, size] >= 0:
            place[support[item, size]] = size
            size += 1
        if size == 0:
            continue
        left, right = np.zeros((size, size)), np.zeros(size)
        _row(before, item, place, right)
        for row in range(size):
            _row(gram, support[item, row], place, left[row])
            left[row, row] += ridge
        weights = np.linalg.solve(left, right)
        for row in range(size):
            found[item, row] = weights[row]
            place[support[item, row]] = -1
    return found


@kernel
def _row(matrix: Sparse, number: int, place: Codes, into: NDArray[np.float64]) -> None:
    """Write those entries of a row that have a place."""
    for entry in range(matrix.offsets[number], matrix.offsets[number + 1]):
        if place[matrix.columns[entry]] >= 0:
            into[place[matrix.columns[entry]]] = matrix.values[entry]
