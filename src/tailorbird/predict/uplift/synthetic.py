"""A synthetic trial whose true effects are known, to see how well they are found."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.curves import ordering
from tailorbird.predict.uplift.learners import Learner
from tailorbird.predict.uplift.reading import read_trial, repeated
from tailorbird.predict.uplift.trial import Trial

FEATURES = 8
Floats = NDArray[np.float64]


class Known(NamedTuple):
    """A trial and float64[n], the true effect on everybody."""

    trial: Trial
    effect: Floats


class Found(NamedTuple):
    """How well a learner found the truth.

    Attributes:
        learner: which.
        qini: of its order.
        oracle: Qini of the order by the true effect: nobody can do better.
        correlation: of predicted and true effect.
        error: root mean squared error of the predicted effect.
    """

    learner: Learner
    qini: Measured
    oracle: float
    correlation: float
    error: float


def a_trial(
    rng: np.random.Generator, people: int, *, share: float = 0.5, varies: bool = True
) -> Known:
    """Return a made-up trial of a yes-or-no outcome.

    What people do anyway depends on four features; what the treatment changes depends on two
    others, or, if it does not vary, is five points for everybody.

    Args:
        rng: luck.
        people: how many.
        share: chance of treatment.
        varies: whether effects differ.
    """
    features = rng.normal(size=(people, FEATURES))
    score = (
        -1.5
        + 0.8 * features[:, 0]
        + 0.5 * np.sin(2.0 * features[:, 1])
        + 0.4 * features[:, 2] * features[:, 3]
    )
    base = 1.0 / (1.0 + np.exp(-score))
    lift = 0.1 * (features[:, 4] > 0.0) + 0.06 * (features[:, 5] > 0.5)
    lifted = np.minimum(base + (lift if varies else 0.05), 1.0)
    treated = rng.random(people) < share
    outcome = rng.random(people) < np.where(treated, lifted, base)
    names = tuple(f"x{number}" for number in range(FEATURES))
    trial = Trial(features, names, treated, outcome.astype(np.float64), np.full(people, share))
    return Known(trial, lifted - base)


def found(known: Known, rng: np.random.Generator) -> list[Found]:
    """Return how well every learner finds the truth of a trial."""
    oracle = ordering(known.trial, known.effect, rng).qini.value
    made = []
    for learner in Learner:
        score = repeated(learner, known.trial, rng)
        made.append(
            Found(
                learner,
                ordering(known.trial, score, rng).qini,
                oracle,
                float(np.corrcoef(score, known.effect)[0, 1]),
                float(np.sqrt(((score - known.effect) ** 2).mean())),
            )
        )
    return made


def false_claims(trials: int, people: int, seed: int) -> int:
    """Return how many of some trials without differences are said to have some."""
    said = 0
    for each in range(trials):
        rng = np.random.default_rng(seed + each)
        said += read_trial(a_trial(rng, people, varies=False).trial, rng).varies
    return said
