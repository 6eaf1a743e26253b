"""Experiments that change on the way: weights, seasons, and effects that wear off."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.claims.claim import Claim
from bench.claims.fixed import chance
from tailorbird.measure.analysis import read
from tailorbird.measure.gathered import AgeCell, Ages, Cell, Gathered
from tailorbird.measure.metrics import Mean
from tailorbird.measure.novelty import novelty
from tailorbird.measure.question import Question, Weights
from tailorbird.measure.splitting import over_periods
from tailorbird.measure.sums import Sums

_METRIC = (Mean("paid", "paid"),)
_WEIGHTS = (
    Weights({"control": 90.0, "new": 10.0}),
    Weights({"control": 50.0, "new": 50.0}, "1970-01-02"),
)
_LEVELS = (10.0, 20.0)
_A_PERIOD = 2_000
_ALARM = 0.001
_NOTICE = 0.01
_PEOPLE, _COME, _WEEK = 4_000, 21.0, 7.0
_LIFT = 1.0

Floats = NDArray[np.float64]


def claims(runs: int) -> Iterator[Claim]:
    """Yield what comes of changed weights, and how novelty is told from seasons."""
    yield from _weights(runs)
    yield from _splits(runs * 5)
    yield from _habits(runs // 2)


def _weights(runs: int) -> Iterator[Claim]:
    known, naive = Question(_METRIC, weights=_WEIGHTS, looks="once"), Question(_METRIC)
    rejected = np.array([_rejects(run, known, naive) for run in range(runs)]).mean(axis=0)
    low, high = chance(0.05, runs)
    what = (
        f"weights 90 to 10, then 50 to 50, people who pay twice as much then, {runs:,} experiments "
        "without effect: rejected at 5 %"
    )
    wanted = f"5 %, by luck {low:.1%} to {high:.1%}"
    found = f"{rejected[0]:.2%}; with both periods in one pot {rejected[1]:.0%}"
    yield Claim("changed weights", what, wanted, found, bool(low <= rejected[0] <= high))


def _rejects(run: int, known: Question, naive: Question) -> tuple[bool, bool]:
    rng = np.random.default_rng([61, run])
    cells = []
    for day, (one, level) in enumerate(zip(_WEIGHTS, _LEVELS, strict=True)):
        treated = int(rng.binomial(_A_PERIOD, one.shares["new"] / 100.0))
        for arm, n in (("control", _A_PERIOD - treated), ("new", treated)):
            cells.append(Cell(arm, Sums.of({"paid": rng.exponential(level, n)}), day, day))
    gathered = Gathered(tuple(cells))
    told = [read(asked, gathered).metrics[0].comparisons[0].p_value for asked in (known, naive)]
    return (told[0] or 1.0) < 0.05, (told[1] or 1.0) < 0.05


def _splits(runs: int) -> Iterator[Claim]:
    low, high = chance(_ALARM, runs)
    for lost, wanted in ((0.0, f"0.1 %, by luck to {high:.2%}"), (0.06, "> 99 %")):
        alarms = float(np.mean([_alarms(run, lost) for run in range(runs)]))
        holds = low <= alarms <= high if lost == 0.0 else alarms > 0.99
        what = (
            f"weights 90 to 10, then 50 to 50, {runs:,} experiments of two times 50,000 units, "
            f"{lost:.0%} of the second treatment lost: alarms"
        )
        yield Claim("changed weights", what, wanted, f"{alarms:.2%}", holds)


def _alarms(run: int, lost: float) -> bool:
    rng = np.random.default_rng([62, run])
    cells = []
    for day, one in enumerate(_WEIGHTS):
        treated = int(rng.binomial(50_000, one.shares["new"] / 100.0))
        came = int(rng.binomial(treated, 1.0 - lost * day))
        cells += [Cell("control", Sums(50_000 - treated), day), Cell("new", Sums(came), day)]
    p_value = over_periods(cells, _WEIGHTS)
    return p_value is not None and p_value < _ALARM


def _habits(runs: int) -> Iterator[Claim]:
    what = f"{runs:,} experiments of {_PEOPLE:,} people over four weeks"
    _, high = chance(_NOTICE, runs)
    steady = _said(runs, "steady")
    yield Claim(
        "novelty",
        f"{what}, a steady effect while sales double: noticed",
        f"≤ 1 %, by luck to {high:.2%}",
        f"{steady.mean(axis=0)[0]:.2%}",
        bool(steady.mean(axis=0)[0] <= high),
    )
    for kind, meant, at in (
        ("wears off in a week", "novelty", 1),
        ("ends for everybody", "season", 2),
    ):
        said = _said(runs, kind)
        noticed = said[said[:, 0] > 0.0]
        wrong = 3 - at
        found = (
            f"{len(noticed) / runs:.0%}; of these {noticed[:, at].mean():.0%} called {meant}, "
            f"{noticed[:, wrong].mean():.1%} the other"
        )
        holds = bool(len(noticed) / runs > 0.8 and noticed[:, wrong].mean() < 0.05)
        yield Claim(
            "novelty",
            f"{what}, an effect that {kind}: noticed, and called what it is",
            "> 80 %; mistaken < 5 %",
            found,
            holds,
        )


def _said(runs: int, kind: str) -> Floats:
    """Return float64[runs, 3]: noticed, called novelty, called season."""
    asked = Question(_METRIC)
    rows = []
    for run in range(runs):
        told = [one.says for one in novelty(asked, _lived(run, kind))]
        text = " ".join(told)
        rows.append([bool(told), "it is novelty" in text, "it is the season" in text])
    return np.array(rows, np.float64)


def _lived(run: int, kind: str) -> Gathered:
    """Return people of two arms, in their first and their second week."""
    rng = np.random.default_rng([63, run])
    come = rng.uniform(0.0, _COME, _PEOPLE)
    treated = rng.random(_PEOPLE) < 0.5
    leans = rng.gamma(2.0, 3.0, _PEOPLE)
    weeks = []
    for age in range(2):
        middle = come + _WEEK * (age + 0.5)
        season = 1.0 + middle / 28.0
        lift = {
            "steady": np.full(_PEOPLE, _LIFT),
            "wears off in a week": np.full(_PEOPLE, 2.0 * _LIFT * (age == 0)),
            # The share of this week that lies before the end of the effect, at day 14.
            "ends for everybody": 2.0
            * _LIFT
            * np.clip((14.0 - come - _WEEK * age) / _WEEK, 0.0, 1.0),
        }[kind]
        weeks.append(leans * season + rng.gamma(1.0, 4.0, _PEOPLE) + lift * treated)
    settled = come <= 14.0
    cells = []
    for arm, mine in (("control", ~treated), ("new", treated)):
        for whole in (True, False):
            held = mine & (settled == whole)
            columns = {"young paid": weeks[0][held], "old paid": weeks[1][held]}
            cells.append(AgeCell(arm, Sums.of(columns), whole))
    return Gathered(ages=Ages(7, tuple(cells)))
