"""Campaigns by region: the published example, and intervals on lifts put in by hand."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date

import numpy as np

from bench.claims.claim import Claim, data
from tailorbird.measure.geo.effects import conformal_interval, conformal_p, read_geo
from tailorbird.measure.geo.panel import Panel, Trial, panel_of, trial_of

_DAYS, _SPAN, _LIFT = 60, 10, 0.05
_BEFORE = 90
_PUBLISHED = {"cincinnati": 0.2272, "miami": 0.2028, "baton rouge": 0.1335}


def claims(runs: int) -> Iterator[Claim]:
    """Yield the figures of GeoLift's example, coverage and false alarms on its history."""
    panel = geolift()
    reading = read_geo(trial_of(panel, ["chicago", "portland"], "2021-04-01"))
    figures = (
        ("effect a city and day", 155.556, reading.effect, 1e-3),
        ("lift", 0.054, reading.lift, 1e-3),
        ("incremental", 4667.0, reading.incremental, 0.5),
        *(
            (f"weight of {name}", told, reading.weights[name], 1e-3)
            for name, told in _PUBLISHED.items()
        ),
    )
    for name, told, found, within in figures:
        what = f"GeoLift_Test, {name}"
        holds = abs(found - told) <= within
        yield Claim("geo", what, f"{told:g} (within {within:g})", f"{found:.4f}", holds)
    yield from _on_history(panel, runs)


def _on_history(panel: Panel, runs: int) -> Iterator[Claim]:
    rng = np.random.default_rng(31)
    held = alarms = 0
    for _ in range(runs):
        trial = drawn(panel, rng)
        effect = _LIFT * float(trial.treated.mean())
        step = np.where(np.arange(_DAYS) >= trial.start, effect, 0.0)
        lifted = Trial(trial.treated + step, trial.donors, trial.names, trial.start, trial.regions)
        within = conformal_interval(lifted, "synthetic_control", 0.05)
        held += not within.excludes(effect)
        alarms += conformal_p(trial, "synthetic_control", 0.0) <= 0.05
    where = f"{runs:,} times two random cities and {_DAYS} days of GeoLift_Test before the campaign"
    share = held / runs
    what = f"{where}, a lift of {_LIFT:.0%} put into the last {_SPAN}: interval holds it"
    yield Claim("geo", what, "95 %, ± 2", f"{share:.1%}", 0.93 <= share <= 0.97)
    what = f"{where}, nothing put in: rejected at 5 %"
    yield Claim("geo", what, "≤ 7 %", f"{alarms / runs:.1%}", alarms / runs <= 0.07)


def drawn(panel: Panel, rng: np.random.Generator) -> Trial:
    """Return two cities as if treated, over days on which nothing happened."""
    first = int(rng.integers(0, _BEFORE - _DAYS + 1))
    part = Panel(
        panel.regions,
        panel.days[first : first + _DAYS],
        panel.values[:, first : first + _DAYS],
    )
    cities = [str(one) for one in rng.choice(part.regions, 2, replace=False)]
    return trial_of(part, cities, part.days[_DAYS - _SPAN])


def geolift() -> Panel:
    """Return the panel of GeoLift's example."""
    with gzip.open(data("geo/geolift_test.csv.gz"), "rt") as file:
        rows = {
            (row["location"], date.fromisoformat(row["date"])): float(row["Y"])
            for row in csv.DictReader(file)
        }
    return panel_of(rows)
