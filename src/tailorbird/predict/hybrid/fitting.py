"""Learns the hybrid ranker: of the candidates, which did the person come to next?

It is lambdarank (C. Burges: From RankNet to LambdaRank to LambdaMART: an overview. 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.hybrid.describing import COLUMNS, Described
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.propensity.trees import flattened, lightgbm

TREES = 30
LEAST_QUESTIONS = 200
_SETTINGS = {
    "objective": "lambdarank",
    "num_leaves": 15,
    "learning_rate": 0.1,
    "min_data_in_leaf": 30,
    "lambda_l2": 1.0,
    "lambdarank_truncation_level": 20,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


class Lesson(NamedTuple):
    """The candidates of one question, and which item came.

    Attributes:
        candidates: described.
        answer: the item.
        weight: how much the question counts.
        liked: False where the item was turned down: all others belong before it.
    """

    candidates: Described
    answer: int
    weight: float = 1.0
    liked: bool = True


def fit_hybrid(lessons: Sequence[Lesson], seed: int) -> Hybrid | None:
    """Return the ranker; None where fewer than 200 lessons have the answer among the candidates.

    Raises:
        ModelsMissing: LightGBM is not installed.
    """
    told = [one for one in lessons if (one.candidates.codes == one.answer).any()]
    if len(told) < LEAST_QUESTIONS:
        return None
    learner = lightgbm()
    sizes = [len(one.candidates.codes) for one in told]
    weights = np.array([one.weight for one in told])
    data = learner.Dataset(
        np.concatenate([one.candidates.rows for one in told]),
        np.concatenate([_labels(one) for one in told]),
        group=sizes,
        weight=np.repeat(weights / weights.mean(), sizes),
        feature_name=list(COLUMNS),
        free_raw_data=False,
    )
    return Hybrid(flattened([learner.train({**_SETTINGS, "seed": seed}, data, TREES)]))


def _labels(lesson: Lesson) -> NDArray[np.int32]:
    found: NDArray[np.bool_] = np.equal(lesson.candidates.codes, lesson.answer)
    return (found if lesson.liked else ~found).astype(np.int32)


def ranks(order: Sequence[NDArray[np.float64]], lessons: Sequence[Lesson]) -> NDArray[np.float64]:
    """Return float64[lessons], the place of each answer by some scores, 0 first, else infinite."""
    found = np.full(len(lessons), np.inf)
    for number, (scores, lesson) in enumerate(zip(order, lessons, strict=True)):
        place = np.flatnonzero(lesson.candidates.codes == lesson.answer)
        if len(place):
            own = scores[place[0]]
            found[number] = float((scores > own).sum()) + 0.5 * float((scores == own).sum() - 1)
    return found
