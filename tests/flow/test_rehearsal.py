"""Policies rehearsed on a generated shop: the engine in a closed loop, and the truth beside it."""

import asyncio
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tailorbird.bench.rehearsal.living import Lived
from tailorbird.bench.rehearsal.rehearsing import (
    TABLE,
    BadRehearsal,
    Rehearsed,
    assignment,
    rehearse,
)
from tailorbird.bench.rehearsal.scene import Plan
from tailorbird.bench.rehearsal.telling import report_of
from tailorbird.bench.rehearsal.trials import tried
from tailorbird.cli.simulate_page import write_page
from tests.commands import command

SMALL = Plan(shoppers=250, days=4, past_days=3, policies=("bestsellers", "similar"))


def quiet(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""


def rehearsed_in(folder: Path, plan: Plan = SMALL) -> Rehearsed:
    return asyncio.run(rehearse(folder, plan, quiet))


@pytest.fixture(scope="module", name="small")
def a_small_rehearsal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rehearsed, str]:
    folder = tmp_path_factory.mktemp("rehearsal")
    return rehearsed_in(folder), (folder / TABLE).read_text()


def made_up(small: Rehearsed, lift: float) -> Rehearsed:
    """Return a rehearsal of a thousand shoppers whose spending is known by formula."""
    rng = np.random.default_rng(3)
    before = rng.gamma(1.0, 20.0, 1_000)
    spent = 0.8 * before + rng.gamma(1.0, 10.0, 1_000)
    never = np.zeros(1_000, np.int64)
    under = {
        "bestsellers": Lived(spent, spent, never),
        "similar": Lived(spent * (1.0 + lift), spent, never),
    }
    known = {"before": before, "came": np.ones(1_000), "exposed": np.ones(1_000, bool)}
    return msgspec.structs.replace(small, under=under, **known)


def test_the_same_seed_has_the_same_figures(small: tuple[Rehearsed, str], tmp_path: Path) -> None:
    again = rehearsed_in(tmp_path)
    assert (tmp_path / TABLE).read_text() == small[1]
    assert report_of(again, 20, quiet) == report_of(small[0], 20, quiet)


def test_shoppers_come_alike_whatever_they_are_shown(small: tuple[Rehearsed, str]) -> None:
    first, second = (lived.exposed_ms for lived in small[0].under.values())
    assert small[0].exposed.sum() > 5
    assert ((first >= 0) == (second >= 0)).all()


def test_somebody_buys_and_the_table_says_what(small: tuple[Rehearsed, str]) -> None:
    lived = small[0].experiment
    rows = [line.split(",") for line in small[1].splitlines()[1:]]
    kept = np.array([one != "holdout" for one in small[0].variants]) & small[0].exposed
    assert lived.orders.sum() > 0
    assert sum(float(row[3]) for row in rows) == pytest.approx(lived.revenue[kept].sum())


def test_the_holdout_is_no_part_of_the_reading(small: tuple[Rehearsed, str]) -> None:
    arms = {one.name for one in small[0].reading.metrics[0].arms}
    assert arms <= {"bestsellers", "similar"}
    assert "holdout" not in small[1]


def test_shoppers_are_split_evenly_but_for_the_holdout() -> None:
    variants = assignment(Plan(shoppers=20_000, policies=("bestsellers", "session", "blend")))
    shares = {name: variants.count(name) / 20_000 for name in set(variants)}
    assert shares.pop("holdout") == pytest.approx(0.05, abs=0.01)
    assert all(share == pytest.approx(0.95 / 3, abs=0.015) for share in shares.values())


def test_experiments_without_an_effect_seldom_find_one(small: tuple[Rehearsed, str]) -> None:
    found = tried(made_up(small[0], 0.1), "bestsellers", 300)
    assert found.truth == 0.0
    assert 0.01 < found.found < 0.1


def test_intervals_hold_the_truth_and_cuped_sees_more(small: tuple[Rehearsed, str]) -> None:
    found = tried(made_up(small[0], 0.1), "similar", 300)
    assert found.relative == pytest.approx(0.1)
    assert 0.9 < found.held < 0.99
    assert found.found_adjusted > found.found
    assert 0.5 < found.removed < 0.9


def test_the_more_shoppers_are_needed_the_fainter_the_effect(small: tuple[Rehearsed, str]) -> None:
    faint, plain = (tried(made_up(small[0], lift), "similar", 1).needed for lift in (0.05, 0.1))
    assert faint is not None
    assert plain is not None
    assert faint > 3 * plain
    assert tried(made_up(small[0], 0.1), "bestsellers", 1).needed is None


def test_the_page_shows_truth_and_measurement(small: tuple[Rehearsed, str], tmp_path: Path) -> None:
    (tmp_path / TABLE).write_text(small[1])
    found = report_of(small[0], 5, quiet)
    page = write_page(tmp_path / "report", found, tmp_path).read_text()
    assert "True effect" in page
    assert page.count("<img") == 2
    assert (tmp_path / "report" / TABLE).read_text() == small[1]


def test_an_unknown_policy_is_named_before_anything_is_made() -> None:
    done = command("simulate", "--policies", "bestsellers,magic")
    assert done.code == 1
    assert "'magic'" in done.err


@pytest.mark.parametrize("policies", [("bestsellers",), ("session", "session")])
def test_one_policy_alone_is_no_experiment(tmp_path: Path, policies: tuple[str, ...]) -> None:
    with pytest.raises(BadRehearsal):
        rehearsed_in(tmp_path, Plan(policies=policies))
