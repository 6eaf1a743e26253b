"""What weighing margin costs in relevance: a shop's trade-off, measured on its newest visits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.predictor import SESSION_CANDIDATES
from tailorbird.predict.questions import Questions
from tailorbird.predict.ranked import Recommender
from tailorbird.predict.trading import margin_ranks

SHOWN = 12
WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0)
_RESAMPLED = 200


class Compromise(NamedTuple):
    """One weight of margin and what it leads to.

    Attributes:
        weight: `business.margin` of a placement, with `business.relevance` at 1.
        hit_rate: share of questions whose answer is among the twelve shown.
        margin: mean margin of what is shown, as a share of the price, over known margins.
        wanted_margin: margin earned by the answers that were shown, a question.
    """

    weight: float
    hit_rate: Measured
    margin: Measured
    wanted_margin: Measured


class Offered(NamedTuple):
    """The candidates for every question, best first.

    Attributes:
        codes: int32[questions, 80], padded with -1.
        answers: int32[questions].
    """

    codes: NDArray[np.int32]
    answers: NDArray[np.int32]


def offered(model: Recommender, questions: Questions) -> Offered:
    """Return what the model offers for each question."""
    codes = np.full((len(questions.end), SESSION_CANDIDATES), -1, np.int32)
    for number, (begin, end) in enumerate(zip(questions.begin, questions.end, strict=True)):
        found = model.recommend(questions.items[begin:end], SESSION_CANDIDATES).codes
        codes[number, : len(found)] = found
    return Offered(codes, questions.answers)


def compromises(
    asked: Offered,
    margins: NDArray[np.float32],
    rng: np.random.Generator,
    weights: Sequence[float] = WEIGHTS,
) -> list[Compromise]:
    """Return one compromise a weight, scored as a placement scores: relevance plus margin's rank.

    Args:
        asked: candidates and answers.
        margins: float32[items], share of the price; NaN where unknown.
        rng: draws the questions for the intervals (bootstrap, 95 %).
        weights: of margin.
    """
    relevance = 1.0 / np.sqrt(np.arange(1, SESSION_CANDIDATES + 1))
    real = asked.codes >= 0
    ranks = np.where(real, margin_ranks(margins)[asked.codes], 0.0)
    earned = np.nan_to_num(margins[asked.answers])
    found = []
    for weight in weights:
        score = np.where(real, relevance + weight * ranks, -np.inf)
        best = np.argsort(-score, axis=1, kind="stable")[:, :SHOWN]
        codes = np.take_along_axis(asked.codes, best, axis=1)
        hits = (codes == asked.answers[:, None]).any(axis=1).astype(np.float64)
        shown = np.where(codes >= 0, margins[codes], np.nan)
        known = np.maximum((~np.isnan(shown)).sum(axis=1), 1)
        found.append(
            Compromise(
                weight,
                _measured(hits, rng),
                _measured(np.nansum(shown, axis=1) / known, rng),
                _measured(hits * earned, rng),
            )
        )
    return found


def _measured(values: NDArray[np.float64], rng: np.random.Generator) -> Measured:
    draws = rng.integers(0, len(values), (_RESAMPLED, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), (0.025, 0.975))
    return Measured(float(values.mean()), float(low), float(high))
