"""A trial: who was treated by the toss of a coin whose odds are known, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from tailorbird.spine.errors import TailorbirdError

LEAST_IN_ARM = 200
_SURELY = 1e-4  # an honest trial is refused once in ten thousand
Floats = NDArray[np.float64]


class NoTrial(TailorbirdError):
    """Uplift needs a randomized trial."""

    status = 409
    remedy = (
        "Hold some people out at random, log the probability with which each was treated, and "
        "come back. Without that, what looks like uplift may be who was chosen."
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """People who were treated or not, at random.

    Attributes:
        features: float64[n, d], as known before the treatment.
        names: of the features.
        treated: bool[n].
        outcome: float64[n], such as 1 for a purchase, or an amount.
        probability: float64[n], the known chance of treatment, strictly between 0 and 1.
    """

    features: Floats
    names: tuple[str, ...]
    treated: NDArray[np.bool_]
    outcome: Floats
    probability: Floats

    def __len__(self) -> int:
        return len(self.outcome)

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Trial:
        """Return some of the people."""
        return Trial(
            self.features[chosen],
            self.names,
            self.treated[chosen],
            self.outcome[chosen],
            self.probability[chosen],
        )

    def with_features(self, features: Floats, names: tuple[str, ...]) -> Trial:
        """Return the same people with other features: float64[n, d]."""
        return Trial(features, names, self.treated, self.outcome, self.probability)

    def with_outcome(self, outcome: Floats) -> Trial:
        """Return the same people with another outcome: float64[n]."""
        return Trial(self.features, self.names, self.treated, outcome, self.probability)

    @property
    def weight(self) -> Floats:
        """One over the chance of what happened: float64[n] (Horvitz & Thompson, 1952)."""
        return 1.0 / np.where(self.treated, self.probability, 1.0 - self.probability)


def checked(trial: Trial) -> Trial:
    """Return the trial, if it is one.

    Raises:
        NoTrial: chances are unknown or certain, an arm is too small, the outcome never varies,
            the share of treated is not what the chances say, or the features tell who was treated.
    """
    if len(trial) == 0:
        raise NoTrial("There is nobody in it.")
    inside = (trial.probability > 0.0) & (trial.probability < 1.0)
    if not bool(inside.all()):
        raise NoTrial(
            f"{int((~inside).sum()):,} of {len(trial):,} people had no chance of the other arm, or "
            "an unknown one: the assignment was not random."
        )
    treated = int(trial.treated.sum())
    if min(treated, len(trial) - treated) < LEAST_IN_ARM:
        raise NoTrial(
            f"{treated:,} treated and {len(trial) - treated:,} held out; {LEAST_IN_ARM} of each "
            "are the least.",
            remedy="Wait for more people, or hold out a larger share.",
        )
    if float(np.ptp(trial.outcome)) == 0.0:
        raise NoTrial(
            "Everybody has the same outcome: nothing can be learned.",
            remedy="Wait for outcomes, or choose another one.",
        )
    as_tossed(trial)
    _balanced(trial)
    return trial


def as_tossed(trial: Trial) -> None:
    """Refuse a trial in which the share of treated is not what the chances say.

    Raises:
        NoTrial: so it is.
    """
    expected = float(trial.probability.sum())
    spread = float(np.sqrt((trial.probability * (1.0 - trial.probability)).sum()))
    off = (float(trial.treated.sum()) - expected) / spread
    if 2.0 * float(norm.sf(abs(off))) < _SURELY:
        raise NoTrial(
            f"{int(trial.treated.sum()):,} were treated where {expected:,.0f} were to be expected: "
            "the chances on record are not those of the assignment."
        )


def _balanced(trial: Trial) -> None:
    """Refuse a trial whose features tell who was treated (a chi-square test on their means)."""
    surprise = trial.treated - trial.probability
    centered = trial.features - trial.features.mean(axis=0)
    pulls = centered * surprise[:, None]
    spread = np.linalg.pinv(pulls.T @ pulls)
    total = pulls.sum(axis=0)
    statistic = float(total @ spread @ total)
    if trial.features.shape[1] and float(chi2.sf(statistic, trial.features.shape[1])) < _SURELY:
        raise NoTrial("The features tell who was treated: the assignment was not random.")
