"""The benchmark of the estimators: worlds whose truth is known, and a real shop's two logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.evaluation.off_policy.evaluating import PolicyReading, evaluate_policy
from tailorbird.predict.evaluation.off_policy.logged import Logged, read_logged
from tailorbird.predict.evaluation.off_policy.policies import like
from tailorbird.predict.evaluation.off_policy.synthetic import a_run

REFERENCE = {
    "IPS": (0.009481, 0.006899),
    "SNIPS": (0.006665, 0.004541),
    "DR": (0.006175, 0.004245),
    "SNDR": (0.006118, 0.003997),
}
"""Mean and deviation over 20 runs, as Open Bandit Pipeline's documentation prints them."""

_RANDOM = "bandits/open_bandit_men_random_men.csv.gz"
_THOMPSON = "bandits/open_bandit_men_bts_men.csv.gz"
_Z = 1.959963984540054


class Accuracy(NamedTuple):
    """One estimator over many worlds.

    Attributes:
        name: of the estimator.
        mean, deviation: of the relative error.
        held, held_bootstrap: share of runs whose 95 % interval held the truth.
    """

    name: str
    mean: float
    deviation: float
    held: float
    held_bootstrap: float

    @property
    def agrees(self) -> bool:
        """Whether the mean is within two of the reference's deviations of the reference."""
        mean, deviation = REFERENCE[self.name]
        return abs(self.mean - mean) <= 2.0 * deviation


class Crossing(NamedTuple):
    """One policy told from the other's log, beside what it truly earned on-line."""

    evaluated: str
    logged: str
    online: Measured
    reading: PolicyReading


def synthetic(runs: int, seed: int, told: Callable[[int], None]) -> list[Accuracy]:
    """Return every estimator's accuracy over worlds of known truth.

    Args:
        runs: how many worlds, at least two.
        seed: of the first; the others count on.
        told: hears how many are done.
    """
    done = []
    for each in range(runs):
        done.append(a_run(seed + each))
        told(each + 1)
    made = []
    for name in done[0].errors:
        errors = np.array([run.errors[name] for run in done])
        made.append(
            Accuracy(
                name,
                float(errors.mean()),
                float(errors.std(ddof=1)),
                float(np.mean([run.held[name] for run in done])),
                float(np.mean([run.held_bootstrap[name] for run in done])),
            )
        )
    return made


def open_bandit(root: Path, rng: np.random.Generator) -> list[Crossing]:
    """Return each of the two policies of Open Bandit's men's campaign, told from the other's log.

    The evaluated policy is known by how it filled each position in its own log, context aside.

    Args:
        root: the folder with `bandits/`.
        rng: luck of the folds and of the bootstrap.

    Raises:
        UnreadableFile: the data are not there.
    """
    random = read_logged(root / _RANDOM)
    thompson = read_logged(root / _THOMPSON, random.actions)
    random = read_logged(root / _RANDOM, thompson.actions)
    return [
        _crossing("Thompson sampling", thompson, "random", random, rng),
        _crossing("random", random, "Thompson sampling", thompson, rng),
    ]


def _crossing(
    evaluated: str, other: Logged, name: str, logged: Logged, rng: np.random.Generator
) -> Crossing:
    mean = float(other.reward.mean())
    half = _Z * float(other.reward.std(ddof=1)) / len(other) ** 0.5
    reading = evaluate_policy(logged, like(logged, other), rng)
    return Crossing(evaluated, name, Measured(mean, mean - half, mean + half), reading)
