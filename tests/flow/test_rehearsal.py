"""Policies rehearsed on a generated shop: the engine in a closed loop, and the truth beside it."""

import asyncio
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tailorbird.bench.rehearsal.gains import gains_of, possible_share
from tailorbird.bench.rehearsal.living import Lived
from tailorbird.bench.rehearsal.offers import best_for
from tailorbird.bench.rehearsal.policies import GATED, PLAIN, SEEING
from tailorbird.bench.rehearsal.rehearsing import (
    TABLE,
    BadRehearsal,
    Rehearsed,
    assignment,
    rehearse,
)
from tailorbird.bench.rehearsal.report import Between, Gain, UpliftLine
from tailorbird.bench.rehearsal.scene import START_MS, Plan
from tailorbird.bench.rehearsal.seeds import over_seeds
from tailorbird.bench.rehearsal.teaching import Taught
from tailorbird.bench.rehearsal.telling import report_of
from tailorbird.bench.rehearsal.trials import tried
from tailorbird.cli.simulate_gains import sentences
from tailorbird.cli.simulate_page import write_page
from tailorbird.settings import Settings
from tailorbird.simulate.sensitivity import sensitive
from tailorbird.simulate.shop import make_shop
from tailorbird.simulate.shoppers import make_shoppers
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
    seldom = np.zeros(1_000, bool)
    under = {
        "bestsellers": Lived(spent, spent, spent, spent, seldom, never),
        "similar": Lived(spent * (1.0 + lift), spent, spent, spent, seldom, never),
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
    assert page.count("<img") == 3
    assert (tmp_path / "report" / TABLE).read_text() == small[1]


def test_an_unknown_policy_is_named_before_anything_is_made() -> None:
    done = command("simulate", "--policies", "bestsellers,magic")
    assert done.code == 1
    assert "'magic'" in done.err


@pytest.mark.parametrize("policies", [("bestsellers",), ("session", "session")])
def test_one_policy_alone_is_no_experiment(tmp_path: Path, policies: tuple[str, ...]) -> None:
    with pytest.raises(BadRehearsal):
        rehearsed_in(tmp_path, Plan(policies=policies))


def test_offers_move_the_thrifty_more_and_those_who_come_often_less() -> None:
    ordinary = make_shoppers(np.random.default_rng(1), 1)[0]
    taste = msgspec.structs.replace(ordinary.taste, thrift=1.0, persuadable=0.5)
    usual = msgspec.structs.replace(ordinary, taste=taste, missions_a_week=0.27)
    thrifty = msgspec.structs.replace(usual, taste=msgspec.structs.replace(taste, thrift=2.0))
    often = msgspec.structs.replace(usual, missions_a_week=2.0)
    found = [sensitive(one).taste.persuadable for one in (thrifty, usual, often)]
    assert found == sorted(found, reverse=True)


def taught_nothing(_settings: Settings, _now_ms: int) -> Taught | str:
    """Learn from nobody."""
    return "too few people drew"


@pytest.fixture(scope="module", name="offered")
def a_rehearsal_of_offers(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    policies = ("bestsellers", "hybrid+everybody", "hybrid+uplift", "hybrid+truth")
    plan = Plan(shoppers=300, days=6, past_days=2, policies=policies, learn_days=1)
    folder = tmp_path_factory.mktemp("offers")
    return asyncio.run(rehearse(folder, plan, quiet, taught_nothing))


def test_an_offer_for_everybody_takes_its_tenth_off(offered: Rehearsed) -> None:
    lived = offered.under["hybrid+everybody"]
    bought = lived.orders > 0
    assert bought.any()
    assert lived.discount[bought] / (lived.revenue + lived.discount)[bought] == pytest.approx(
        0.1, abs=0.001
    )
    assert (lived.profit[bought] < lived.revenue[bought]).all()


def test_the_truth_gives_less_away_than_an_offer_for_everybody(offered: Rehearsed) -> None:
    seeing, everybody = offered.under["hybrid+truth"], offered.under["hybrid+everybody"]
    assert 0.0 < seeing.discount.sum() < everybody.discount.sum()


def test_where_nothing_was_learned_nobody_is_offered_anything(offered: Rehearsed) -> None:
    assert offered.uplift == UpliftLine(refused="too few people drew")
    plain, gated = (offered.under[name] for name in ("bestsellers", "hybrid+uplift"))
    assert gated.discount.sum() < offered.under["hybrid+everybody"].discount.sum()
    assert plain.exposed_ms.tolist() == gated.exposed_ms.tolist()


def test_gains_are_told_shopper_by_shopper(small: tuple[Rehearsed, str]) -> None:
    made = made_up(small[0], 0.1)
    [gain] = gains_of(made.under, made.exposed, SMALL.policies)
    spent = made.under["bestsellers"].revenue.mean()
    assert gain.revenue.value == pytest.approx(0.1 * spent)
    assert 0.0 < gain.revenue.low < gain.revenue.value < gain.revenue.high
    assert gain.profit.value == 0.0  # only revenue was made up


def test_offers_by_uplift_are_held_against_what_is_possible() -> None:
    added = {GATED: 0.5, SEEING: 2.0}
    gains = [
        Gain(one, PLAIN, Between(0.0, 0.0, 0.0), Between(profit, 0.0, 3.0))
        for one, profit in added.items()
    ]
    assert possible_share(gains) == pytest.approx(0.25)
    assert possible_share(gains[:1]) is None


def test_what_offers_earned_is_said_with_what_was_possible() -> None:
    none = Between(0.0, 0.0, 0.0)
    gains = [
        Gain(GATED, PLAIN, none, Between(0.5, 0.1, 0.9)),
        Gain(SEEING, PLAIN, none, Between(2.0, 1.0, 3.0)),
    ]
    told = list(sentences(gains, possible_share(gains)))
    assert told[0] == "Offers by uplift leave 0.50 a shopper more (+0.10 … +0.90) than no offers."
    assert told[1].endswith("those by uplift got 25% of that.")


def test_who_knows_the_truth_gives_only_those_an_offer_whom_it_moves() -> None:
    shop = make_shop(np.random.default_rng(1), START_MS, 60)
    taste = make_shoppers(np.random.default_rng(1), 1)[0].taste
    given = {
        moved: best_for(msgspec.structs.replace(taste, persuadable=moved), shop.truths[0], 0.0)
        for moved in (-1.0, 3.0)
    }
    assert given[-1.0] is None
    assert given[3.0] is not None


def test_several_shops_make_one_figure_with_an_interval(small: tuple[Rehearsed, str]) -> None:
    one = report_of(small[0], 20, quiet)
    other = msgspec.structs.replace(one, plan=msgspec.structs.replace(one.plan, seed=2))
    found = over_seeds([one, other])
    assert found.seeds == (1, 2)
    assert found.policies[0].revenue_effect is None
    assert found.policies[1].revenue.value == pytest.approx(one.lines[1].would_be)
