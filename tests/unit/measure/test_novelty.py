"""Effects that wear off are told from seasons, within people, and only where that can be seen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from tailorbird.measure.reading import Reading
from tailorbird.measure.tables import Table
from tests.unit.measure.experiments import question, read_table, table_of

DAY = 86_400
START = 1_767_225_600  # 2026-01-01
DAYS = 28
Lift = Any


def trial(folder: Path, lift: Lift, n: int = 3000, season: float = 0.0) -> Table:
    """Write people who come over three weeks and buy every day; `lift(age, day)` is the effect."""
    rng = np.random.default_rng(7)
    come = rng.uniform(0.0, 21.0, n)
    exposed, outcomes = [], []
    for unit in range(n):
        arm = "new" if unit % 2 else "control"
        exposed.append({"user_id": unit, "variant": arm, "at": int(START + come[unit] * DAY)})
        days = np.arange(come[unit], DAYS)
        extra = lift(days - come[unit], days) if arm == "new" else 0.0
        spent = spend(rng, days, season) + extra
        outcomes += [
            {"user_id": unit, "paid": round(float(paid), 3), "at": int(START + day * DAY)}
            for day, paid in zip(days, spent, strict=True)
        ]
    file = table_of(folder, outcomes, "outcomes.csv").path
    return table_of(folder, exposed, exposed_at="at", outcomes=file, at="at")


def spend(
    rng: np.random.Generator, days: NDArray[np.float64], season: float
) -> NDArray[np.float64]:
    """What somebody pays day by day; with a season, more and more for everybody."""
    return rng.gamma(2.0, 0.5, len(days)) + season * days


def told(reading: Reading) -> list[str]:
    return [one.says for one in reading.health.checks if one.name == "novelty"]


def test_an_effect_that_wears_off_is_novelty(tmp_path: Path) -> None:
    reading = read_table(trial(tmp_path, lambda age, _: 0.6 * (age < 5)), question("paid:mean"))
    (says,) = told(reading)
    assert "fades with the days since first exposure" in says
    assert "it is novelty" in says
    young, old = reading.health.ages
    assert (young.from_day, young.to_day, old.to_day) == (0, 7, 14)
    assert young.interval.excludes(0.0)
    assert not old.interval.excludes(0.0)


def test_a_steady_effect_is_no_novelty_however_the_season_goes(tmp_path: Path) -> None:
    table = trial(tmp_path, lambda age, _: 0.5 + 0.0 * age, season=0.3)
    assert told(read_table(table, question("paid:mean"))) == []


def test_an_effect_that_falls_for_everybody_is_the_season(tmp_path: Path) -> None:
    reading = read_table(trial(tmp_path, lambda _, day: 1.0 * (day < 14)), question("paid:mean"))
    (says,) = told(reading)
    assert "the season or the shop, not habit" in says


def test_what_people_learn_to_use_grows(tmp_path: Path) -> None:
    table = trial(tmp_path, lambda age, _: 0.6 * (age > 7))
    (says,) = told(read_table(table, question("paid:mean")))
    assert "grows" in says
    assert "people learn to use it" in says


@pytest.mark.parametrize("metric", ["paid:proportion", "rate=paid/paid:ratio"])
def test_other_kinds_of_metric_are_read_by_age_too(tmp_path: Path, metric: str) -> None:
    reading = read_table(trial(tmp_path, lambda age, _: 0.0 * age, 300), question(metric))
    assert len(reading.health.ages) == 2
    assert told(reading) == []


def test_a_window_keeps_ages_within_it(tmp_path: Path) -> None:
    table = replace(trial(tmp_path, lambda age, _: 0.0 * age, 300), window_days=6.0)
    assert [one.to_day for one in read_table(table, question("paid:mean")).health.ages] == [3, 6]


def test_a_trial_of_a_day_has_no_ages(tmp_path: Path) -> None:
    exposed = [
        {"user_id": unit, "variant": ("control", "new")[unit % 2], "at": START} for unit in range(9)
    ]
    bought = [{"user_id": 1, "paid": 3, "at": START + 60}]
    file = table_of(tmp_path, bought, "outcomes.csv").path
    table = table_of(tmp_path, exposed, exposed_at="at", outcomes=file, at="at")
    assert read_table(table, question("paid:mean")).health.ages == ()
