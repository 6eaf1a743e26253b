"""Experiments from the command line: a sentence for people, one JSON value for programs."""

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.commands import Done, command
from tests.unit.measure.experiments import real, table_of


def exposures(folder: Path, lift: float = 4.0) -> str:
    rng = np.random.default_rng(1)
    rows = [
        {
            "user_id": at,
            "variant": ("control", "new")[at % 2],
            "revenue": round(rng.gamma(2.0, 10.0) + lift * (at % 2), 2),
            "orders": 1 + at % 3,
            "country": "AB"[at // 2 % 2],
        }
        for at in range(2000)
    ]
    return table_of(folder, rows).path


def read(folder: Path, *more: object) -> Done:
    return command(
        "experiment", "read", "--table", exposures(folder), "--metric", "revenue:mean", *more
    )


def read_json(folder: Path, *more: object) -> Any:
    return read(folder, *more, "--json").json()


def test_a_reading_says_its_verdict_first(tmp_path: Path) -> None:
    assert read(tmp_path).out.startswith("new is better than control in revenue.\n")


def test_why_there_is_no_interval_is_said(tmp_path: Path) -> None:
    rows = [
        {"user_id": at, "variant": ("control", "new")[at % 2], "revenue": 5} for at in range(40)
    ]
    told = ("--table", table_of(tmp_path, rows).path, "--metric", "revenue:mean")
    said = "revenue, new: Nothing varies in either arm: there is no test."
    assert said in command("experiment", "read", *told).out


def test_a_missing_column_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    rows = [{"who": 1, "variant": "new", "revenue": 5}]
    told = ("--table", table_of(tmp_path, rows).path, "--metric", "revenue:mean")
    done = command("experiment", "read", *told)
    assert "no column 'user_id'; it has: who, variant, revenue." in done.err


def test_health_comes_before_metrics(tmp_path: Path) -> None:
    keys = list(read_json(tmp_path))
    assert keys.index("verdict") < keys.index("health") < keys.index("metrics")


def test_a_comparison_has_all_that_the_contract_names(tmp_path: Path) -> None:
    found = read_json(tmp_path)["metrics"][0]
    assert [set(arm) for arm in found["arms"]] == [{"name", "n", "mean"}] * 2
    named = {"effect", "relativeEffect", "interval", "pValue", "varianceRemoved", "alwaysValid"}
    assert named <= set(found["comparisons"][0])


def test_health_has_all_that_the_contract_names(tmp_path: Path) -> None:
    named = {"sampleRatioP", "contamination", "power", "daysToDecision"}
    assert named <= set(read_json(tmp_path)["health"])


def test_metrics_segments_and_weights_are_read_from_words(tmp_path: Path) -> None:
    more = ("--metric", "aov=revenue/orders:ratio", "--segment", "country", "--bayesian")
    found = read_json(tmp_path, *more, "--weights", "control=50,new=50", "--looks", "once")
    assert [one["metric"] for one in found["metrics"]] == ["revenue", "aov"]
    assert [one["value"] for one in found["segments"]] == ["A", "B"]


def test_a_table_for_people_shows_each_segment(tmp_path: Path) -> None:
    assert "country = A" in read(tmp_path, "--segment", "country").out


@pytest.mark.parametrize(
    "more",
    [
        ("--metric", "revenue:median"),
        ("--metric", "revenue:mean"),
        ("--weights", "control=half"),
        ("--weights", "control=1"),
        ("--zone", "Europe/Atlantis"),
        ("--covariate", "past"),
        ("--covariate", "before:revenue"),
    ],
)
def test_a_mistake_is_said_in_two_lines(tmp_path: Path, more: tuple[str, ...]) -> None:
    done = read(tmp_path, *more)
    assert (done.code, len(done.err.strip().splitlines())) == (1, 2)


@pytest.mark.parametrize("more", [("--alpha", "5"), ("--winsorize", "2"), ("--looks", "never")])
def test_wrong_usage_ends_with_2(tmp_path: Path, more: tuple[str, ...]) -> None:
    assert read(tmp_path, *more).code == 2


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> ModuleType:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert "pip install 'tailorbird[measure]'" in read(tmp_path).err


def test_a_plan_is_the_textbooks() -> None:
    # Two-sided 5 %, power 80 %, 3 % against 3.15 %: 16 p (1 - p) / effect² an arm, about.
    words = ("--mean", "0.03", "--detect", "0.05", "--units-a-day", "10000", "--json")
    found = command("experiment", "plan", *words).json()
    assert found["units"] == pytest.approx(2 * 16 * 0.03 * 0.97 / 0.0015**2, rel=0.03)
    assert found["days"] == pytest.approx(found["units"] / 10_000, abs=1.0)


def test_cuped_halves_a_plan() -> None:
    words = ("--mean", "10", "--deviation", "30", "--detect", "0.02", "--json")
    plain = command("experiment", "plan", *words).json()["units"]
    halved = command("experiment", "plan", *words, "--variance-removed", "0.5").json()["units"]
    assert halved == pytest.approx(plain / 2, abs=2)


@pytest.mark.parametrize("words", [("0", "0.1"), ("1.5", "0.1"), ("0.5", "0")])
def test_a_plan_without_sense_is_refused(words: tuple[str, str]) -> None:
    assert command("experiment", "plan", "--mean", words[0], "--detect", words[1]).code == 1


GEO = ("--region", "location", "--value", "Y")


def test_a_campaign_is_read_by_region() -> None:
    table = str(real("geo/geolift_test.csv.gz"))
    more = ("--treated", "chicago, portland", "--start", "2021-04-01", "--json")
    found = command("experiment", "geo", "--table", table, *GEO, *more).json()
    assert found["effect"] == pytest.approx(155.556, abs=1e-3)


def test_a_campaign_is_planned_on_history(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [
        {"region": f"r{region}", "date": f"2026-0{1 + day // 28}-{1 + day % 28:02}",
         "value": round(1000 + 100 * np.sin(day) + rng.normal(0, 10), 1)}
        for region in range(6) for day in range(56)
    ]  # fmt: skip
    path = table_of(tmp_path, rows).path
    done = command("experiment", "geo-plan", "--table", path, "--days", 7, "--regions", 1)
    assert "lift 2%" in done.out


def test_a_geo_reading_for_people_names_what_it_compares_with() -> None:
    table = str(real("geo/geolift_test.csv.gz"))
    more = ("--treated", "chicago,portland", "--start", "2021-04-01")
    assert "cincinnati 22.7%" in command("experiment", "geo", "--table", table, *GEO, *more).out
