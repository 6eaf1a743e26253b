"""The sums behind the item vectors: where a session lies, what the loss is, and its slopes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.encoder import REACH_BACK

Matrix = NDArray[np.float32]
Numbers = NDArray[np.int64]

TEMPERATURE = np.float32(0.08)


class Parameters(NamedTuple):
    """What is learned: vectors (not yet of length one) and the three parts of attention."""

    vectors: Matrix
    decay: Matrix
    mixing: Matrix
    appeal: Matrix


class Batch(NamedTuple):
    """Questions with their shared wrong answers.

    Attributes:
        items: int64[n], the seen items of all questions, newest first in each.
        owner: int64[n], the question of each.
        back: int64[n], how many steps back each is.
        starts: int64[b], where each question's items begin.
        target: int64[b], what came next.
        wrong: int64[n], sampled items.
        target_log, wrong_log: float32, log of how often each is drawn as a wrong answer.
        weight: float32[b], summing to one.
    """

    items: Numbers
    owner: Numbers
    back: Numbers
    starts: Numbers
    target: Numbers
    wrong: Numbers
    target_log: Matrix
    wrong_log: Matrix
    weight: Matrix


class Sights(NamedTuple):
    """Values on the way from items to the session's place, kept for the way back."""

    unit: Matrix
    length: Matrix
    asked: Matrix
    share: Matrix
    place: Matrix
    place_length: Matrix


def look(learned: Parameters, batch: Batch) -> Sights:
    """Place every question's session among the items."""
    unit, length = unit_and_length(learned.vectors[batch.items])
    asked = unit[batch.starts] @ learned.mixing + learned.appeal
    pull = _dots(unit, asked[batch.owner]) + learned.decay[batch.back]
    share = np.exp(pull - np.maximum.reduceat(pull, batch.starts)[batch.owner])
    share /= np.add.reduceat(share, batch.starts)[batch.owner]
    place, place_length = unit_and_length(
        np.add.reduceat(share[:, None] * unit, batch.starts, axis=0)
    )
    return Sights(unit, length, asked, share, place, place_length)


def errors(place: Matrix, target: Matrix, wrong: Matrix, batch: Batch) -> tuple[Matrix, Matrix]:
    """Return the slope of the loss by each score: float32[b, n] of the wrong, [b] of the right.

    Scores are corrected by how often an item is drawn (Bengio and Senécal, 2008).
    """
    scores = place @ wrong.T / TEMPERATURE - batch.wrong_log
    right = _dots(place, target) / TEMPERATURE - batch.target_log
    scores[batch.target[:, None] == batch.wrong] = -np.inf
    most = np.maximum(scores.max(axis=1), right)
    np.exp(scores - most[:, None], out=scores)
    right = np.exp(right - most)
    total = scores.sum(axis=1) + right
    weight = batch.weight / TEMPERATURE
    scores *= (weight / total)[:, None]
    return scores, (right / total - np.float32(1.0)) * weight


def look_back(
    learned: Parameters, batch: Batch, sights: Sights, back_place: Matrix
) -> tuple[Matrix, tuple[Matrix, Matrix, Matrix]]:
    """Return slopes by the items' vectors and by decay, mixing and appeal."""
    owner, starts = batch.owner, batch.starts
    unit, share = sights.unit, sights.share
    back = through_unit(back_place, sights.place, sights.place_length)[owner]
    by_share = _dots(unit, back)
    by_pull = share * (by_share - np.add.reduceat(share * by_share, starts)[owner])
    by_unit = share[:, None] * back + by_pull[:, None] * sights.asked[owner]
    by_asked = np.add.reduceat(by_pull[:, None] * unit, starts, axis=0)
    by_unit[starts] += by_asked @ learned.mixing.T
    by_decay = np.bincount(batch.back, by_pull, REACH_BACK).astype(np.float32)
    attention = (by_decay, unit[starts].T @ by_asked, by_asked.sum(axis=0))
    return through_unit(by_unit, unit, sights.length), attention


def _dots(one: Matrix, other: Matrix) -> Matrix:
    dots: Matrix = np.einsum("nd,nd->n", one, other)
    return dots


def unit_and_length(vectors: Matrix) -> tuple[Matrix, Matrix]:
    """Return float32[n, d] of length one, and float32[n, 1], how long they were."""
    length = np.sqrt(_dots(vectors, vectors))[:, None]
    length = np.maximum(length, np.float32(1e-8))
    unit: Matrix = np.divide(vectors, length)
    return unit, length


def through_unit(slope: Matrix, unit: Matrix, length: Matrix) -> Matrix:
    """Return the slope by a vector from the slope by that vector at length one."""
    turned: Matrix = np.divide(slope - unit * _dots(slope, unit)[:, None], length)
    return turned
