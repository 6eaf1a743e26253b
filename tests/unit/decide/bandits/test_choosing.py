"""Arms are drawn from the very probabilities that are logged, and guardrails always hold."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.decide.bandits.beliefs import (
    Belief,
    best_chances,
    of_amounts,
    of_shares,
    plane,
    sharpened,
)
from tailorbird.decide.bandits.choosing import NO_CONTEXT, Chances, chances, choose, guarded
from tailorbird.decide.bandits.policy import Arm, Bandit, Guardrails, Measure, Policy
from tailorbird.decide.bandits.regret import read_bandit
from tailorbird.decide.bandits.simulation import (
    Ours,
    Uniform,
    World,
    clicks,
    contexts,
    late_clicks,
    likes,
    play,
    revenues,
    settings,
)
from tailorbird.decide.bandits.state import EMPTY, ArmState, BanditState, Exposed, Opened
from tailorbird.predict.evaluation.off_policy.estimators import Evidence, estimates
from tailorbird.spine.clock import HOUR_MS
from tests.commands import command

ARMS = [Arm("a"), Arm("b"), Arm("c")]


def known(**sums: tuple[int, float]) -> BanditState:
    """Return a state in which each arm was shown so often and earned so much."""
    return BanditState(
        {name: ArmState(shown, reward, reward) for name, (shown, reward) in sums.items()}
    )


def the(found: Chances | None) -> Chances:
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("shown", "rewards"),
    [([10, 10, 10], [2, 5, 7]), ([1000, 30, 5], [500, 14, 2]), ([0, 0, 0], [0, 0, 0]),
     ([5000, 5000, 10], [100, 90, 1])],
)  # fmt: skip
def test_thompsons_chances_are_those_of_drawing(shown: list[int], rewards: list[int]) -> None:
    belief = of_shares(np.array(shown, float), np.array(rewards, float))
    assert belief.alpha is not None
    assert belief.beta is not None
    drawn = np.random.default_rng(0).beta(belief.alpha, belief.beta, (200_000, 3)).argmax(axis=1)
    counted = np.bincount(drawn, minlength=3) / 200_000
    assert best_chances(belief) == pytest.approx(counted, abs=0.01)


def test_normal_chances_are_those_of_drawing() -> None:
    belief = Belief(np.array([1.0, 1.2, 0.0]), np.array([0.1, 0.5, 3.0]))
    draws = np.random.default_rng(0).normal(belief.mean, belief.deviation, (200_000, 3))
    counted = np.bincount(draws.argmax(axis=1), minlength=3) / 200_000
    assert best_chances(belief) == pytest.approx(counted, abs=0.01)


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.floats(0, 1)), min_size=1, max_size=12),
    st.floats(0.1, 2.0),
)
def test_chances_sum_to_one(arms: list[tuple[int, float]], caution: float) -> None:
    shown = np.array([float(one) for one, _ in arms])
    belief = of_shares(shown, shown * np.array([share for _, share in arms]))
    found = best_chances(sharpened(belief, caution))
    assert found.sum() == pytest.approx(1.0)
    assert bool((found >= 0.0).all())


@given(
    st.lists(st.booleans(), min_size=1, max_size=8),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 1000),
)
def test_guardrails_hold_whatever_is_wanted(
    discounts: list[bool], explore: float, most: float, seed: int
) -> None:
    arms = [Arm(str(at), discount=one) for at, one in enumerate(discounts)]
    wanted = np.random.default_rng(seed).dirichlet(np.full(len(arms), 0.2))
    rails = Guardrails(explore_share=explore, maximum_discount_share=most)
    made = guarded(wanted, arms, rails)
    assert made.sum() == pytest.approx(1.0)
    assert bool((made >= 0.0).all())
    if not all(discounts):
        assert made[np.array(discounts)].sum() <= most + 1e-9


def test_every_arm_keeps_its_part_of_the_even_share() -> None:
    state = known(a=(10_000, 9_000), b=(10_000, 10), c=(10_000, 10))
    bandit = Bandit(guardrails=Guardrails(explore_share=0.3))
    assert the(chances(ARMS, NO_CONTEXT, state, bandit)).probability.min() == pytest.approx(0.1)


def test_the_better_arm_is_shown_more() -> None:
    found = the(chances(ARMS, NO_CONTEXT, known(a=(50, 5), b=(50, 25)), Bandit()))
    assert found.probability[1] > found.probability[0]


def test_an_arm_short_of_stock_is_not_shown() -> None:
    bandit = Bandit(guardrails=Guardrails(minimum_stock=5))
    arms = [Arm("a", stock=4), Arm("b", stock=5), Arm("c")]
    assert the(chances(arms, NO_CONTEXT, EMPTY, bandit)).arms == ("b", "c")


def test_no_arm_is_left_when_all_are_short_of_stock() -> None:
    bandit = Bandit(guardrails=Guardrails(minimum_stock=5))
    assert choose([Arm("a", stock=1)], NO_CONTEXT, EMPTY, bandit, np.random.default_rng()) is None


def test_discounts_can_be_ruled_out() -> None:
    bandit = Bandit(guardrails=Guardrails(maximum_discount_share=0.0))
    arms = [Arm("a", discount=True), Arm("b")]
    assert the(chances(arms, NO_CONTEXT, EMPTY, bandit)).arms == ("b",)


@pytest.mark.parametrize("policy", list(Policy))
def test_arms_come_as_often_as_is_logged(policy: Policy) -> None:
    bandit = Bandit(policy=policy, guardrails=Guardrails(explore_share=0.3))
    state = known(a=(30, 10), b=(30, 12))
    rng = np.random.default_rng(1)
    found = the(chances(ARMS, NO_CONTEXT, state, bandit))
    count = dict.fromkeys(found.arms, 0)
    for _ in range(2_000):
        choice = choose(ARMS, NO_CONTEXT, state, bandit, rng)
        assert choice is not None
        count[choice.arm] += 1
        assert choice.action_probability == found.probability[found.arms.index(choice.arm)]
    assert [one / 2_000 for one in count.values()] == pytest.approx(found.probability, abs=0.05)


def test_a_bandits_own_log_can_judge_another_policy() -> None:
    rng = np.random.default_rng(4)
    truth = {"a": 0.1, "b": 0.3, "c": 0.5}
    bandit = Bandit(policy=Policy.EPSILON_GREEDY, epsilon=0.6)
    log = []
    for _ in range(3_000):
        choice = choose(ARMS, NO_CONTEXT, known(a=(9, 3), b=(9, 1)), bandit, rng)
        assert choice is not None
        log.append((choice, float(rng.random() < truth[choice.arm])))
    weight = np.array([(one.arm == "c") / one.action_probability for one, _ in log])
    value = estimates(Evidence(weight, np.array([reward for _, reward in log])), rng)[0]
    assert value.low <= 0.5 <= value.high


def test_exposures_whose_rewards_may_still_come_count_less() -> None:
    fresh = Exposed("e", "a", 0, 0.5)
    state = BanditState(
        {"a": ArmState(11, 1.0, 1.0), "b": ArmState(1, 1.0, 1.0)},
        {f"e{at}": Opened(fresh) for at in range(10)},
    )
    patient, hasty = Bandit(delay_hours=10.0), Bandit()
    now = the(chances(ARMS, NO_CONTEXT, state, patient, 0)).probability[0]
    later = the(chances(ARMS, NO_CONTEXT, state, patient, 200 * HOUR_MS)).probability[0]
    assert now > later
    assert later == pytest.approx(the(chances(ARMS, NO_CONTEXT, state, hasty, 0)).probability[0])


def test_amounts_are_believed_by_their_own_noise() -> None:
    shown = np.array([100.0, 100.0])
    steady_and_wild = np.array([100 * (9.0 + 1.0), 100 * (9.0 + 400.0)])
    belief = of_amounts(shown, shown * 3.0, steady_and_wild)
    assert belief.deviation[1] > 3.0 * belief.deviation[0]


def test_a_linear_belief_finds_its_weights() -> None:
    rng = np.random.default_rng(0)
    table = np.column_stack([np.ones(2_000), rng.normal(size=2_000)])
    reward = table @ [0.3, 0.2] + rng.normal(0, 0.1, 2_000)
    arm = ArmState(
        2_000, float(reward.sum()), float(reward @ reward),
        (table.T @ table).tobytes(), (table.T @ reward).tobytes(),
    )  # fmt: skip
    found = plane(arm, 2)
    assert found.weights == pytest.approx([0.3, 0.2], abs=0.02)
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([0.1 / 2_000**0.5] * 2, rel=0.2)


@pytest.mark.parametrize(
    ("world", "policy"),
    [(likes, Policy.THOMPSON), (clicks, Policy.THOMPSON), (revenues, Policy.THOMPSON),
     (likes, Policy.EPSILON_GREEDY), (late_clicks, Policy.THOMPSON),
     (contexts, Policy.LINEAR_THOMPSON), (contexts, Policy.LINUCB)],
)  # fmt: skip
def test_regret_stays_well_below_showing_all_alike(
    world: Callable[[np.random.Generator, int], World], policy: Policy
) -> None:
    here = world(np.random.default_rng(2), 600)
    arms = int(here.mean.shape[1])
    bandit = settings(policy, here.measure, delay_hours=here.delay_hours)
    even = play(here, Uniform(arms, np.random.default_rng(0)))
    assert play(here, Ours(bandit, arms, np.random.default_rng(0))) < 0.85 * even


def test_one_seed_plays_one_game() -> None:
    world = likes(np.random.default_rng(2), 100)
    bandit = settings(Policy.THOMPSON, world.measure)
    games = [play(world, Ours(bandit, 10, np.random.default_rng(3))) for _ in range(2)]
    assert games[0] == games[1]


def test_the_reading_names_the_likeliest_best_first() -> None:
    reading = read_bandit(("a", "b"), known(a=(100, 10), b=(100, 30)), Bandit())
    assert reading.arms[0].arm == "b"
    assert reading.arms[0].low < 0.3 < reading.arms[0].high


def test_regret_is_what_the_best_arm_would_have_brought_more() -> None:
    reading = read_bandit(("a", "b"), known(a=(998, 99), b=(998, 299)), Bandit())
    assert reading.regret == pytest.approx(998 * 0.2)
    assert reading.even_regret == pytest.approx(reading.regret)


def test_a_bandit_without_arms_has_nothing_to_read() -> None:
    assert read_bandit((), EMPTY, Bandit()).exposures == 0


def test_the_command_shows_every_policy_beside_showing_all_alike() -> None:
    wire = command("evaluate", "bandits", "--rounds", "30", "--runs", "2", "--json").json()
    assert [one["player"] for one in wire["regret"][:3]] == [
        "all alike", "epsilon_greedy", "thompson",
    ]  # fmt: skip
    assert {one["arms"] for one in wire["regret"]} >= {"likes", "contexts"}


def test_an_arm_that_nobody_has_seen_may_earn_as_much_as_the_others() -> None:
    bandit = Bandit(policy=Policy.LINEAR_THOMPSON, measure=Measure.AMOUNT)
    context = np.outer(NO_CONTEXT, NO_CONTEXT).ravel() * 40
    seen = ArmState(40, 2_000.0, 104_000.0, context.tobytes(), (NO_CONTEXT * 2_000.0).tobytes())
    found = the(chances(ARMS, NO_CONTEXT, BanditState({"a": seen}), bandit))
    assert found.probability[1] > 0.2
