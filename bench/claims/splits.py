"""The sample ratio: alarms where units are missing, and hardly ever where none are."""

from collections.abc import Iterator

import numpy as np

from bench.claims.claim import Claim, data
from bench.claims.fixed import chance
from tailorbird.measure.gathered import Cell
from tailorbird.measure.gathering import gather
from tailorbird.measure.metrics import Proportion
from tailorbird.measure.question import Question, Weights
from tailorbird.measure.splitting import counted, sample_ratio_p, watched_p
from tailorbird.measure.sums import Sums
from tailorbird.measure.tables import Table

_HALVES = {"a": 1.0, "b": 1.0}
_PLAN = (Weights(_HALVES),)
_ALARM = 0.001
_Z = 3.2905267314919255
_DAYS, _A_DAY = 28, 4_000


def claims(runs: int) -> Iterator[Claim]:
    """Yield the sample ratio of Cookie Cats, and the rate of alarms with and without a fault."""
    table = Table(str(data("experiments/cookie_cats.csv.gz")), "userid", "version")
    asked = Question((Proportion("retention_7", "retention_7"),), control="gate_30")
    p_value = sample_ratio_p(counted(gather(table, asked).cells), {"gate_30": 1.0, "gate_40": 1.0})
    found = "none" if p_value is None else f"{p_value:.4f}"
    holds = p_value is not None and abs(p_value - 0.0086) < 1e-4
    yield Claim("sample ratio", "Cookie Cats, read from its file: p", "≈ 0.009", found, holds)
    low, high = chance(_ALARM, runs)
    for share, wanted in ((0.5, f"0.1 %, by luck to {high:.2%}"), (0.49, "> 99 %")):
        counts = np.random.default_rng(41).binomial(100_000, share, runs)
        alarms = float(np.mean([_alarms(int(one)) for one in counts]))
        holds = low <= alarms <= high if share == 0.5 else alarms > 0.99
        what = f"{runs:,} experiments of 100,000 units, {share:.0%} in one arm: alarms"
        yield Claim("sample ratio", what, wanted, f"{alarms:.2%}", holds)
    yield from _watched(runs // 4)


def _watched(runs: int) -> Iterator[Claim]:
    """Yield how often the split alarms on any of many days, when each of them is looked at."""
    for share, wanted in ((0.5, "≤ 0.1 %"), (0.49, "> 95 %")):
        days = np.random.default_rng(42).binomial(_A_DAY, share, (runs, _DAYS)).cumsum(axis=1)
        ever = np.array([_ever(one) for one in days.tolist()]).mean(axis=0)
        holds = ever[0] <= _ALARM if share == 0.5 else ever[0] > 0.95
        what = (
            f"{runs:,} experiments of {_A_DAY:,} units a day, looked at on {_DAYS} days, "
            f"{share:.0%} in one arm: ever alarmed"
        )
        found = f"{ever[0]:.2%}; naively {ever[1]:.2%}"
        yield Claim("sample ratio", what, wanted, found, bool(holds))


def _ever(ones: list[int]) -> tuple[bool, bool]:
    """Return whether any look alarms: by what holds for all of them, and by one look's test."""
    watched = naive = False
    for day, one in enumerate(ones, start=1):
        cells = (Cell("a", Sums(one)), Cell("b", Sums(_A_DAY * day - one)))
        p_value = watched_p(cells, _PLAN)
        watched |= p_value is not None and p_value < _ALARM
        naive |= abs(one - _A_DAY * day / 2.0) > _Z * (_A_DAY * day) ** 0.5 / 2.0
    return watched, naive


def _alarms(one: int) -> bool:
    p_value = sample_ratio_p({"a": one, "b": 100_000 - one}, _HALVES)
    return p_value is not None and p_value < _ALARM
