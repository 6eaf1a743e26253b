"""A small neural network that orders candidates, taught by which one came next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.features import NAMES, WIDTH
from tailorbird.predict.kernel import kernel
from tailorbird.predict.lists import Lists, ndcg

Matrix = NDArray[np.float32]

BATCH = 64
LEAST_STEPS = 1500
DEFAULT_WEIGHTS = {
    "rare_neighbors": 4.0,
    "rule": 1.5,
    "rule_next": 1.0,
    "earlier_rule": 0.5,
    "likeness": 0.3,
}


class Ranker(NamedTuple):
    """Weights of a network with two hidden layers of rectified units and one output.

    Attributes:
        shift, scale: float32[f], turn a feature into mean 0 and deviation 1.
        first, first_bias: float32[f, h], float32[h].
        second, second_bias: float32[h, g], float32[g].
        last: float32[g].
        skip: float32[f], a linear path from features to the output.
    """

    shift: Matrix
    scale: Matrix
    first: Matrix
    first_bias: Matrix
    second: Matrix
    second_bias: Matrix
    last: Matrix
    skip: Matrix


def default_ranker() -> Ranker:
    """Return a fixed linear blend for shops whose log is too short to learn from."""
    skip = np.zeros(WIDTH, np.float32)
    for name, weight in DEFAULT_WEIGHTS.items():
        skip[NAMES.index(name)] = weight
    still = np.zeros((WIDTH, 1), np.float32)
    one = np.zeros(1, np.float32)
    return Ranker(
        np.zeros(WIDTH, np.float32),
        np.ones(WIDTH, np.float32),
        still,
        one,
        still[:1],
        one,
        one,
        skip,
    )


def learn_ranker(
    lists: Lists, held_out: Lists, rng: np.random.Generator, hidden: tuple[int, int] = (32, 16)
) -> Ranker:
    """Return the network that orders the held-out lists best, or the default where none is better.

    Softmax regression over each list (ListNet, Cao et al., 2007), by Adam; the weights after
    each pass are candidates.

    Args:
        lists: To learn from; those without an answer among the candidates are passed over.
        held_out: To choose by.
        rng: Luck of the start and the order.
        hidden: Sizes of the two layers.
    """
    best = default_ranker()
    merit = ndcg(held_out.ranks(score(best, held_out.rows)))
    lists = lists.take(np.flatnonzero(lists.target >= 0))
    count = len(lists.target)
    if count < BATCH:
        return best
    ranker = _untaught(lists, hidden, rng)
    weights = [np.array(part) for part in ranker[2:]]
    moments = [(np.zeros_like(part), np.zeros_like(part)) for part in weights]
    passes = int(np.clip(LEAST_STEPS * BATCH // count, 8, 40))
    steps = passes * (count // BATCH)
    step = 0
    for _ in range(passes):
        order = rng.permutation(count)
        for begin in range(0, count - BATCH + 1, BATCH):
            slopes = _slopes(ranker, weights, lists.take(order[begin : begin + BATCH]))
            step += 1
            rate = 1e-3 * (1.0 + np.cos(np.pi * step / steps))
            for weight, moment, slope in zip(weights, moments, slopes, strict=True):
                _adam(weight, moment, slope, rate, step)
        taught = Ranker(ranker.shift, ranker.scale, *(np.array(part) for part in weights))
        reached = ndcg(held_out.ranks(score(taught, held_out.rows)))
        if reached > merit:
            best, merit = taught, reached
    return best


@kernel
def score(ranker: Ranker, rows: Matrix) -> Matrix:
    """Return float32[candidates], higher is better.

    Args:
        ranker: The network.
        rows: float32[candidates, f].
    """
    scaled = (rows - ranker.shift) * ranker.scale
    one = np.maximum(scaled @ ranker.first + ranker.first_bias, np.float32(0.0))
    two = np.maximum(one @ ranker.second + ranker.second_bias, np.float32(0.0))
    scores: Matrix = two @ ranker.last + scaled @ ranker.skip
    return scores


def _untaught(lists: Lists, hidden: tuple[int, int], rng: np.random.Generator) -> Ranker:
    first, second = hidden
    spread = np.maximum(lists.rows.std(axis=0), 1e-3)

    def draw(rows: int, columns: int, size: float) -> Matrix:
        return (rng.normal(0.0, size * np.sqrt(2.0 / rows), (rows, columns))).astype(np.float32)

    return Ranker(
        lists.rows.mean(axis=0).astype(np.float32),
        (1.0 / spread).astype(np.float32),
        draw(WIDTH, first, 1.0),
        np.zeros(first, np.float32),
        draw(first, second, 1.0),
        np.zeros(second, np.float32),
        draw(second, 1, 0.1)[:, 0].copy(),
        np.zeros(WIDTH, np.float32),
    )


def _slopes(ranker: Ranker, weights: list[Matrix], batch: Lists) -> list[Matrix]:
    first, first_bias, second, second_bias, last, skip = weights
    starts, lengths = batch.offsets[:-1], np.diff(batch.offsets)
    rows = (batch.rows - ranker.shift) * ranker.scale
    one = np.maximum(rows @ first + first_bias, 0.0)
    two = np.maximum(one @ second + second_bias, 0.0)
    scores = two @ last + rows @ skip
    shares = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), lengths))
    shares /= np.repeat(np.add.reduceat(shares, starts), lengths)
    shares[batch.target] -= 1.0
    error = shares / np.float32(len(starts))
    back_two = np.outer(error, last) * (two > 0)
    back_one = (back_two @ second.T) * (one > 0)
    return [
        rows.T @ back_one,
        back_one.sum(axis=0),
        one.T @ back_two,
        back_two.sum(axis=0),
        two.T @ error,
        rows.T @ error,
    ]


def _adam(
    weight: Matrix, moment: tuple[Matrix, Matrix], slope: Matrix, rate: float, step: int
) -> None:
    mean, square = moment
    mean += 0.1 * (slope - mean)
    square += 0.01 * (slope * slope - square)
    unbiased = mean / (1.0 - 0.9**step)
    weight -= rate * unbiased / (np.sqrt(square / (1.0 - 0.99**step)) + 1e-8)
