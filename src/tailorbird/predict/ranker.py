"""A small neural network that orders candidates, taught by which one came next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.features import NAMES, WIDTH
from tailorbird.predict.kernel import kernel

DEFAULT_WEIGHTS = {"neighbours": 3.0, "rule_next": 1.0, "rule": 1.0, "rare_neighbours": 1.0}

Matrix = NDArray[np.float32]


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


class Lists(NamedTuple):
    """Candidate lists to learn from.

    Attributes:
        rows: float32[q, c, f], features; lists shorter than c are padded.
        there: bool[q, c], False where padded.
        target: int64[q], place of the item that came next.
    """

    rows: Matrix
    there: NDArray[np.bool_]
    target: NDArray[np.int64]


def fresh_ranker(lists: Lists, hidden: tuple[int, int], rng: np.random.Generator) -> Ranker:
    """Return an untaught network fitted to the scale of the features."""
    width = lists.rows.shape[2]
    flat = lists.rows[lists.there]
    scale = 1.0 / np.maximum(flat.std(axis=0), 1e-3)
    first, second = hidden

    def draw(rows: int, columns: int) -> Matrix:
        spread = np.sqrt(2.0 / rows)
        return rng.normal(0.0, spread, (rows, columns)).astype(np.float32)

    return Ranker(
        flat.mean(axis=0).astype(np.float32),
        scale.astype(np.float32),
        draw(width, first),
        np.zeros(first, np.float32),
        draw(first, second),
        np.zeros(second, np.float32),
        (draw(second, 1)[:, 0] * 0.1).astype(np.float32),
        np.zeros(width, np.float32),
    )


def teach(
    ranker: Ranker, lists: Lists, epochs: int, rng: np.random.Generator, rate: float = 2e-3
) -> Ranker:
    """Return the network after softmax regression over the lists (ListNet, Cao et al., 2007).

    Args:
        ranker: Where to start.
        lists: What to learn from.
        epochs: Passes over the lists.
        rng: Luck of the order.
        rate: Adam's step, falling to zero along a cosine.
    """
    weights = [np.array(part) for part in ranker[2:]]
    means = [np.zeros_like(part) for part in weights]
    squares = [np.zeros_like(part) for part in weights]
    size = 64
    steps = max(1, epochs * (len(lists.target) // size))
    step = 0
    for _ in range(epochs):
        order = rng.permutation(len(lists.target))
        for begin in range(0, len(order) - size + 1, size):
            batch = order[begin : begin + size]
            slopes = _slopes(ranker, weights, Lists(*(part[batch] for part in lists)))
            step += 1
            pace = rate * 0.5 * (1.0 + np.cos(np.pi * step / steps))
            for weight, mean, square, slope in zip(weights, means, squares, slopes, strict=True):
                mean += 0.1 * (slope - mean)
                square += 0.01 * (slope * slope - square)
                unbiased = mean / (1.0 - 0.9**step)
                weight -= pace * unbiased / (np.sqrt(square / (1.0 - 0.99**step)) + 1e-8)
    return Ranker(ranker.shift, ranker.scale, *weights)


def _slopes(ranker: Ranker, weights: list[Matrix], batch: Lists) -> list[Matrix]:
    first, first_bias, second, second_bias, last, skip = weights
    queries, candidates, width = batch.rows.shape
    there = batch.there.reshape(-1)
    rows = ((batch.rows.reshape(-1, width)[there] - ranker.shift) * ranker.scale).astype(np.float32)
    one = np.maximum(rows @ first + first_bias, 0.0)
    two = np.maximum(one @ second + second_bias, 0.0)
    scores = np.full(queries * candidates, -np.inf, np.float32)
    scores[there] = two @ last + rows @ skip
    scores = scores.reshape(queries, candidates)
    scores -= scores.max(axis=1, keepdims=True)
    shares = np.exp(scores)
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(queries), batch.target] -= 1.0
    error = shares.reshape(-1)[there] / queries
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


def default_ranker() -> Ranker:
    """Return a fixed linear blend for shops whose log is too short to learn from.

    The weights are round numbers near those that the learned linear path takes on public logs.
    """
    skip = np.zeros(WIDTH, np.float32)
    for name, weight in DEFAULT_WEIGHTS.items():
        skip[NAMES.index(name)] = weight
    return Ranker(
        np.zeros(WIDTH, np.float32),
        np.ones(WIDTH, np.float32),
        np.zeros((WIDTH, 1), np.float32),
        np.zeros(1, np.float32),
        np.zeros((1, 1), np.float32),
        np.zeros(1, np.float32),
        np.zeros(1, np.float32),
        skip,
    )
