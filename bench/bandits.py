"""Regret of the product's bandits beside Vowpal Wabbit's and MABWiser's, on the same arms.

    .venv/bin/python bench/bandits.py [--rounds 4000] [--runs 10] [--worlds likes,contexts]

All players meet the same arms and the same luck of rewards. The libraries run with their own
default settings, and with the exploration that their documentation recommends for such arms.
Prints a Markdown table: mean regret over the runs, its standard error, and the share of the even
player's regret. MABWiser's linear policies and all of Vowpal Wabbit's learn after every reward, as
the product does.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable

import numpy as np
import vowpalwabbit
from mabwiser.mab import MAB, LearningPolicy
from numpy.typing import NDArray

from tailorbird.decide.bandits.policy import Measure, Policy
from tailorbird.decide.bandits.simulation import (
    WORLDS,
    Ours,
    Player,
    Uniform,
    World,
    play,
    settings,
)

Floats = NDArray[np.float64]
Maker = Callable[[World, int], Player]


class Mabwiser:
    """MABWiser at play; before an arm has been tried, all are tried in turn."""

    def __init__(self, policy: object, arms: int, seed: int, *, contextual: bool) -> None:
        self._mab = MAB(arms=list(range(arms)), learning_policy=policy, seed=seed)
        self._contextual = contextual
        self._turn = 0
        self._arms = arms
        self._begun = False

    def choose(self, context: Floats) -> int:
        """Return the arm that the library predicts."""
        if not self._begun or self._turn < self._arms:
            self._turn += 1
            return (self._turn - 1) % self._arms
        if self._contextual:
            return int(self._mab.predict(context[None, :]))
        return int(self._mab.predict())

    def hear(self, round_: int, context: Floats, arm: int, reward: float) -> None:  # noqa: ARG002
        """Fit one more reward."""
        contexts = context[None, :] if self._contextual else None
        if self._begun:
            self._mab.partial_fit([arm], [reward], contexts)
        else:
            self._mab.fit([arm], [reward], contexts)
            self._begun = True


class Vowpal:
    """Vowpal Wabbit's contextual bandit at play: one feature an arm, crossed with the context."""

    def __init__(self, exploration: str, arms: int, seed: int, scale: float) -> None:
        self._vw = vowpalwabbit.Workspace(
            f"--cb_explore_adf {exploration} -q CA --quiet --random_seed {seed + 1}"
        )
        self._arms = arms
        self._scale = scale
        self._rng = np.random.default_rng(seed)
        self._shown: dict[int, float] = {}
        self._round = 0

    def choose(self, context: Floats) -> int:
        """Return an arm drawn from the library's chances."""
        chances = np.array(self._vw.predict(self._example(context)))
        chances = chances / chances.sum()
        arm = int(self._rng.choice(self._arms, p=chances))
        self._shown[self._round] = float(chances[arm])
        self._round += 1
        return arm

    def hear(self, round_: int, context: Floats, arm: int, reward: float) -> None:
        """Learn from one more labeled example."""
        label = (arm, -reward / self._scale, self._shown.pop(round_))
        self._vw.learn(self._example(context, label))

    def _example(self, context: Floats, label: tuple[int, float, float] | None = None) -> list[str]:
        shared = "shared |C " + " ".join(f"f{at}:{one:.5f}" for at, one in enumerate(context))
        lines = [shared]
        for arm in range(self._arms):
            told = ""
            if label is not None and label[0] == arm:
                told = f"0:{label[1]:.5f}:{label[2]:.5f} "
            lines.append(f"{told}|A arm{arm}")
        return lines


def players(world: World) -> dict[str, Maker]:
    """Return who plays in a world, by name."""
    contextual = world.name == "contexts"
    made: dict[str, Maker] = {"all alike": lambda w, seed: Uniform(arms_of(w), luck(seed))}
    for policy in Policy:
        if policy.contextual == contextual or policy is Policy.THOMPSON:
            made[f"Tailorbird {policy.value}"] = _ours(policy)
    scale = 10.0 if world.measure is Measure.AMOUNT else 1.0
    for exploration in ("--epsilon 0.1", "--squarecb", "--bag 5"):
        made[f"Vowpal Wabbit {exploration}"] = _vowpal(exploration, scale)
    for name, learning in _mabwiser(world).items():
        made[f"MABWiser {name}"] = _wiser(learning, contextual=contextual)
    return made


def _ours(policy: Policy) -> Maker:
    return lambda world, seed: Ours(
        settings(policy, world.measure, delay_hours=world.delay_hours), arms_of(world), luck(seed)
    )


def _vowpal(exploration: str, scale: float) -> Maker:
    return lambda world, seed: Vowpal(exploration, arms_of(world), seed, scale)


def _wiser(policy: object, *, contextual: bool) -> Maker:
    return lambda world, seed: Mabwiser(policy, arms_of(world), seed, contextual=contextual)


def _mabwiser(world: World) -> dict[str, object]:
    if world.name == "contexts":
        return {
            "LinUCB(1)": LearningPolicy.LinUCB(alpha=1.0),
            "LinUCB(0.5)": LearningPolicy.LinUCB(alpha=0.5),
            "LinTS(1)": LearningPolicy.LinTS(alpha=1.0),
            "LinTS(0.3)": LearningPolicy.LinTS(alpha=0.3),
            "LinGreedy(0.1)": LearningPolicy.LinGreedy(epsilon=0.1),
        }
    made: dict[str, object] = {
        "EpsilonGreedy(0.1)": LearningPolicy.EpsilonGreedy(epsilon=0.1),
        "UCB1(1)": LearningPolicy.UCB1(alpha=1.0),
        "Softmax(0.1)": LearningPolicy.Softmax(tau=0.1),
    }
    if world.measure is Measure.SHARE:
        made["ThompsonSampling"] = LearningPolicy.ThompsonSampling()
    return made


def arms_of(world: World) -> int:
    """Return how many arms a world has."""
    return int(world.mean.shape[1])


def luck(seed: int) -> np.random.Generator:
    """Return a player's own luck, apart from the world's."""
    return np.random.default_rng([seed, 7])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--worlds", default=",".join(make.__name__ for make in WORLDS))
    parser.add_argument("--only", default="", help="players whose name has this")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    names = asked.worlds.split(",")
    print(f"{asked.rounds:,} rounds, {asked.runs} runs\n")
    print("| arms | player | regret | standard error | of all alike |")
    print("| --- | --- | --: | --: | --: |")
    for make in (make for make in WORLDS if make.__name__ in names):
        worlds = [make(np.random.default_rng(seed), asked.rounds) for seed in range(asked.runs)]
        even = None
        for name, maker in players(worlds[0]).items():
            if asked.only and asked.only not in name and name != "all alike":
                continue
            lost = np.array([play(world, maker(world, at)) for at, world in enumerate(worlds)])
            even = even or float(lost.mean())
            error = float(lost.std(ddof=1)) / asked.runs**0.5
            share = float(lost.mean()) / even
            print(
                f"| {worlds[0].name} | {name} | {lost.mean():,.1f} | {error:,.1f} | {share:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
