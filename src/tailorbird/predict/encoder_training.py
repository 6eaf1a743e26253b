"""Learns item vectors from which item followed which sessions, by sampled softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.encoder import REACH_BACK, Encoder, kin_of
from tailorbird.predict.kernel import kernel
from tailorbird.predict.questions import Questions
from tailorbird.predict.sessions import offsets_of

Matrix = NDArray[np.float32]
Numbers = NDArray[np.int64]

TEMPERATURE = np.float32(0.08)
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


class Parameters(NamedTuple):
    """What is learned: vectors (not yet of length one) and the three parts of attention."""

    vectors: Matrix
    decay: Matrix
    mixing: Matrix
    appeal: Matrix


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
    sights = _look(learned, batch)
    drawn = rng.random(sights.place.shape, dtype=np.float32) < KEPT
    kept: Matrix = drawn.astype(np.float32) / np.float32(KEPT)
    target, target_length = _unit(learned.vectors[batch.target])
    wrong, wrong_length = _unit(learned.vectors[batch.wrong])
    place = sights.place * kept
    error, target_error = _errors(place, target, wrong, batch)
    back_place = (error @ wrong + target_error[:, None] * target) * kept
    back_items, back_attention = _look_back(learned, batch, sights, back_place)
    # The errors carry weights that sum to one; Adagrad's floor wants them at the size of one each.
    size = np.float32(len(batch.target))
    moves = (
        (batch.items, back_items * size),
        (batch.wrong, _through_unit(error.T @ place, wrong, wrong_length) * size),
        (
            batch.target,
            _through_unit(target_error[:, None] * place, target, target_length) * size,
        ),
    )
    for items, slope in moves:
        _move(learned.vectors, squares[0], items, np.ascontiguousarray(slope), rate)
    for part, square, slope in zip(learned[1:], squares[1:], back_attention, strict=True):
        square[...] += (slope * size) ** 2
        part[...] -= np.float32(0.3 * rate) * slope * size / (np.sqrt(square) + np.float32(1e-6))


def _look(learned: Parameters, batch: Batch) -> Sights:
    unit, length = _unit(learned.vectors[batch.items])
    asked = unit[batch.starts] @ learned.mixing + learned.appeal
    pull = _dots(unit, asked[batch.owner]) + learned.decay[batch.back]
    share = np.exp(pull - np.maximum.reduceat(pull, batch.starts)[batch.owner])
    share /= np.add.reduceat(share, batch.starts)[batch.owner]
    place, place_length = _unit(np.add.reduceat(share[:, None] * unit, batch.starts, axis=0))
    return Sights(unit, length, asked, share, place, place_length)


def _errors(place: Matrix, target: Matrix, wrong: Matrix, batch: Batch) -> tuple[Matrix, Matrix]:
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


def _look_back(
    learned: Parameters, batch: Batch, sights: Sights, back_place: Matrix
) -> tuple[Matrix, tuple[Matrix, Matrix, Matrix]]:
    """Return slopes by the items' vectors and by decay, mixing and appeal."""
    owner, starts = batch.owner, batch.starts
    unit, share = sights.unit, sights.share
    back = _through_unit(back_place, sights.place, sights.place_length)[owner]
    by_share = _dots(unit, back)
    by_pull = share * (by_share - np.add.reduceat(share * by_share, starts)[owner])
    by_unit = share[:, None] * back + by_pull[:, None] * sights.asked[owner]
    by_asked = np.add.reduceat(by_pull[:, None] * unit, starts, axis=0)
    by_unit[starts] += by_asked @ learned.mixing.T
    by_decay = np.bincount(batch.back, by_pull, REACH_BACK).astype(np.float32)
    attention = (by_decay, unit[starts].T @ by_asked, by_asked.sum(axis=0))
    return _through_unit(by_unit, unit, sights.length), attention


def _dots(one: Matrix, other: Matrix) -> Matrix:
    dots: Matrix = np.einsum("nd,nd->n", one, other)
    return dots


def _unit(vectors: Matrix) -> tuple[Matrix, Matrix]:
    length = np.sqrt(_dots(vectors, vectors))[:, None]
    length = np.maximum(length, np.float32(1e-8))
    unit: Matrix = np.divide(vectors, length)
    return unit, length


def _through_unit(slope: Matrix, unit: Matrix, length: Matrix) -> Matrix:
    """Return the slope by a vector from the slope by that vector at length one."""
    turned: Matrix = np.divide(slope - unit * _dots(slope, unit)[:, None], length)
    return turned


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
