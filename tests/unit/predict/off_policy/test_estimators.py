"""What a policy would have earned: estimators and diagnostics on logs whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.predict.evaluation.off_policy.estimators import Estimate, Evidence, estimates
from tailorbird.predict.evaluation.off_policy.evaluating import (
    evaluate_column,
    evaluate_policy,
)
from tailorbird.predict.evaluation.off_policy.logged import BadLog, Logged, checked
from tailorbird.predict.evaluation.off_policy.policies import (
    UnknownAction,
    always,
    learned,
    like,
    uniform,
)
from tailorbird.predict.evaluation.off_policy.reward_model import expected_rewards, logistic
from tailorbird.predict.evaluation.off_policy.synthetic import a_log, a_run, a_world
from tailorbird.predict.evaluation.off_policy.weights import weighed

CHANCES = np.array([0.5, 0.3, 0.2])
REWARDS = np.array([0.1, 0.5, 0.8])


def a_shop(rows: int = 4_000, seed: int = 1, chances: np.ndarray = CHANCES) -> Logged:
    """Return a log of three actions that earn 0.1, 0.5 and 0.8, whatever the context."""
    rng = np.random.default_rng(seed)
    action = rng.choice(3, rows, p=chances)
    return Logged(
        context=rng.normal(size=(rows, 2)),
        action=action,
        reward=(rng.random(rows) < REWARDS[action]).astype(float),
        probability=chances[action],
        slot=np.zeros(rows, np.int64),
        actions=("plain", "good", "best"),
    )


def by_name(made: list[Estimate]) -> dict[str, Estimate]:
    return {one.name: one for one in made}


def test_the_logging_policy_itself_earns_what_the_log_says() -> None:
    shop = a_shop()
    itself = np.tile(CHANCES, (len(shop), 1))
    made = by_name(evaluate_policy(shop, itself, np.random.default_rng(0)).estimates)
    assert made["IPS"].value == pytest.approx(shop.reward.mean())
    assert made["SNIPS"].value == pytest.approx(shop.reward.mean())


@pytest.mark.parametrize("name", ["IPS", "SNIPS", "DR", "SNDR"])
def test_an_action_taken_always_is_worth_what_it_earns(name: str) -> None:
    shop = a_shop()
    reading = evaluate_policy(shop, always(shop, "best"), np.random.default_rng(0))
    one = by_name(reading.estimates)[name]
    assert one.low <= 0.8 <= one.high
    assert one.bootstrap_low <= 0.8 <= one.bootstrap_high


def test_normal_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(60):
        shop = a_shop(400, seed)
        weight = always(shop, "good")[np.arange(400), shop.action] / shop.probability
        one = estimates(Evidence(weight, shop.reward), np.random.default_rng(seed))[1]
        held += one.low <= 0.5 <= one.high
    assert held >= 52


def test_the_reward_model_narrows_the_interval() -> None:
    world = a_world(np.random.default_rng(3))
    log, _ = a_log(world, np.random.default_rng(4))
    made = by_name(evaluate_policy(log, uniform(log), np.random.default_rng(0)).estimates)
    assert made["DR"].standard_error < made["IPS"].standard_error


@given(st.lists(st.tuples(st.floats(0.01, 50), st.floats(-5, 5)), min_size=2, max_size=40))
def test_self_normalized_values_stay_within_the_rewards(rows: list[tuple[float, float]]) -> None:
    weight, reward = (np.array(column) for column in zip(*rows, strict=True))
    made = by_name(estimates(Evidence(weight, reward), np.random.default_rng(0)))
    assert reward.min() - 1e-9 <= made["SNIPS"].value <= reward.max() + 1e-9


def test_only_the_logged_chances_give_no_doubly_robust_estimate() -> None:
    shop = a_shop()
    known = Logged(
        shop.context, shop.action, shop.reward, shop.probability, shop.slot, shop.actions,
        target=np.where(shop.action == 2, 1.0, 0.0),
    )  # fmt: skip
    assert list(by_name(evaluate_column(known, np.random.default_rng(0)).estimates)) == [
        "IPS",
        "SNIPS",
    ]


def test_equal_policies_use_every_decision() -> None:
    assert weighed(np.ones(500), 0.0).effective == pytest.approx(500)


def test_wrong_logged_probabilities_are_noticed() -> None:
    shop = a_shop()
    wrong = Logged(
        shop.context, shop.action, shop.reward, shop.probability * 0.5, shop.slot, shop.actions
    )
    said = evaluate_policy(wrong, uniform(wrong), np.random.default_rng(0)).weights.warnings
    assert any("should be 1" in one for one in said)


def test_actions_that_the_log_never_shows_are_noticed() -> None:
    shop = a_shop(chances=np.array([0.6, 0.4, 0.0]))
    reading = evaluate_policy(shop, uniform(shop), np.random.default_rng(0)).weights
    assert reading.unseen == pytest.approx(1 / 3)
    assert any("nothing is known" in one for one in reading.warnings)


def test_a_policy_that_hardly_overlaps_is_noticed() -> None:
    shop = a_shop(chances=np.array([0.49, 0.5, 0.01]))
    reading = evaluate_policy(shop, always(shop, "best"), np.random.default_rng(0)).weights
    assert any("hardly overlap" in one for one in reading.warnings)


def test_a_learned_policy_prefers_what_earned() -> None:
    shop = a_shop()
    chances = learned(shop, shop.context)
    assert chances[:, 2].mean() > chances[:, 1].mean() > chances[:, 0].mean()


def test_another_log_is_imitated_slot_by_slot() -> None:
    shop, other = a_shop(), a_shop(seed=2, chances=np.array([0.1, 0.1, 0.8]))
    assert like(shop, other)[0] == pytest.approx([0.1, 0.1, 0.8], abs=0.02)


def test_an_action_that_nobody_took_is_refused() -> None:
    with pytest.raises(UnknownAction, match="worst"):
        always(a_shop(), "worst")


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.5])
def test_a_probability_that_cannot_be_is_refused(probability: float) -> None:
    shop = a_shop(40)
    with pytest.raises(BadLog, match="Row 1"):
        checked(
            Logged(
                shop.context, shop.action, shop.reward,
                np.full(40, probability), shop.slot, shop.actions,
            )
        )  # fmt: skip


def test_a_handful_of_rows_is_refused() -> None:
    shop = a_shop(20)
    with pytest.raises(BadLog, match="too few"):
        evaluate_policy(shop, uniform(shop), np.random.default_rng(0))


def test_no_row_is_guessed_by_a_model_that_saw_it() -> None:
    shop = a_shop(300)
    changed = Logged(
        shop.context, shop.action, np.where(np.arange(300) == 7, 1.0 - shop.reward, shop.reward),
        shop.probability, shop.slot, shop.actions,
    )  # fmt: skip
    before = expected_rewards(shop, np.random.default_rng(5))[7]
    assert np.array_equal(before, expected_rewards(changed, np.random.default_rng(5))[7])


def test_logistic_regression_finds_known_weights() -> None:
    rng = np.random.default_rng(0)
    table = np.column_stack([np.ones(20_000), rng.normal(size=20_000)])
    chance = 1 / (1 + np.exp(-(0.5 + table[:, 1])))
    labels = (rng.random(20_000) < chance).astype(float)
    assert logistic(table, labels) == pytest.approx([0.5, 1.0], abs=0.06)


def test_one_seed_gives_one_answer() -> None:
    assert a_run(5) == a_run(5)
