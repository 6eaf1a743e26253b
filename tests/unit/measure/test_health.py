"""Health comes first, and without it nobody wins."""

import numpy as np
import pytest

from tailorbird.measure.analysis import read
from tailorbird.measure.gathered import Cell, Gathered
from tailorbird.measure.health import examined
from tailorbird.measure.question import Question, Weights
from tailorbird.measure.reading import Reading
from tailorbird.measure.splitting import BadWeights, sample_ratio_p
from tailorbird.measure.sums import Sums
from tests.unit.measure.experiments import Columns, check, gathered, odd, question, shoppers

HALVES = Weights({"control": 1.0, "new": 1.0})
CONTROL, BETTER = shoppers(2000, 1), shoppers(2000, 2, lift=3.0)


def days(*cells: tuple[str, int, Columns]) -> Gathered:
    return Gathered(tuple(Cell(arm, Sums.of(columns), day) for arm, day, columns in cells))


def broken(reading: Reading) -> list[str]:
    return [one.name for one in reading.health.checks if one.status == "broken"]


def test_a_clear_effect_wins() -> None:
    reading = read(question(), gathered(("control", CONTROL), ("new", BETTER)))
    assert (reading.winner, reading.health.healthy) == ("new", True)
    assert reading.verdict == "new is better than control in revenue."


def test_less_is_better_where_it_is_said() -> None:
    reading = read(question("revenue:mean:down"), gathered(("control", BETTER), ("new", CONTROL)))
    assert reading.winner == "new"


def test_a_broken_split_is_said_first_and_nobody_wins() -> None:
    fewer = {name: column[:1500] for name, column in BETTER.items()}
    reading = read(question(), gathered(("control", CONTROL), ("new", fewer)))
    assert (reading.winner, broken(reading)) == (None, ["sample ratio"])
    assert reading.verdict.startswith("No winner: this experiment cannot be believed. The split")
    assert reading.metrics[0].comparisons[0].outcome == "better"


def test_a_planned_uneven_split_is_healthy() -> None:
    fewer = {name: column[:1000] for name, column in BETTER.items()}
    asked = question(weights=(Weights({"control": 2.0, "new": 1.0}),))
    assert read(asked, gathered(("control", CONTROL), ("new", fewer))).winner == "new"


def test_the_sample_ratio_of_cookie_cats_is_shown_but_no_alarm() -> None:
    p_value = sample_ratio_p({"gate_30": 44700, "gate_40": 45489}, {"gate_30": 1, "gate_40": 1})
    assert p_value == pytest.approx(0.0086, abs=1e-4)


def ever_broken(share: float, experiments: int, asked: Question) -> int:
    """Return how many experiments of 28 days have broken health on any day, looked at daily."""
    rng, found = np.random.default_rng(5), 0
    for _ in range(experiments):
        cells: list[Cell] = []
        for day in range(28):
            treated = int(rng.binomial(1_000, share))
            for arm, n in (("control", 1_000 - treated), ("new", treated)):
                cells.append(Cell(arm, Sums(n, {"revenue": 1.0}, {("revenue", "revenue"): n}), day))
            if not examined(asked, Gathered(tuple(cells)), (HALVES,)).healthy:
                found += 1
                break
    return found


def test_who_looks_every_day_sees_no_false_alarm_of_the_split() -> None:
    assert ever_broken(0.5, 20, question()) == 0


def test_who_looks_every_day_sees_a_split_that_is_off() -> None:
    assert ever_broken(0.47, 20, question()) == 20


def test_one_look_alarms_sooner_than_a_look_a_day() -> None:
    known = {"revenue": 1.0}, {("revenue", "revenue"): 10_000.0}
    cells = (Cell("control", Sums(10_200, *known)), Cell("new", Sums(9_700, *known)))
    said = {
        looks: check(read(question(looks=looks), Gathered(cells)), "sample ratio").status
        for looks in ("once", "daily")
    }
    assert said == {"once": "broken", "daily": "notice"}


def test_three_arms_have_one_sample_ratio() -> None:
    shares = {"a": 1.0, "b": 1.0, "c": 1.0}
    assert (sample_ratio_p({"a": 1000, "b": 1000, "c": 800}, shares) or 1.0) < 0.001


def test_an_arm_without_weight_is_a_mistake() -> None:
    asked = question(weights=(Weights({"control": 1.0, "old": 1.0}),))
    with pytest.raises(BadWeights, match="new"):
        read(asked, gathered(("control", CONTROL), ("new", BETTER)))


def test_nobody_exposed_is_nothing_to_read() -> None:
    reading = read(question(), Gathered())
    assert (reading.winner, reading.units, broken(reading)) == (None, 0, ["exposures"])
    assert "Nobody has been exposed" in reading.verdict


def test_an_empty_arm_is_named() -> None:
    reading = read(question(), gathered(("control", CONTROL), ("new", {})))
    assert "The arm 'new' is empty." in reading.verdict


def test_an_empty_control_is_named() -> None:
    reading = read(question(), gathered(("a", CONTROL), ("b", BETTER)))
    assert "The control arm 'control' is empty; there are: a, b." in reading.verdict


def test_many_in_two_arms_are_broken_health() -> None:
    mixed = gathered(("control", CONTROL), ("new", BETTER), oddities=odd(contaminated=100))
    reading = read(question(), mixed)
    assert (reading.health.contamination, broken(reading)) == (0.025, ["contamination"])


def test_few_in_two_arms_are_mentioned() -> None:
    mixed = gathered(("control", CONTROL), ("new", BETTER), oddities=odd(contaminated=4))
    assert check(read(question(), mixed), "contamination").status == "notice"


def test_a_covariate_that_differs_is_broken_health() -> None:
    richer = {**BETTER, "known before": BETTER["known before"] + 5.0}
    asked = question(covariates=("before",))
    read_ = read(
        asked, gathered(("control", CONTROL), ("new", richer), covariates=("known before",))
    )
    assert broken(read_) == ["balance"]


def test_arms_exposed_unequally_are_broken_health() -> None:
    assigned = {"control": 4000, "new": 4600}
    asked = question(weights=(Weights({"control": 4000.0, "new": 4600.0}),))
    reading = read(asked, gathered(("control", CONTROL), ("new", BETTER), assigned=assigned))
    assert broken(reading) == ["exposure"]


def test_a_whale_is_mentioned() -> None:
    whale = gathered(("control", CONTROL), ("new", BETTER), oddities=odd(whales={"revenue": 0.4}))
    assert "40% of all revenue" in check(read(question(), whale), "whale").says


def test_an_effect_that_fades_is_mentioned() -> None:
    reading = read(
        question(),
        days(
            ("control", 1, CONTROL), ("new", 1, BETTER),
            ("control", 2, shoppers(2000, 3)), ("new", 2, shoppers(2000, 4)),
        ),
    )  # fmt: skip
    assert "fades" in check(reading, "novelty").says


def test_a_steady_effect_is_no_novelty() -> None:
    both = days(
        ("control", 1, CONTROL), ("new", 1, BETTER),
        ("control", 2, shoppers(2000, 3)), ("new", 2, shoppers(2000, 4, lift=3.0)),
    )  # fmt: skip
    assert [one for one in read(question(), both).health.checks if one.name == "novelty"] == []


def richer(n: int, seed: int, lift: float = 0.0) -> Columns:
    return shoppers(n, seed, lift + 20.0)


def changed_split(lift: float) -> Gathered:
    """Two days; more is spent on the second, when the treatment has most of the traffic."""
    return days(
        ("control", 10, shoppers(3600, 5)), ("new", 10, shoppers(400, 6, lift)),
        ("control", 11, richer(400, 7)), ("new", 11, richer(3600, 8, lift)),
    )  # fmt: skip


WEIGHTS = (
    Weights({"control": 90.0, "new": 10.0}),
    Weights({"control": 10.0, "new": 90.0}, "1970-01-12"),
)


def test_weights_changed_in_mid_flight_are_noticed() -> None:
    assert "weights" in broken(read(question(), changed_split(0.0)))


def test_weights_whose_change_is_told_are_healthy() -> None:
    assert broken(read(question(weights=WEIGHTS), changed_split(0.0))) == []


def test_a_change_of_weights_makes_no_effect() -> None:
    found = read(question(weights=WEIGHTS), changed_split(0.0)).metrics[0].comparisons[0]
    assert found.interval is not None
    assert not found.interval.excludes(0.0)


def test_a_change_of_weights_hides_no_effect() -> None:
    found = read(question(weights=WEIGHTS), changed_split(2.0)).metrics[0].comparisons[0]
    assert found.effect == pytest.approx(2.0, abs=1.0)


def test_changed_weights_need_their_days() -> None:
    asked = question(weights=(WEIGHTS[0], WEIGHTS[0]))
    with pytest.raises(BadWeights, match="first day"):
        read(asked, changed_split(0.0))


def test_power_grows_with_the_effect_that_matters() -> None:
    arms = gathered(("control", CONTROL), ("new", BETTER))
    small, large = (read(question(detect=one), arms).health.power for one in (0.01, 0.1))
    assert (small or 1.0) < (large or 0.0)


def test_days_to_decision_follow_from_traffic() -> None:
    two_days = days(
        ("control", 1, CONTROL), ("new", 1, BETTER),
        ("control", 2, shoppers(2000, 3)), ("new", 2, shoppers(2000, 4)),
    )  # fmt: skip
    read_ = read(question(detect=0.005), two_days).health
    assert read_.power is not None
    assert read_.power < 0.8
    assert (read_.days_to_decision or 0.0) > 1.0


def test_enough_traffic_leaves_no_days() -> None:
    health = read(question(detect=0.2), days(("control", 1, CONTROL), ("new", 1, BETTER))).health
    assert health.days_to_decision == 0.0


def test_without_times_no_days_are_told() -> None:
    health = read(question(), gathered(("control", CONTROL), ("new", BETTER))).health
    assert health.days_to_decision is None


def test_harm_elsewhere_is_said_with_the_winner() -> None:
    worse = {**BETTER, "orders": BETTER["orders"] - 1.0}
    reading = read(
        question("revenue:mean", "orders:mean"), gathered(("control", CONTROL), ("new", worse))
    )
    assert reading.verdict.endswith("But mind: new is worse in orders.")


def test_many_arms_share_one_chance_of_a_false_alarm() -> None:
    arms = [(f"arm{at}", shoppers(500, 10 + at)) for at in range(10)]
    found = read(question(looks="once"), gathered(("control", CONTROL), *arms)).metrics[0]
    for one in found.comparisons:
        assert (one.adjusted_p_value or 0.0) >= (one.p_value or 1.0)


def test_a_bayesian_reading_comes_when_asked() -> None:
    arms = gathered(("control", CONTROL), ("new", BETTER))
    assert read(question(), arms).metrics[0].comparisons[0].bayesian is None
    bayes = read(question(bayesian=True), arms).metrics[0].comparisons[0].bayesian
    assert bayes is not None
    assert bayes.better_probability > 0.99
    assert bayes.expected_loss < 0.01


def test_what_never_varies_has_no_test_and_no_winner() -> None:
    same = {"revenue": np.ones(500)}
    reading = read(question(), gathered(("control", same), ("new", same)))
    assert reading.winner is None
    assert "Nothing varies" in (reading.metrics[0].comparisons[0].note or "")
