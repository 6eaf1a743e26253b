"""Learns item vectors from which item followed which sessions, by sampled softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tailorbird.predict.encoder import REACH_BACK, Encoder, kin_of
from tailorbird.predict.encoder_slopes import (
    Batch,
    Matrix,
    Numbers,
    Parameters,
    errors,
    look,
    look_back,
    through_unit,
    unit_and_length,
)
from tailorbird.predict.kernel import kernel
from tailorbird.predict.questions import Questions
from tailorbird.predict.sessions import offsets_of

KEPT = 0.9
MOST_KIN = 60_000


class Pace(NamedTuple):
    """How long and how fast to learn.

    Attributes:
        size: Numbers a vector.
        epochs: Passes over the questions.
        batch: Questions a step.
        negatives: Sampled wrong answers a step, shared by the batch.
        rate: Adagrad's step, falling linearly.
    """

    size: int = 64
    epochs: int = 5
    batch: int = 256
    negatives: int = 1024
    rate: float = 0.3


class Lessons(NamedTuple):
    """What vectors are learned from.

    Attributes:
        questions: Prefixes and what followed.
        weights: float32[q], importance of each question.
        touches: float32[items], how often each item was touched.
    """

    questions: Questions
    weights: Matrix
    touches: Matrix


class Learning(NamedTuple):
    """Parameters with Adagrad's memory of their slopes, so that learning can go on later.

    Attributes:
        parameters: What is learned.
        squares: Sums of squared slopes: float32[items] for the vectors, then one for each part.
    """

    parameters: Parameters
    squares: tuple[Matrix, Matrix, Matrix, Matrix]


def no_learning(item_count: int, pace: Pace, rng: np.random.Generator) -> Learning:
    """Return small random vectors, and attention that halves with every step back."""
    size = pace.size
    parameters = Parameters(
        rng.normal(0.0, 0.1, (item_count, size)).astype(np.float32),
        (-0.7 * np.arange(REACH_BACK)).astype(np.float32),
        np.zeros((size, size), np.float32),
        np.zeros(size, np.float32),
    )
    others = (np.zeros_like(part) for part in parameters[1:])
    return Learning(parameters, (np.zeros(item_count, np.float32), *others))  # type: ignore[arg-type]


def learn(
    start: Learning,
    lessons: Lessons,
    pace: Pace,
    rng: np.random.Generator,
    progress: Callable[[float], float] = lambda done: done,
) -> Learning:
    """Return what is learned from the questions; the start is left as it was.

    Args:
        start: Where to begin.
        lessons: What to learn from.
        pace: How long to learn.
        rng: Luck of the order and the wrong answers.
        progress: Turns the share of work done into the share of time or work done; the rate
            falls with it, and learning ends at one.
    """
    questions, weights, touches = lessons
    learning = Learning(
        Parameters(*(part.copy() for part in start.parameters)),
        tuple(part.copy() for part in start.squares),  # type: ignore[arg-type]
    )
    drawn = touches**0.75
    chance = 0.7 * drawn / drawn.sum() + 0.3 * (touches > 0) / (touches > 0).sum()
    ladder = np.cumsum(chance) / chance.sum()
    log_count = np.log(chance * pace.negatives + 1e-12).astype(np.float32)
    count = len(questions.end)
    size = min(pace.batch, max(count // 50, 1))
    steps = count // size
    for epoch in range(pace.epochs):
        order = rng.permutation(count)
        for step in range(steps):
            if step % 20 == 0:
                done = progress((epoch + step / steps) / pace.epochs)
                if done >= 1.0:
                    return learning
            chosen = order[step * size : (step + 1) * size]
            wrong = np.searchsorted(ladder, rng.random(pace.negatives)).astype(np.int64)
            batch = _batch(questions, chosen, wrong, log_count, weights[chosen])
            _step(learning, batch, pace.rate * (1.0 - done) + 0.002, rng)
    return learning


def finished(learned: Parameters, touches: Matrix) -> Encoder:
    """Return the encoder with vectors of length one, zero for untouched items, and their kin."""
    lengths = np.linalg.norm(learned.vectors, axis=1, keepdims=True) + 1e-8
    vectors = (learned.vectors / lengths * (touches > 0)[:, None]).astype(np.float32)
    busy = np.flatnonzero(touches > 0).astype(np.int32)
    if len(busy) > MOST_KIN:
        busy = np.argsort(-touches, kind="stable")[:MOST_KIN].astype(np.int32)
    return Encoder(vectors, learned.decay, learned.mixing, learned.appeal, kin_of(vectors, busy))


def _batch(
    questions: Questions, chosen: Numbers, wrong: Numbers, log_count: Matrix, weight: Matrix
) -> Batch:
    begin, end = questions.begin[chosen], questions.end[chosen]
    lengths = np.minimum(end - begin, REACH_BACK)
    offsets = offsets_of(lengths)
    owner = np.repeat(np.arange(len(chosen)), lengths)
    back = np.arange(offsets[-1]) - offsets[owner]
    items = questions.items[end[owner] - 1 - back].astype(np.int64)
    target = questions.items[questions.end[chosen]].astype(np.int64)
    share = (weight / weight.sum()).astype(np.float32)
    return Batch(
        items, owner, back, offsets[:-1], target, wrong, log_count[target], log_count[wrong], share
    )


def _step(
    learning: Learning,
    batch: Batch,
    rate: float,
    rng: np.random.Generator,
) -> None:
    """Take one step of Adagrad (one rate a vector) down the slope of the sampled softmax."""
    learned, squares = learning
    sights = look(learned, batch)
    drawn = rng.random(sights.place.shape, dtype=np.float32) < KEPT
    kept: Matrix = drawn.astype(np.float32) / np.float32(KEPT)
    target, target_length = unit_and_length(learned.vectors[batch.target])
    wrong, wrong_length = unit_and_length(learned.vectors[batch.wrong])
    place = sights.place * kept
    error, target_error = errors(place, target, wrong, batch)
    back_place = (error @ wrong + target_error[:, None] * target) * kept
    back_items, back_attention = look_back(learned, batch, sights, back_place)
    # The errors carry weights that sum to one; Adagrad's floor wants them at the size of one each.
    size = np.float32(len(batch.target))
    moves = (
        (batch.items, back_items * size),
        (batch.wrong, through_unit(error.T @ place, wrong, wrong_length) * size),
        (
            batch.target,
            through_unit(target_error[:, None] * place, target, target_length) * size,
        ),
    )
    for items, slope in moves:
        _move(learned.vectors, squares[0], items, np.ascontiguousarray(slope), rate)
    for part, square, slope in zip(learned[1:], squares[1:], back_attention, strict=True):
        square[...] += (slope * size) ** 2
        part[...] -= np.float32(0.3 * rate) * slope * size / (np.sqrt(square) + np.float32(1e-6))


@kernel
def _move(vectors: Matrix, squares: Matrix, items: Numbers, slopes: Matrix, rate: float) -> None:
    for row in range(len(items)):
        item = items[row]
        square = np.float32(0.0)
        for column in range(slopes.shape[1]):
            square += slopes[row, column] * slopes[row, column]
        if square == 0.0:
            continue
        squares[item] += square / np.float32(slopes.shape[1])
        pace = rate / np.sqrt(squares[item] + np.float32(1e-10))
        for column in range(slopes.shape[1]):
            vectors[item, column] -= pace * slopes[row, column]
