"""A trial from the log's rows, and offers as deep as a decile is worth."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.predict.uplift.frame import Assigned, Outcome, assigned_of, frame
from tailorbird.predict.uplift.model import UpliftDecile
from tailorbird.predict.uplift.recalibrating import depths, descending
from tailorbird.predict.uplift.trial import NoTrial
from tests.makers import DAY, NOON_MS


def put(
    person: str, *, treated: bool = True, at: int = NOON_MS, chance: float | None = 0.5
) -> Assigned:
    """Return an assignment of somebody who has been here three times."""
    return Assigned(person, at, treated, chance, {"visits": 3.0})


def framed(assigned: list[Assigned], outcomes: list[Outcome], **more: bool) -> dict[str, float]:
    made = frame(assigned, outcomes, ["visits"], until_ms=NOON_MS + 30 * DAY, **more)
    names = sorted({one.person for one in assigned})
    return dict(zip(names, made.trial.outcome.tolist(), strict=False))


def test_what_follows_within_the_window_counts() -> None:
    assert framed([put("a")], [Outcome("a", NOON_MS + DAY)]) == {"a": 1.0}


@pytest.mark.parametrize("at", [NOON_MS - 1, NOON_MS + 7 * DAY])
def test_what_comes_before_or_too_late_does_not_count(at: int) -> None:
    assert framed([put("a")], [Outcome("a", at)]) == {"a": 0.0}


def test_amounts_add_up() -> None:
    outcomes = [Outcome("a", NOON_MS + DAY, 10.0), Outcome("a", NOON_MS + 2 * DAY, 5.0)]
    assert framed([put("a")], outcomes, binary=False) == {"a": 15.0}


def test_the_first_exposure_starts_the_window() -> None:
    assigned = [put("a", at=NOON_MS + 8 * DAY), put("a")]
    assert framed(assigned, [Outcome("a", NOON_MS + 9 * DAY)]) == {"a": 0.0}


def test_whoever_met_both_arms_is_left_out_and_counted() -> None:
    assigned = [put("a"), put("a", treated=False, at=NOON_MS + 1), put("b")]
    made = frame(assigned, [], ["visits"], until_ms=NOON_MS + 30 * DAY)
    assert len(made.trial) == 1
    assert made.left_out["in both arms"] == 1


def test_whoever_is_too_young_is_left_out_and_counted() -> None:
    made = frame([put("a"), put("b", at=NOON_MS + DAY)], [], [], until_ms=NOON_MS + 7 * DAY)
    assert made.left_out["window not passed"] == 1


def test_an_unknown_chance_makes_no_trial() -> None:
    with pytest.raises(NoTrial, match="not on record for 1"):
        frame([put("a", chance=None)], [], [], until_ms=NOON_MS + 30 * DAY)


@given(st.integers(0, 10_000))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    assigned = [
        put(name, treated=name < "d", at=NOON_MS + day * DAY) for name in "abcdef" for day in (0, 2)
    ]
    outcomes = [Outcome(name, NOON_MS + DAY * day) for day, name in enumerate("afbeac")]
    before = frame(assigned, outcomes, ["visits"], until_ms=NOON_MS + 30 * DAY).trial
    shuffler = random.Random(seed)
    shuffler.shuffle(assigned)
    shuffler.shuffle(outcomes)
    after = frame(assigned, outcomes, ["visits"], until_ms=NOON_MS + 30 * DAY).trial
    assert np.array_equal(before.outcome, after.outcome)
    assert np.array_equal(before.treated, after.treated)


def test_an_exported_exposure_tells_its_assignment() -> None:
    row = {
        "kind": "shown",
        "personId": "p1",
        "at": "2023-11-15T12:00:00Z",
        "experiments": [{"name": "offer", "variant": "treatment", "assignmentProbability": 0.8}],
    }
    assert assigned_of(row, "offer", "treatment") == Assigned("p1", NOON_MS, True, 0.8, {})


def test_an_exposure_outside_the_experiment_tells_nothing() -> None:
    assert assigned_of({"personId": "p1", "at": "2023-11-15"}, "offer", "treatment") is None


def a_decile(number: int, treated: float, held_out: float, half: float = 0.005) -> UpliftDecile:
    effect = treated - held_out
    return UpliftDecile(
        number, 0.0, effect, treated, held_out, effect, effect - half, effect + half, 1_000
    )


def steps(best: float) -> list[UpliftDecile]:
    """Return deciles whose uplift falls from the best to zero; a tenth buys anyway."""
    return [a_decile(at + 1, 0.1 + best * (9 - at) / 9, 0.1) for at in range(10)]


def test_high_uplift_gets_an_offer_and_low_uplift_none() -> None:
    made = depths({0.1: steps(0.2)}, margin=0.4)
    assert made[0].depth == 0.1
    assert made[9].depth is None


def test_the_depth_that_earns_more_is_taken() -> None:
    made = depths({0.05: steps(0.05), 0.1: steps(0.3)}, margin=0.4)
    assert made[0].depth == 0.1


def test_no_offer_is_deeper_than_the_margin_bears() -> None:
    assert all(one.depth is None for one in depths({0.4: steps(0.9)}, margin=0.4))


def test_what_might_be_luck_gets_no_offer() -> None:
    shaky = [a_decile(at + 1, 0.16, 0.1, half=0.1) for at in range(10)]
    assert all(one.depth is None for one in depths({0.1: shaky}, margin=0.4))
    assert all(one.depth == 0.1 for one in depths({0.1: shaky}, margin=0.4, cautious=False))


def test_nothing_tested_offers_nothing() -> None:
    assert depths({}, margin=0.4) == ()


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=20))
def test_pooled_values_never_rise_and_keep_their_mean(values: list[float]) -> None:
    made = descending(np.array(values), np.ones(len(values)))
    assert all(left >= right - 1e-9 for left, right in pairwise(made))
    assert sum(made) == pytest.approx(sum(values), abs=1e-6)
