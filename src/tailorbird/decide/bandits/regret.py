"""Regret: what a bandit lost against always showing the best arm, as far as can be told."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tailorbird.decide.bandits.beliefs import best_chances, interval
from tailorbird.decide.bandits.choosing import beliefs
from tailorbird.decide.bandits.policy import Bandit
from tailorbird.decide.bandits.state import BanditState


class ArmReading(NamedTuple):
    """What is known of an arm.

    Attributes:
        arm: its name.
        exposures: how often it was shown.
        reward: the sum of its rewards.
        mean, low, high: what is believed of its mean reward, 95 %.
        best_probability: how likely it is the best.
    """

    arm: str
    exposures: int
    reward: float
    mean: float
    low: float
    high: float
    best_probability: float


class BanditReading(NamedTuple):
    """What a bandit has learned, and what learning it has cost.

    Attributes:
        arms: the likeliest best first.
        exposures: in sum.
        reward: mean reward an exposure.
        regret: rewards that showing the now seemingly best arm always would have brought more.
        even_regret: the same for showing all arms alike: what the bandit is to stay below.
    """

    arms: tuple[ArmReading, ...]
    exposures: int
    reward: float
    regret: float
    even_regret: float


def read_bandit(
    names: tuple[str, ...], state: BanditState, bandit: Bandit, now_ms: int = 0
) -> BanditReading:
    """Return what a bandit has learned, context aside.

    Args:
        names: the arms of now; those that are gone are left out.
        state: what was learned.
        bandit: the settings.
        now_ms: the moment.
    """
    if not names:
        return BanditReading((), 0, 0.0, 0.0, 0.0)
    belief = beliefs(names, state, bandit, now_ms)
    chances = best_chances(belief)
    low, high = interval(belief)
    shown = np.array([state.arms[name].exposures if name in state.arms else 0 for name in names])
    earned = np.array([state.arms[name].reward if name in state.arms else 0.0 for name in names])
    arms = [
        ArmReading(
            name,
            int(shown[at]),
            float(earned[at]),
            float(belief.mean[at]),
            float(low[at]),
            float(high[at]),
            float(chances[at]),
        )
        for at, name in enumerate(names)
    ]
    total = int(shown.sum())
    best = float(belief.mean.max())
    lost = best - belief.mean
    return BanditReading(
        arms=tuple(sorted(arms, key=lambda one: -one.best_probability)),
        exposures=total,
        reward=float(earned.sum()) / total if total else 0.0,
        regret=float(lost @ shown),
        even_regret=float(lost.mean()) * total,
    )
