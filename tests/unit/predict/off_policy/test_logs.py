"""Logs of decisions as files, the benchmark of the estimators, and the command."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from tailorbird.predict.evaluation.columns import UnfitTable, read_columns
from tailorbird.predict.evaluation.off_policy.benchmark import open_bandit, synthetic
from tailorbird.predict.evaluation.off_policy.logged import BadLog, read_logged
from tests.commands import command

DATA = Path(os.environ.get("TAILORBIRD_DATA_ROOT", Path(__file__).parents[5] / "shared" / "data"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="no public data: set TAILORBIRD_DATA_ROOT to its folder"
)


def a_file(folder: Path, rows: int = 200) -> Path:
    """Write a log in which red earns always and blue never."""
    path = folder / "log.csv"
    lines = [
        f"{'red' if row % 2 else 'blue'},0.5,{row % 2},{row % 7},{'mobile' if row % 3 else 'desk'}"
        for row in range(rows)
    ]
    path.write_text("\n".join(["action,probability,reward,visits,device", *lines, ""]))
    return path


def test_numbers_and_kinds_become_context(tmp_path: Path) -> None:
    assert read_logged(a_file(tmp_path)).context.shape == (200, 3)


def test_ndjson_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson"
    row = {"action": "a", "probability": 0.25, "reward": 1}
    path.write_text("".join(json.dumps(row) + "\n" for _ in range(3)))
    assert read_logged(path).probability.tolist() == [0.25, 0.25, 0.25]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("action,reward\na,1\n")
    with pytest.raises(UnfitTable, match="probability"):
        read_logged(path)


def test_a_reward_that_is_no_number_is_named_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("action,probability,reward\na,0.5,1\na,0.5,much\n")
    with pytest.raises(UnfitTable, match="Row 2: reward is 'much'"):
        read_logged(path)


def test_a_certainty_above_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("action,probability,reward\na,2,1\n")
    with pytest.raises(BadLog):
        read_logged(path)


def test_the_command_says_what_always_red_would_earn(tmp_path: Path) -> None:
    log = a_file(tmp_path)
    wire = command("evaluate", "--policy", "always:red", "--log", log, "--json").json()
    assert wire["estimates"][1] == {
        "estimator": "SNIPS",
        "value": 1.0,
        "standardError": 0.0,
        "interval": [1.0, 1.0],
        "bootstrapInterval": [1.0, 1.0],
    }


def test_the_command_tells_how_much_the_log_is_worth(tmp_path: Path) -> None:
    told = command("evaluate", "--policy", "uniform", "--log", a_file(tmp_path)).out
    assert "Effective decisions 200" in told


@pytest.mark.parametrize("words", [["--policy", "uniform"], ["--policy", "clever", "--log", "F"]])
def test_wrong_usage_ends_with_code_two(words: list[str], tmp_path: Path) -> None:
    words = [str(a_file(tmp_path)) if word == "F" else word for word in words]
    assert command("evaluate", *words).code == 2


@needs_data
def test_intervals_hold_what_the_other_policy_earned_on_line() -> None:
    for crossing in open_bandit(DATA, np.random.default_rng(0)):
        for one in crossing.reading.estimates:
            assert one.bootstrap_low <= crossing.online.value <= one.bootstrap_high


def test_errors_are_the_references_on_a_few_worlds() -> None:
    assert all(one.agrees for one in synthetic(4, 0, lambda _: None))


@pytest.mark.long
def test_intervals_hold_the_truth_of_many_worlds() -> None:
    for one in synthetic(30, 1_000, lambda _: None):
        assert one.agrees
        assert one.held >= 0.8


def test_columns_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    names = [f"n{number}" for number in range(40)]
    path.write_text(f"{','.join(names)}\n{','.join('1' * 40)}\n")
    assert list(read_columns(path)) == names
