"""Simulated arms whose worth is known, to count what a policy loses while it learns."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.bandits.beliefs import Plane
from tailorbird.decide.bandits.choosing import chances, drawn, planes_of
from tailorbird.decide.bandits.policy import Arm, Bandit, Guardrails, Measure, Policy
from tailorbird.decide.bandits.state import (
    EMPTY,
    BanditState,
    Exposed,
    Rewarded,
    fold,
)
from tailorbird.spine.clock import HOUR_MS, MINUTE_MS

Floats = NDArray[np.float64]
_REWARD = "reward"
_DELAY_HOURS = 8.0


class World(NamedTuple):
    """Simulated arms.

    Attributes:
        name: what they are like.
        context: float64[rounds, width], the first column ones.
        mean: float64[rounds, arms], each arm's expected reward in each round.
        reward: float64[rounds, arms], what each arm would pay in each round: all policies meet
            the same luck.
        delay_rounds: int64[rounds], how many rounds later the reward becomes known.
        measure: what the rewards are.
        delay_hours: how long a reward takes on average; a round is a minute.
    """

    name: str
    context: Floats
    mean: Floats
    reward: Floats
    delay_rounds: NDArray[np.int64]
    measure: Measure
    delay_hours: float = 0.0


class Player(Protocol):
    """Whoever chooses arms and hears of rewards."""

    def choose(self, context: Floats) -> int:
        """Return the arm to show in a context."""

    def hear(self, round_: int, context: Floats, arm: int, reward: float) -> None:
        """Learn what the arm that was shown in a round has paid."""


def play(world: World, player: Player) -> float:
    """Return the regret: what the best arm of each round would have paid more, by expectation."""
    regret = 0.0
    waiting: dict[int, list[tuple[int, int]]] = {}
    for round_ in range(len(world.mean)):
        for shown, arm in waiting.pop(round_, ()):
            player.hear(shown, world.context[shown], arm, float(world.reward[shown, arm]))
        arm = player.choose(world.context[round_])
        regret += float(world.mean[round_].max() - world.mean[round_, arm])
        delay = int(world.delay_rounds[round_])
        if delay:
            waiting.setdefault(round_ + delay, []).append((round_, arm))
        else:
            player.hear(round_, world.context[round_], arm, float(world.reward[round_, arm]))
    return regret


class Ours:
    """The product's own bandit at play; a round is a minute.

    Args:
        bandit: its settings.
        arms: how many there are.
        rng: luck of the draws.
    """

    def __init__(self, bandit: Bandit, arms: int, rng: np.random.Generator) -> None:
        self._bandit = bandit
        self._arms = [Arm(f"a{number}") for number in range(arms)]
        self._at = {arm.id: number for number, arm in enumerate(self._arms)}
        self._rng = rng
        self._state: BanditState = EMPTY
        self._planes: dict[str, Plane] = {}
        self._made_of: BanditState | None = None
        self._now_ms = 0
        self._round = 0

    def choose(self, context: Floats) -> int:
        """Return an arm, and note that it was shown."""
        found = chances(
            self._arms, context, self._state, self._bandit, self._now_ms, self._known(len(context))
        )
        if found is None:
            raise ValueError("the guardrails leave no arm")
        choice = drawn(found, self._rng)
        held = context.tobytes() if self._bandit.policy.contextual else b""
        shown = Exposed(
            str(self._round), choice.arm, self._now_ms, choice.action_probability, context=held
        )
        self._state = fold(self._state, self._bandit, [shown])
        self._round += 1
        self._now_ms += MINUTE_MS
        return self._at[choice.arm]

    def hear(self, round_: int, context: Floats, arm: int, reward: float) -> None:  # noqa: ARG002
        """Learn of a reward by the exposure that it belongs to."""
        if reward:
            told = Rewarded(_REWARD, self._now_ms, reward, str(round_))
            self._state = fold(self._state, self._bandit, [told])

    def _known(self, width: int) -> dict[str, Plane] | None:
        """Return the linear beliefs of a contextual policy, made once until it learns."""
        if not self._bandit.policy.contextual:
            return None
        if self._made_of is not self._state:
            self._planes = planes_of(list(self._at), self._state, self._bandit, width)
            self._made_of = self._state
        return self._planes


class Uniform:
    """Whoever shows all arms alike."""

    def __init__(self, arms: int, rng: np.random.Generator) -> None:
        self._arms = arms
        self._rng = rng

    def choose(self, context: Floats) -> int:  # noqa: ARG002 - a player is asked in a context
        """Return any arm."""
        return int(self._rng.integers(self._arms))

    def hear(self, round_: int, context: Floats, arm: int, reward: float) -> None:
        """Learn nothing."""


def settings(policy: Policy, measure: Measure, *, delay_hours: float = 0.0) -> Bandit:
    """Return a bandit's settings for play: no even share, since regret is what is counted."""
    return Bandit(
        policy=policy,
        measure=measure,
        rewards={_REWARD: 1.0},
        window_days=3.0,
        delay_hours=delay_hours,
        guardrails=Guardrails(explore_share=0.0),
    )


def clicks(rng: np.random.Generator, rounds: int, arms: int = 10) -> World:
    """Return arms that are clicked by 2 to 12 in a hundred."""
    rates = rng.uniform(0.02, 0.12, arms)
    mean = np.tile(rates, (rounds, 1))
    return _world("clicks", mean, rng.random(mean.shape) < mean)


def likes(rng: np.random.Generator, rounds: int, arms: int = 10) -> World:
    """Return arms that succeed by 10 to 90 in a hundred."""
    mean = np.tile(rng.uniform(0.1, 0.9, arms), (rounds, 1))
    return _world("likes", mean, rng.random(mean.shape) < mean)


def revenues(rng: np.random.Generator, rounds: int, arms: int = 10) -> World:
    """Return arms that pay amounts: means from 0 to 10, with a deviation of 5."""
    mean = np.tile(rng.uniform(0.0, 10.0, arms), (rounds, 1))
    return _world("revenue", mean, rng.normal(mean, 5.0), measure=Measure.AMOUNT)


def late_clicks(rng: np.random.Generator, rounds: int, arms: int = 10) -> World:
    """Return likes that become known only hours later."""
    world = likes(rng, rounds, arms)
    delay = rng.exponential(_DELAY_HOURS * HOUR_MS / MINUTE_MS, rounds).astype(np.int64) + 1
    return world._replace(name="late likes", delay_rounds=delay, delay_hours=_DELAY_HOURS)


def contexts(rng: np.random.Generator, rounds: int, arms: int = 5, width: int = 8) -> World:
    """Return arms whose success depends on the context, linearly and then cut to [0.02, 0.98]."""
    context = np.column_stack([np.ones(rounds), rng.normal(size=(rounds, width - 1))])
    weights = rng.normal(0.0, 0.15, (width, arms))
    weights[0] = 0.4
    mean = np.clip(context @ weights, 0.02, 0.98)
    return _world("contexts", mean, rng.random(mean.shape) < mean, context=context)


WORLDS: tuple[Callable[[np.random.Generator, int], World], ...] = (
    likes,
    clicks,
    revenues,
    late_clicks,
    contexts,
)


def _world(
    name: str,
    mean: Floats,
    reward: NDArray[np.bool_] | Floats,
    *,
    context: Floats | None = None,
    measure: Measure = Measure.SHARE,
) -> World:
    rounds = len(mean)
    return World(
        name=name,
        context=np.ones((rounds, 1)) if context is None else context,
        mean=mean,
        reward=reward.astype(np.float64),
        delay_rounds=np.zeros(rounds, np.int64),
        measure=measure,
    )
