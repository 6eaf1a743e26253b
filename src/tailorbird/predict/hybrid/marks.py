"""Marks: how well a ranker orders candidates, beside the hand-set blend and every source alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import AT, Measured, bootstrapped
from tailorbird.predict.hybrid.fitting import Lesson, ranks
from tailorbird.predict.hybrid.model import Hybrid

Floats = NDArray[np.float64]

PARTS = {"session": 0, "collaborative": 10, "complement": 1, "similar": 2, "popular": 4}
"""Sources that are examined by themselves, and their numbers."""
BLEND = "blend"
BLEND_WEIGHTS: Mapping[str, float] = {"session": 1.0, "popular": 0.1, "trending": 0.1, "new": 0.05}
_NUMBERS = {**PARTS, "trending": 5, "new": 6}


class HybridMark(NamedTuple):
    """How well one way of ordering the same candidates does.

    Attributes:
        name: "hybrid", "blend" or a source.
        hit_rate: share of acts whose item is among the first 20.
        ndcg: mean of 1 / log2(place + 1), 0 beyond the twentieth.
        behind: NDCG less the hybrid's on the same acts; None for the hybrid itself.
    """

    name: str
    hit_rate: Measured
    ndcg: Measured
    behind: Measured | None


def marks_of(
    model: Hybrid, lessons: Sequence[Lesson], rng: np.random.Generator
) -> tuple[HybridMark, ...]:
    """Return the marks of a ranker, of the blend and of every source on the same questions."""
    own = gains_of([model.scores(one.candidates.rows) for one in lessons], lessons)
    hit_rate, ndcg = bootstrapped(own, rng)
    found = [HybridMark("hybrid", hit_rate, ndcg, None)]
    for name, weights in ((BLEND, BLEND_WEIGHTS), *((part, {part: 1.0}) for part in PARTS)):
        gains = gains_of([blended(one.candidates.rows, weights) for one in lessons], lessons)
        behind = bootstrapped((gains[1] - own[1])[None, :], rng)[0]
        hit_rate, ndcg = bootstrapped(gains, rng)
        found.append(HybridMark(name, hit_rate, ndcg, behind))
    return tuple(found)


def blended(rows: Floats, weights: Mapping[str, float]) -> Floats:
    """Return float64[n], the weighted sum of what some sources say of candidates.

    Args:
        rows: float64[n, columns].
        weights: by name of the source.
    """
    found = np.zeros(len(rows))
    for name, weight in weights.items():
        found = found + weight * rows[:, _NUMBERS[name]]
    return found


def gains_of(order: Sequence[Floats], lessons: Sequence[Lesson]) -> Floats:
    """Return float64[2, lessons]: whether the answer was among the first 20, and its NDCG."""
    places = ranks(order, lessons)
    hits = np.where(places < AT, 1.0, 0.0)
    return np.stack([hits, hits / np.log2(places + 2.0)])
