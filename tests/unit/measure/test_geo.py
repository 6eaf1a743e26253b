"""Regions tell what would have been without the campaign."""

import csv
import gzip
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.measure.geo.design import Wanted, designs, stratified, tried
from tailorbird.measure.geo.effects import (
    GeoReading,
    Method,
    conformal_interval,
    conformal_p,
    effect_of,
    read_geo,
    weights_of,
)
from tailorbird.measure.geo.panel import BadPanel, Panel, Trial, panel_of, trial_of
from tailorbird.measure.geo.simplex import shares
from tests.unit.measure.experiments import real

TREATED = ("chicago", "portland")


@cache
def geolift() -> Panel:
    with gzip.open(real("geo/geolift_test.csv.gz"), "rt") as file:
        rows = {
            (row["location"], date.fromisoformat(row["date"])): float(row["Y"])
            for row in csv.DictReader(file)
        }
    return panel_of(rows)


@cache
def published() -> GeoReading:
    return read_geo(trial_of(geolift(), TREATED, "2021-04-01"))


def made(seed: int = 1, regions: int = 12, days: int = 60, lift: float = 0.0) -> Trial:
    """Return regions that share a season; the first is treated for the last ten days."""
    rng = np.random.default_rng(seed)
    size = rng.uniform(500, 1500, regions)
    size[0] = 1000.0
    season = 1 + 0.2 * np.sin(np.arange(days) / 7 * 2 * np.pi) + np.arange(days) / 200
    values = size[:, None] * season + rng.normal(0, 30, (regions, days))
    values[0, days - 10 :] += lift
    return Trial(values[0], values[1:], tuple(f"r{at}" for at in range(1, regions)), days - 10, 1)


def test_the_effect_of_geolift_is_the_published_one() -> None:
    assert published().effect == pytest.approx(155.556, abs=1e-3)


def test_the_lift_and_the_increment_of_geolift_are_the_published_ones() -> None:
    assert published().lift == pytest.approx(0.054, abs=1e-3)
    assert published().incremental == pytest.approx(4667, abs=0.5)


def test_the_weights_of_geolift_are_the_published_ones() -> None:
    first = dict(list(published().weights.items())[:3])
    assert first == pytest.approx(
        {"cincinnati": 0.2272, "miami": 0.2028, "baton rouge": 0.1335}, abs=1e-3
    )


@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(2, 40))
def test_weights_are_shares(seed: int, k: int, days: int) -> None:
    rng = np.random.default_rng(seed)
    rows, target = rng.normal(size=(k, days)), rng.normal(size=days)
    weights = shares(rows @ rows.T, rows @ target)
    assert weights.min() >= 0.0
    assert weights.sum() == pytest.approx(1.0)


@given(st.integers(0, 10_000), st.integers(2, 15))
def test_no_other_shares_come_nearer(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    rows, target = rng.normal(size=(k, 30)), rng.normal(size=30)
    best = np.sum((target - shares(rows @ rows.T, rows @ target) @ rows) ** 2)
    for other in rng.dirichlet(np.ones(k), 50):
        assert np.sum((target - other @ rows) ** 2) >= best - 1e-9


def test_a_region_that_is_a_mix_of_others_gets_that_mix() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(5, 50))
    mix = np.array([0.5, 0.3, 0.2, 0.0, 0.0])
    assert shares(rows @ rows.T, rows @ (mix @ rows)) == pytest.approx(mix, abs=1e-6)


def test_difference_in_differences_is_the_difference_of_differences() -> None:
    trial = made(lift=100.0)
    own = trial.treated[50:].mean() - trial.treated[:50].mean()
    theirs = trial.donors[:, 50:].mean() - trial.donors[:, :50].mean()
    method: Method = "difference_in_differences"
    assert effect_of(trial, weights_of(trial, method)) == pytest.approx(own - theirs)


def test_an_effect_that_is_there_is_found_within_its_interval() -> None:
    found = read_geo(made(lift=150.0))
    assert found.p_value < 0.05
    assert found.placebo_p < 0.1
    assert found.effect == pytest.approx(150.0, abs=40.0)
    assert not found.interval.excludes(150.0)
    assert found.interval.excludes(0.0)


def test_no_effect_is_said_to_be_none() -> None:
    assert read_geo(made()).says.startswith("No effect is shown")


def test_the_interval_holds_what_the_test_does_not_rule_out() -> None:
    trial = made(lift=80.0)
    within = conformal_interval(trial, "synthetic_control", 0.1)
    assert within.low is not None
    assert within.high is not None
    assert conformal_p(trial, "synthetic_control", (within.low + within.high) / 2) > 0.1
    for outside in (within.low - 1.0, within.high + 1.0):
        assert conformal_p(trial, "synthetic_control", outside) <= 0.1


def test_a_test_at_five_percent_sees_nothing_in_nothing_most_times() -> None:
    alarms = [conformal_p(made(seed), "synthetic_control", 0.0) <= 0.05 for seed in range(300)]
    assert np.mean(alarms) < 0.09


def test_a_design_draws_one_region_from_each_size() -> None:
    history = geolift()
    order = sorted(
        history.regions, key=lambda name: -history.values[history.regions.index(name)].mean()
    )
    drawn = stratified(history, 4, np.random.default_rng(1))
    assert [order.index(name) // 10 for name in drawn] == [0, 1, 2, 3]


def test_power_grows_with_the_lift() -> None:
    history = before(geolift(), 90)
    found = tried(history, TREATED, Wanted(15, tries=8, lifts=(0.0, 0.1, 0.3)))
    seen = [one.seen for one in found.power]
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_designs_come_with_the_smallest_lift_that_is_seen_first() -> None:
    wanted = Wanted(10, candidates=6, tries=5, designs=2)
    found = designs(before(geolift(), 90), wanted, np.random.default_rng(1))
    least = [one.minimum_detectable or 1.0 for one in found]
    assert least == sorted(least)


def before(panel: Panel, days: int) -> Panel:
    return Panel(panel.regions, panel.days[:days], panel.values[:, :days])


def test_too_little_history_is_refused() -> None:
    with pytest.raises(BadPanel, match="too few"):
        designs(before(geolift(), 20), Wanted(15), np.random.default_rng(1))


@pytest.mark.parametrize(
    ("treated", "start"),
    [
        (("atlantis",), "2021-04-01"),
        ((), "2021-04-01"),
        (TREATED, "1999-01-01"),
        (TREATED, "2021-01-01"),
    ],
)
def test_what_cannot_be_compared_is_refused(treated: tuple[str, ...], start: str) -> None:
    with pytest.raises(BadPanel):
        trial_of(geolift(), treated, start)


def test_a_region_with_many_gaps_is_refused() -> None:
    first = date(2026, 1, 1)
    rows = {(name, first + timedelta(at)): 1.0 for name in "abc" for at in range(20)}
    for at in range(5):
        del rows["a", first + timedelta(at)]
    with pytest.raises(BadPanel, match="a has no number on 5 of 20 days"):
        panel_of(rows)
