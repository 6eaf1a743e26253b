"""The reading of a trial: how large the effect is, whether it differs among people, for whom."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.curves import Decile, Ordering, average, deciles, ordering
from tailorbird.predict.uplift.learners import Learner, cross_fitted, robust_scores
from tailorbird.predict.uplift.trial import Trial, checked

DEFAULT = Learner.X
REPEATS = 3
_Z = 1.959963984540054
_LEAST_SLOPE, _MOST_SLOPE = 0.0, 1.5
Floats = NDArray[np.float64]


class UpliftReading(NamedTuple):
    """What a trial tells.

    Attributes:
        people: how many.
        average: effect on everybody.
        orderings: by learner, how well it finds those whom the treatment moves.
        learner: the one that `slope` and `deciles` are of.
        slope: how much of the predicted differences is there: 1 when all, 0 when none
            (the best linear predictor of Chernozhukov and others, 2018), 95 % normal.
        deciles: by predicted uplift, the highest first.
        varies: whether effects differ among people as far as can be told: the intervals of Qini
            and of the slope are both above zero.
        scores: float64[n], everybody's effect as told by models that never saw them.
    """

    people: int
    average: Measured
    orderings: dict[Learner, Ordering]
    learner: Learner
    slope: Measured
    deciles: list[Decile]
    varies: bool
    scores: Floats

    @property
    def verdict(self) -> tuple[str, str]:
        """What to think of it: of the average, and of the differences."""
        return _on_average(self.average), _on_differences(self)


def read_trial(
    trial: Trial,
    rng: np.random.Generator,
    *,
    learner: Learner = DEFAULT,
    beside: tuple[Learner, ...] = (),
) -> UpliftReading:
    """Return what a trial tells, every person judged by models that never saw them.

    Args:
        trial: the people.
        rng: luck of folds and of the bootstrap.
        learner: the one to conclude from; chosen before looking.
        beside: further learners to show the ordering of.

    Raises:
        NoTrial: it is not a randomized trial, or too small.
    """
    checked(trial)
    scores = {one: repeated(one, trial, rng) for one in dict.fromkeys((learner, *beside))}
    orderings = {one: ordering(trial, score, rng) for one, score in scores.items()}
    slope = slope_of(robust_scores(trial, rng), scores[learner])
    told = calibrated(scores[learner], average(trial).value, slope)
    return UpliftReading(
        people=len(trial),
        average=average(trial),
        orderings=orderings,
        learner=learner,
        slope=slope,
        deciles=deciles(trial, told),
        varies=orderings[learner].qini.low > 0.0 and slope.low > 0.0,
        scores=told,
    )


def repeated(learner: Learner, trial: Trial, rng: np.random.Generator) -> Floats:
    """Return float64[n], cross-fitted effects, averaged over several ways to make the folds."""
    return np.asarray(
        np.mean([cross_fitted(learner, trial, rng) for _ in range(REPEATS)], axis=0),
        dtype=np.float64,
    )


def slope_of(robust: Floats, score: Floats) -> Measured:
    """Return the slope of doubly robust scores over predicted effects, robust to unequal noise.

    Args:
        robust: float64[n], scores whose mean is the effect.
        score: float64[n], predicted effects.
    """
    centered = score - score.mean()
    square = float(centered @ centered)
    if square <= 1e-12 * len(score):
        return Measured(0.0, 0.0, 0.0)
    value = float(centered @ robust) / square
    noise = robust - robust.mean() - value * centered
    half = _Z * float(np.sqrt((centered**2 * noise**2).sum())) / square
    return Measured(value, value - half, value + half)


def calibrated(score: Floats, mean: float, slope: Measured) -> Floats:
    """Return effects whose mean is right, and which differ only as far as was found to be so."""
    kept = min(max(slope.value, _LEAST_SLOPE), _MOST_SLOPE)
    return np.asarray(mean + kept * (score - score.mean()), dtype=np.float64)


def _on_average(effect: Measured) -> str:
    interval = f"{effect.value:+.4f} ({effect.low:+.4f} to {effect.high:+.4f})"
    if effect.low > 0.0 or effect.high < 0.0:
        return f"The treatment changes the outcome by {interval} a person on average."
    return f"The average effect, {interval} a person, cannot be told from zero."


def _on_differences(reading: UpliftReading) -> str:
    qini = reading.orderings[reading.learner].qini
    shown = f"Qini {qini.value:.3f}, {qini.low:.3f} to {qini.high:.3f}"
    if reading.varies:
        return f"Effects differ among people ({shown}): choose whom to treat by decile."
    return (
        f"Differences of the effect among people cannot be told from zero ({shown}): "
        "treat everybody or nobody; the deciles are noise."
    )
