"""What a bandit learns is a sum over exposures and rewards: once each, late, in any order."""

import random

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.decide.bandits.policy import Bandit, Measure
from tailorbird.decide.bandits.state import (
    EMPTY,
    BanditState,
    Exposed,
    Happening,
    Rewarded,
    fold,
    forget,
)
from tests.makers import DAY, HOUR, NOON_MS

CLICKS = Bandit(rewards={"click": 0.2, "order": 1.0})
MONEY = Bandit(rewards={"order": 1.0}, measure=Measure.AMOUNT)


def shown(
    key: str, arm: str = "red", *, at: int = NOON_MS, person: str | None = None, x: float = 0.0
) -> Exposed:
    context = np.array([1.0, x]).tobytes() if x else b""
    return Exposed(key, arm, at, 0.5, person, context)


def paid(
    name: str, key: str | None = "e1", *, at: int = NOON_MS + DAY, value: float | None = None,
    person: str | None = None,
) -> Rewarded:  # fmt: skip
    return Rewarded(name, at, CLICKS.rewards[name] if value is None else value, key, person)


def reward_of(arm: str, *happenings: Happening, bandit: Bandit = CLICKS) -> float:
    return fold(EMPTY, bandit, happenings).arms[arm].reward


def test_a_reward_days_later_finds_its_exposure() -> None:
    assert reward_of("red", shown("e1"), paid("order", at=NOON_MS + 6 * DAY)) == 1.0


def test_a_reward_after_the_window_does_not_count() -> None:
    assert reward_of("red", shown("e1"), paid("order", at=NOON_MS + 8 * DAY)) == 0.0


def test_a_reward_long_before_its_exposure_does_not_count() -> None:
    assert reward_of("red", shown("e1"), paid("order", at=NOON_MS - HOUR)) == 0.0


def test_an_exposure_counts_once() -> None:
    assert fold(EMPTY, CLICKS, [shown("e1"), shown("e1")]).arms["red"].exposures == 1


def test_a_second_click_adds_nothing() -> None:
    assert reward_of("red", shown("e1"), paid("click"), paid("click")) == pytest.approx(0.2)


def test_a_click_and_an_order_are_one_success_and_no_more() -> None:
    assert reward_of("red", shown("e1"), paid("click"), paid("order")) == 1.0


def test_amounts_add_up_without_bounds() -> None:
    rewards = [paid("order", value=30.0), paid("order", value=12.0)]
    assert reward_of("red", shown("e1"), *rewards, bandit=MONEY) == 42.0


def test_a_refund_takes_back() -> None:
    rewards = [paid("order", value=30.0), paid("order", value=-30.0)]
    assert reward_of("red", shown("e1"), *rewards, bandit=MONEY) == 0.0


def test_a_reward_without_an_exposure_id_goes_to_the_persons_last_exposure() -> None:
    first, last = shown("e1", person="p"), shown("e2", "blue", at=NOON_MS + HOUR, person="p")
    assert reward_of("blue", first, last, paid("order", None, person="p")) == 1.0


def test_a_reward_of_nobody_known_changes_nothing() -> None:
    assert reward_of("red", shown("e1", person="p"), paid("order", None, person="q")) == 0.0


def a_history(seed: int) -> list[Happening]:
    rng = random.Random(seed)
    made: list[Happening] = []
    for number in range(20):
        arm = rng.choice(["red", "blue"])
        made.append(shown(f"e{number}", arm, at=NOON_MS + number * HOUR, x=rng.random() + 0.1))
        made += [
            paid(name, f"e{number}", at=NOON_MS + number * HOUR + rng.randrange(3 * DAY))
            for name in ("click", "order")
            if rng.random() < 0.4
        ]
    return made


def sums(state: BanditState) -> dict[str, tuple[int, float, float, list[float], list[float]]]:
    return {
        name: (
            one.exposures,
            round(one.reward, 9),
            round(one.squares, 9),
            np.frombuffer(one.precision).round(9).tolist(),
            np.frombuffer(one.pull).round(9).tolist() if one.pull else [],
        )
        for name, one in state.arms.items()
    }


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_order_of_happenings_does_not_matter(seed: int, other: int) -> None:
    history = a_history(seed)
    mixed = history.copy()
    random.Random(other).shuffle(mixed)
    assert sums(fold(EMPTY, CLICKS, mixed)) == sums(fold(EMPTY, CLICKS, history))


@given(st.integers(0, 500), st.integers(1, 30))
def test_it_does_not_matter_where_batches_begin(seed: int, at: int) -> None:
    history = a_history(seed)
    parted = fold(fold(EMPTY, CLICKS, history[:at]), CLICKS, history[at:])
    assert sums(parted) == sums(fold(EMPTY, CLICKS, history))


@given(st.integers(0, 500))
def test_what_happens_again_changes_nothing(seed: int) -> None:
    history = a_history(seed)
    assert fold(EMPTY, CLICKS, [*history, *history]) == fold(EMPTY, CLICKS, history)


def test_the_state_survives_being_written_and_read() -> None:
    state = fold(EMPTY, CLICKS, a_history(3))
    packed = msgspec.msgpack.encode(state)
    assert msgspec.msgpack.decode(packed, type=BanditState) == state


def test_exposures_whose_window_has_passed_are_dropped_but_counted() -> None:
    state = fold(EMPTY, CLICKS, [shown("e1"), shown("e2", at=NOON_MS + 20 * DAY)])
    assert list(state.opened) == ["e2"]
    assert state.arms["red"].exposures == 2


def test_nobody_erased_is_left_in_the_state() -> None:
    state = fold(EMPTY, CLICKS, [shown("e1", person="p"), paid("order", "e9", person="p")])
    gone = forget(state, "p")
    assert "p" not in [one.shown.person for one in gone.opened.values()]
    assert gone.early == {}
    assert gone.arms == state.arms


def test_the_fold_does_not_change_what_it_was_given() -> None:
    before = fold(EMPTY, CLICKS, [shown("e1")])
    fold(before, CLICKS, [shown("e2"), paid("order")])
    assert before == fold(EMPTY, CLICKS, [shown("e1")])


def test_an_orders_revenue_is_its_worth() -> None:
    bandit = Bandit(rewards={"Order Completed": 0.5}, measure=Measure.AMOUNT)
    assert bandit.worth("Order Completed", 80_00) == 40.0


def test_events_that_are_no_reward_are_worth_nothing() -> None:
    assert CLICKS.worth("Page Left") is None


@pytest.mark.parametrize(
    "wrong",
    [{"epsilon": 2}, {"windowDays": 0}, {"rewards": {}}, {"guardrails": {"exploreShare": -1}},
     {"policy": "clever"}, {"color": "red"}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Bandit)
