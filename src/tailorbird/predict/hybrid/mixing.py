"""Mixing two teachers: what people came to next, and what they did with what was shown to them.

The first says much about every item but nothing about being shown; the second is about just that,
but only about items that some earlier order had shown. How much the second counts is chosen on the
newest part of what the ranker is taught on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tailorbird.predict.hybrid.answers import Slate, lessons_of
from tailorbird.predict.hybrid.examination import Examination
from tailorbird.predict.hybrid.fitting import Lesson, fit_hybrid
from tailorbird.predict.hybrid.marks import Floats, gains_of
from tailorbird.predict.hybrid.model import Hybrid

SHARES = (0.0, 0.25, 0.5, 0.75)
"""Shares of all weight that answers may get."""
LEAST_ANSWERS = 200
"""Acts on items that were shown, in the part that is taught on; of fewer nothing is learned."""
_KEPT = 2 / 3


class Asked(NamedTuple):
    """A question of what came next, with its time in seconds since 1970."""

    at_s: float
    lesson: Lesson


class Taught(NamedTuple):
    """What there is to learn from, and when it was.

    Attributes:
        asked: what people came to next, by time.
        shown: what was shown to them, by time.
        examination: how many look at each place.
    """

    asked: Sequence[Asked]
    shown: Sequence[Slate]
    examination: Examination

    def before(self, cut_s: float) -> Taught:
        """Return what was before a moment."""
        return self._replace(
            asked=[one for one in self.asked if one.at_s < cut_s],
            shown=[one for one in self.shown if one.shown.at_s < cut_s],
        )

    def since(self, cut_s: float) -> Taught:
        """Return what was from a moment on."""
        return self._replace(
            asked=[one for one in self.asked if one.at_s >= cut_s],
            shown=[one for one in self.shown if one.shown.at_s >= cut_s],
        )

    @property
    def nexts(self) -> list[Lesson]:
        """Questions of what came next."""
        return [one.lesson for one in self.asked]

    @property
    def answers(self) -> list[Lesson]:
        """Questions of what was done with what was shown, weighed against its places."""
        return lessons_of(self.shown, self.examination)


def mixed(nexts: Sequence[Lesson], answers: Sequence[Lesson], share: float) -> list[Lesson]:
    """Return both kinds of lessons, the answers with a share of all weight."""
    if share <= 0.0 or not answers:
        return [*nexts]
    if share >= 1.0 or not nexts:
        return [*answers]
    whole = sum(one.weight for one in nexts)
    factor = whole * share / (1.0 - share) / sum(one.weight for one in answers)
    return [*nexts, *(one._replace(weight=one.weight * factor) for one in answers)]


def fit_mixed(taught: Taught, share: float, seed: int) -> Hybrid | None:
    """Return a ranker that learned from both, the answers having a share of the weight."""
    return fit_hybrid(mixed(taught.nexts, taught.answers, share), seed)


def chosen_share(taught: Taught, seed: int) -> float:
    """Return how much answers should count: 0 where there are too few, or where they do not help.

    Each share is tried on the newest third. It is worth the sum of two ratios to what a ranker
    without answers reaches there: NDCG of what came next, and NDCG of what was acted on, each act
    weighed by one over the share of people who look at its place.
    """
    if len(taught.answers) < LEAST_ANSWERS or not taught.asked:
        return 0.0
    cut_s = taught.asked[int(len(taught.asked) * _KEPT)].at_s
    older, newer = taught.before(cut_s), taught.since(cut_s)
    nexts, answers = newer.nexts, newer.answers
    best, worth, plain = 0.0, 2.0, (0.0, 0.0)
    for share in SHARES:
        model = fit_mixed(older, share, seed)
        if model is None:
            return 0.0
        reached = merit(model, nexts), merit(model, answers)
        if not share:
            plain = reached
            continue
        found = sum(one / max(was, 1e-9) for one, was in zip(reached, plain, strict=True))
        if found > worth:
            best, worth = share, found
    return best


def merit(model: Hybrid, lessons: Sequence[Lesson]) -> float:
    """Return the weighted mean NDCG of questions by a ranker; 0 without any."""
    told, gains = answer_gains(model, lessons)
    return float((told * gains).sum() / max(told.sum(), 1e-12))


def answer_gains(model: Hybrid, lessons: Sequence[Lesson]) -> tuple[Floats, Floats]:
    """Return float64[n] twice, weight and NDCG of each question; what was turned down is none."""
    liked = [one for one in lessons if one.liked]
    order = [model.scores(one.candidates.rows) for one in liked]
    weights = np.array([one.weight for one in liked], np.float64)
    if not liked:
        return weights, weights
    return weights, gains_of(order, liked)[1]
