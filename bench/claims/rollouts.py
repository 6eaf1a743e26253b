"""Rollouts that follow their gate: how often one comes to everybody, with an effect and without.

Shoppers come once, and spend by the arm that they are given; a day's news is one cell an arm. Each
rollout looks every day, with the gates, steps and configuration that a server would have.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest

from bench.claims.claim import Claim
from tailorbird.configure.configuration import Configuration
from tailorbird.configure.reading import read as configured
from tailorbird.configured import KINDS
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.staging import experiments_in, stages_in
from tailorbird.measure.analysis import read
from tailorbird.measure.asking import question_of
from tailorbird.measure.following import Move, asks, moved, next_move
from tailorbird.measure.gates import judged
from tailorbird.measure.gathered import Cell, Gathered
from tailorbird.measure.sums import Sums
from tailorbird.spine.clock import DAY_MS, parse_time_ms

TOPIC = "rollouts"
DAYS, A_DAY = 28, 4_000
_PROMISED = 0.05
_START_MS = parse_time_ms("2026-03-02T00:00:00Z")
_BUYS, _ORDER = 0.25, (2.0, 20.0)
_CONFIG = """
experiments:
  - name: leaner
    status: running
    covariates: []
    metrics: [revenue_per_user]
    gate: {metric: revenue_per_user, minimumExposure: 500}
    rollout:
      steps: [5, 25, 50, 100]
      every: 1d
      gate: {metric: revenue_per_user, atLeast: -0.1, minimumExposure: 300}
    variants:
      - {name: control}
      - {name: treatment, placements: {home_recs: {lean: 0}}}
"""


class Ended(NamedTuple):
    """How rollouts ended: how many came to everybody, how many went back, and in how many days."""

    released: int
    rolled_back: int
    days: float


def claims(runs: int) -> Iterator[Claim]:
    """Yield how often rollouts come to everybody without an effect, with harm, and with a gain."""
    few = max(runs // 4, 1)
    for lift, many, seed in ((0.0, runs, 81), (-0.15, few, 82), (0.15, few, 83)):
        yield from _rows(lift, _ended(lift, many, seed), many)


def _rows(lift: float, ended: Ended, runs: int) -> Iterator[Claim]:
    named = f"{abs(lift):.0%} {'more' if lift > 0.0 else 'less'} revenue" if lift else "no effect"
    made = f"{runs:,} rollouts of {DAYS} days, {A_DAY:,} shoppers a day, looked at daily, {named}"
    came, went = _share(ended.released, runs), _share(ended.rolled_back, runs)
    if lift > 0.0:
        found = f"{came}, half of them within {ended.days:.0f} days"
        yield Claim(TOPIC, f"{made}: released to everybody", "stated", found, None)
        yield Claim(TOPIC, f"{made}: rolled back", "seldom", went, None)
        return
    most = binomtest(ended.released, runs).proportion_ci().high
    told = "≤ 5 %, the whole interval"
    yield Claim(TOPIC, f"{made}: released to everybody", told, came, bool(most <= _PROMISED))
    if lift < 0.0:
        yield Claim(TOPIC, f"{made}: rolled back", "stated", went, None)
        return
    most = binomtest(ended.rolled_back, runs).proportion_ci().high
    yield Claim(TOPIC, f"{made}: rolled back", told, went, bool(most <= _PROMISED))


def _share(some: int, of: int) -> str:
    """Return a share with its 95 % interval, after Clopper and Pearson."""
    within = binomtest(some, of).proportion_ci()
    return f"{some / of:.2%} ({within.low:.2%} to {within.high:.2%})"


def _ended(lift: float, runs: int, seed: int) -> Ended:
    last = [rolled_out(lift, np.random.default_rng([seed, run])) for run in range(runs)]
    released = [day for act, day in last if act == "release"]
    back = sum(act == "roll_back" for act, _ in last)
    return Ended(len(released), back, float(np.median(released or [0])))


def rolled_out(lift: float, rng: np.random.Generator) -> tuple[str, int]:
    """Return the last act of one rollout, and on which day it came.

    Args:
        lift: what the treatment changes of what a shopper spends, as a share.
        rng: luck.
    """
    active, now_ms = configured({"a.yaml": _CONFIG}, KINDS), _START_MS
    cells: list[Cell] = []
    last = ("begin", 0)
    for day in range(DAYS):
        cells += _day(active, lift, day, rng)
        move = _look(active, cells, now_ms)
        files = moved(active, move, now_ms)
        if files is not None:
            active, last = configured(files, KINDS), (move.act, day + 1)
        if move.act in {"release", "roll_back"}:
            break
        now_ms += DAY_MS
    return last


def _look(active: Configuration, cells: list[Cell], now_ms: int) -> Move:
    one = active.of(EXPERIMENTS)[0]
    stage = stages_in(active).get(one.name)
    gate = asks(one, stage)
    answer = None
    if gate is not None:
        answer = judged(gate, read(question_of(one), Gathered(cells=tuple(cells))))
    return next_move(one, stage, answer, now_ms)


def _day(active: Configuration, lift: float, day: int, rng: np.random.Generator) -> Iterator[Cell]:
    """Yield the sums of those who came on a day and were given an arm."""
    one = experiments_in(active)[0]
    start, end = one.part
    tried = int(rng.binomial(A_DAY, end - start))
    treated = int(rng.binomial(tried, one.shares[one.arm] / sum(one.shares.values())))
    shape, scale = _ORDER
    for arm, n, factor in ((one.control, tried - treated, 1.0), (one.arm, treated, 1.0 + lift)):
        bought = rng.random(n) < _BUYS
        spent = bought * rng.gamma(shape, scale * factor, n)
        yield Cell(arm, Sums.of({"revenue": spent}), day)
