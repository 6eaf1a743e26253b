"""A trial of the hybrid ranker: taught on one half of the latest acts, examined on the other.

Its base models never saw these acts. It may serve only if it orders candidates better than the
hand-set blend, and than every source by itself, beyond doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured, bootstrapped
from tailorbird.predict.hybrid.fitting import Lesson, fit_hybrid, ranks
from tailorbird.predict.hybrid.lessons import acts_since, lesson
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.predictor import Predictor, Trained
from tailorbird.predict.training import Diary

AT = 20
_MOST_ACTS = 16_000
_LEAST = 400
PARTS = {"session": 0, "collaborative": 10, "complement": 1, "similar": 2, "popular": 4}
"""Sources that are examined by themselves, and their numbers."""
BLEND = "blend"
_BLEND = {"session": 1.0, "popular": 0.1, "trending": 0.1, "new": 0.05}
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


class HybridTrial(NamedTuple):
    """What came of a trial.

    Attributes:
        hybrid: the ranker, if it may serve.
        reason: in words.
        marks: of the hybrid, the blend and the parts; empty where nothing was examined.
        acts: how many were asked in the examination.
    """

    hybrid: Hybrid | None
    reason: str
    marks: tuple[HybridMark, ...] = ()
    acts: int = 0


def tried_hybrid(
    diary: Diary, twin: Trained, since_s: float, rng: np.random.Generator
) -> HybridTrial:
    """Return a ranker for these models, and how well one of its kind did.

    Args:
        diary: all that is known.
        twin: models of what was known before `since_s`, with the standings of that time.
        since_s: acts from here on are asked.
        rng: luck of learning and of intervals.

    Raises:
        ModelsMissing: LightGBM is not installed.
    """
    acts = acts_since(diary, since_s)
    if len(acts) < _LEAST:
        return HybridTrial(None, f"{len(acts)} acts of people with a past; {_LEAST} are needed")
    chosen = np.linspace(0, len(acts) - 1, min(len(acts), _MOST_ACTS)).astype(np.int64)
    predictor = Predictor(lambda: round(since_s * 1000))
    predictor.adopt(twin)
    predictor.settle()
    lessons = [lesson(predictor, acts[number]) for number in chosen.tolist()]
    half = len(lessons) // 2
    seed = int(rng.integers(0, 2**31))
    model = fit_hybrid(lessons[:half], seed)
    if model is None:
        return HybridTrial(None, "too few acts whose item was among the candidates")
    marks = _marks(model, lessons[half:], rng)
    ahead = [mark for mark in marks if mark.behind is not None and mark.behind.high >= 0.0]
    if ahead:
        names = ", ".join(mark.name for mark in ahead)
        return HybridTrial(
            None, f"not better beyond doubt than: {names}", marks, len(lessons) - half
        )
    final = fit_hybrid(lessons, seed)
    return HybridTrial(final, "better than the blend and every source", marks, len(lessons) - half)


def _marks(
    model: Hybrid, lessons: Sequence[Lesson], rng: np.random.Generator
) -> tuple[HybridMark, ...]:
    own = _gains([model.scores(one.candidates.rows) for one in lessons], lessons)
    hit_rate, ndcg = bootstrapped(own, rng)
    found = [HybridMark("hybrid", hit_rate, ndcg, None)]
    for name, weights in ((BLEND, _BLEND), *((part, {part: 1.0}) for part in PARTS)):
        order = [
            sum(
                (
                    weight * one.candidates.rows[:, _NUMBERS[part]]
                    for part, weight in weights.items()
                ),
                np.zeros(len(one.candidates.codes)),
            )
            for one in lessons
        ]
        gains = _gains(order, lessons)
        behind = bootstrapped((gains[1] - own[1])[None, :], rng)[0]
        hit_rate, ndcg = bootstrapped(gains, rng)
        found.append(HybridMark(name, hit_rate, ndcg, behind))
    return tuple(found)


def _gains(order: Sequence[NDArray[np.float64]], lessons: Sequence[Lesson]) -> NDArray[np.float64]:
    places = ranks(order, lessons)
    hits = np.where(places < AT, 1.0, 0.0)
    return np.stack([hits, hits / np.log2(places + 2.0)])
