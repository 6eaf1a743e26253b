"""Learners of the effect of a treatment on a person: T, X and doubly robust, cross-fitted."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.uplift.boosting import Boosted, boosted
from tailorbird.predict.uplift.trial import Trial

FOLDS = 5
_INNER = 3
_SAFE = 0.02
Floats = NDArray[np.float64]


class Learner(StrEnum):
    """How effects are learned.

    T: one model an arm, and their difference. X: each arm's own surprise against the other arm's
    model, blended by the chance of treatment (both: Künzel and others, 2019). DR: a model of the
    doubly robust score of each person (Kennedy, 2023).
    """

    T = "T"
    X = "X"
    DR = "DR"


class Effect(NamedTuple):
    """A fitted learner: the effect is the sum of signed trees' guesses.

    Attributes:
        plus, minus: the effect is the mean of `plus` less the mean of `minus`.
        shares: float64[trees], how much of each of `plus` counts.
    """

    plus: tuple[Boosted, ...]
    minus: tuple[Boosted, ...] = ()
    shares: tuple[float, ...] = (1.0,)

    def guess(self, features: Floats) -> Floats:
        """Return float64[n], the expected change of the outcome by the treatment."""
        made = np.zeros(len(features))
        for share, trees in zip(self.shares, self.plus, strict=True):
            made += share * trees.guess(features)
        for trees in self.minus:
            made -= trees.guess(features)
        return made


def fitted(learner: Learner, trial: Trial, rng: np.random.Generator) -> Effect:
    """Return a learner fitted on a whole trial."""
    match learner:
        case Learner.T:
            return Effect((_arm(trial, treated=True),), (_arm(trial, treated=False),))
        case Learner.X:
            return _x_learner(trial)
        case Learner.DR:
            return Effect((boosted(trial.features, robust_scores(trial, rng)),))


def cross_fitted(learner: Learner, trial: Trial, rng: np.random.Generator) -> Floats:
    """Return float64[n], everybody's effect as told by a learner that never saw them."""
    fold = rng.permutation(len(trial)) % FOLDS
    made = np.empty(len(trial))
    for each in range(FOLDS):
        effect = fitted(learner, trial.rows(fold != each), rng)
        made[fold == each] = effect.guess(trial.features[fold == each])
    return made


def robust_scores(trial: Trial, rng: np.random.Generator) -> Floats:
    """Return float64[n], scores whose mean, given the features, is the effect.

    The difference of both arms' models plus the weighed surprise of the arm that happened
    (Robins, Rotnitzky & Zhao, 1994); the models are cross-fitted.
    """
    fold = rng.permutation(len(trial)) % _INNER
    made = np.empty(len(trial))
    for each in range(_INNER):
        kept, apart = trial.rows(fold != each), trial.rows(fold == each)
        with_it = _arm(kept, treated=True).guess(apart.features)
        without = _arm(kept, treated=False).guess(apart.features)
        happened = np.where(apart.treated, with_it, without)
        sign = np.where(apart.treated, 1.0, -1.0)
        made[fold == each] = with_it - without + sign * apart.weight * (apart.outcome - happened)
    return made


def _arm(trial: Trial, *, treated: bool) -> Boosted:
    here = trial.treated == treated
    return boosted(trial.features[here], trial.outcome[here])


def _x_learner(trial: Trial) -> Effect:
    treated, held_out = trial.treated, ~trial.treated
    with_it, without = _arm(trial, treated=True), _arm(trial, treated=False)
    gained = trial.outcome[treated] - without.guess(trial.features[treated])
    missed = with_it.guess(trial.features[held_out]) - trial.outcome[held_out]
    share = float(np.clip(trial.probability.mean(), _SAFE, 1.0 - _SAFE))
    return Effect(
        (
            boosted(trial.features[held_out], missed),
            boosted(trial.features[treated], gained),
        ),
        shares=(share, 1.0 - share),
    )
