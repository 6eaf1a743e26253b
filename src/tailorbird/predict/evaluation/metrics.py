"""Numbers that say how good the answers to many questions were."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

AT = 20
ROUNDS = 200


class Replay(NamedTuple):
    """What one recommender answered.

    Attributes:
        ranks: float64[q], place of the right item, 0 first, infinite where it is missing.
        shown: int64[items], how often each item was answered.
        seconds: float64[q], time of each answer.
    """

    ranks: NDArray[np.float64]
    shown: NDArray[np.int64]
    seconds: NDArray[np.float64]


class Measured(NamedTuple):
    """A value with a 95 % interval."""

    value: float
    low: float
    high: float


class Score(NamedTuple):
    """All numbers on one recommender.

    Attributes:
        hit_rate: Share of questions whose answer is among the first 20; recall likewise.
        mrr: Mean of one over the place; with one right answer, also MAP.
        ndcg: With one right answer, mean of 1 / log2(place + 1).
        coverage: Share of the training items that were shown at all.
        popularity_bias: Mean percentile of popularity of what was shown, in [0, 1].
        novelty: Mean bits of surprise of what was shown, -log2 of an item's share of touches.
        p50_ms, p99_ms: Time of an answer.
    """

    hit_rate: Measured
    mrr: Measured
    ndcg: Measured
    coverage: float
    popularity_bias: float
    novelty: float
    p50_ms: float
    p99_ms: float


def scored(replay: Replay, touches: NDArray[np.int64], rng: np.random.Generator) -> Score:
    """Return all numbers.

    Args:
        replay: What was answered.
        touches: int64[items], how often training touched each item.
        rng: Luck of the bootstrap.
    """
    ranks = replay.ranks
    hits = np.where(ranks < AT, 1.0, 0.0)
    gains = np.stack([hits, hits / (ranks + 1.0), hits / np.log2(ranks + 2.0)])
    hit_rate, mrr, gain = bootstrapped(gains, rng)
    known = touches > 0
    order = np.argsort(np.argsort(touches, kind="stable"), kind="stable")
    share = touches / max(int(touches.sum()), 1)
    shown = replay.shown * known
    weight = shown / max(int(shown.sum()), 1)
    surprise = -np.log2(np.where(known, share, 1.0))
    times = replay.seconds * 1e3
    return Score(
        hit_rate,
        mrr,
        gain,
        float((shown > 0).sum() / max(int(known.sum()), 1)),
        float((weight * order).sum() / max(len(touches) - 1, 1)),
        float((weight * surprise).sum()),
        float(np.median(times)) if len(times) else 0.0,
        float(np.percentile(times, 99)) if len(times) else 0.0,
    )


def bootstrapped(gains: NDArray[np.float64], rng: np.random.Generator) -> list[Measured]:
    """Return the mean of each row with its percentile bootstrap interval (Efron, 1979).

    Args:
        gains: float64[metrics, questions].
        rng: Luck of the draws.
    """
    count = gains.shape[1]
    if count == 0:
        return [Measured(0.0, 0.0, 0.0) for _ in gains]
    means = np.empty((ROUNDS, len(gains)))
    for round_ in range(ROUNDS):
        means[round_] = gains[:, rng.integers(0, count, count)].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return [
        Measured(float(mean), float(least), float(most))
        for mean, least, most in zip(gains.mean(axis=1), low, high, strict=True)
    ]
