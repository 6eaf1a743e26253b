"""Arms: even, independent, stable, alone in their layer, and the same for one unit or a million."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.typing import NDArray
from scipy import stats

from tailorbird.experiments.assigning import (
    KEPT_OUT,
    OUTSIDE,
    Split,
    assigned,
    assigned_many,
    forced,
)
from tailorbird.experiments.experiment import HELD_OUT, Experiment, Status, Variant
from tailorbird.experiments.hashing import fingerprint, fingerprints, place, places
from tailorbird.spine.ids import anonymous_key, user_key

MILLION = 1_000_000
ARMS = (Variant("control"), Variant("treatment"))


@pytest.fixture(scope="module")
def people() -> NDArray[np.uint64]:
    """A million people, by their fingerprints."""
    return fingerprints(f"p_{number}" for number in range(MILLION))


def a_split(name: str = "x", *, held_out: float = 0.0, **fields: Any) -> Split:
    ordinary = {"variants": ARMS, "status": Status.RUNNING}
    return Split.of(Experiment(name, **{**ordinary, **fields}), held_out)


def counted(arms: NDArray[np.int64]) -> list[int]:
    return [int(n) for n in np.bincount(arms[arms >= 0])]


def test_places_are_even(people: NDArray[np.uint64]) -> None:
    shares = np.bincount((places(people, 7) * 100).astype(np.int64))
    assert stats.chisquare(shares).pvalue > 0.001


def test_ids_that_differ_in_one_digit_fall_evenly() -> None:
    found = places(fingerprints(str(number) for number in range(100_000)), 7)
    assert stats.kstest(found, "uniform").pvalue > 0.001


@pytest.mark.parametrize("weights", [(1, 1), (90, 10), (1, 2, 3)])
def test_arms_have_their_weights(people: NDArray[np.uint64], weights: tuple[float, ...]) -> None:
    arms = tuple(Variant(f"v{at}", weight) for at, weight in enumerate(weights))
    found = counted(assigned_many(a_split(variants=arms, control="v0"), people))
    planned = [MILLION * weight / sum(weights) for weight in weights]
    assert stats.chisquare(found, planned).pvalue > 0.001


def test_two_experiments_know_nothing_of_each_other(people: NDArray[np.uint64]) -> None:
    one, other = (assigned_many(a_split(name), people) for name in ("x", "y"))
    table = np.bincount(2 * one + other).reshape(2, 2)
    assert stats.chi2_contingency(table).pvalue > 0.001


def test_arms_know_nothing_of_the_layer(people: NDArray[np.uint64]) -> None:
    found = counted(assigned_many(a_split(layer="home", traffic=(0.2, 0.3)), people))
    assert stats.chisquare(found).pvalue > 0.001


def test_nobody_is_in_two_experiments_of_one_layer(people: NDArray[np.uint64]) -> None:
    parts = [(0.0, 0.3), (0.3, 0.5), (0.5, 1.0)]
    reached = [
        assigned_many(a_split(f"x{at}", layer="home", traffic=part), people) != OUTSIDE
        for at, part in enumerate(parts)
    ]
    assert (np.sum(reached, axis=0) == 1).all()


def test_wider_traffic_moves_nobody(people: NDArray[np.uint64]) -> None:
    steps = [assigned_many(a_split(traffic=share), people) for share in (0.01, 0.1, 0.5, 1.0)]
    for before, after in pairwise(steps):
        inside = before != OUTSIDE
        assert (before[inside] == after[inside]).all()


def test_a_larger_holdout_lets_nobody_change_arms(people: NDArray[np.uint64]) -> None:
    before, after = (assigned_many(a_split(held_out=share), people) for share in (0.05, 0.1))
    stayed = after != KEPT_OUT
    assert (before[stayed] == after[stayed]).all()


def test_the_holdout_is_the_same_in_every_experiment(people: NDArray[np.uint64]) -> None:
    one, other = (assigned_many(a_split(name, held_out=0.1), people) for name in ("x", "y"))
    assert ((one == KEPT_OUT) == (other == KEPT_OUT)).all()
    assert np.mean(one == KEPT_OUT) == pytest.approx(0.1, abs=0.002)


@given(some.text(), some.integers(0, 2**64 - 1))
def test_one_unit_falls_where_it_falls_among_many(unit: str, salt: int) -> None:
    assert place(fingerprint(unit), salt) == places(fingerprints([unit]), salt)[0]


@given(some.text(), some.floats(0.01, 1.0), some.floats(0.0, 0.5))
def test_one_unit_has_the_arm_that_it_has_among_many(
    unit: str, traffic: float, held_out: float
) -> None:
    split = a_split(traffic=traffic, held_out=held_out)
    number = int(assigned_many(split, fingerprints([unit]))[0])
    told = {OUTSIDE: None, KEPT_OUT: HELD_OUT, 0: "control", 1: "treatment"}
    assert assigned(split, unit) == told[number]


def test_a_place_is_the_same_in_every_year() -> None:
    assert fingerprint("p_1") == 0xC0F9856E2B3E8CBE
    assert place(fingerprint("p_1"), fingerprint("arm\0x")) == 0.18311794721562358


@pytest.mark.parametrize("status", [Status.DRAFT, Status.STOPPED])
def test_what_does_not_run_reaches_nobody(status: Status) -> None:
    assert assigned(a_split(status=status), "p_1") is None


def test_another_salt_puts_people_anew(people: NDArray[np.uint64]) -> None:
    one, other = (assigned_many(a_split(salt=salt), people) for salt in ("a", "b"))
    assert np.mean(one == other) == pytest.approx(0.5, abs=0.01)


def test_an_override_names_the_arm() -> None:
    split = a_split(overrides={"user:qa": "treatment"})
    assert forced(split, [user_key("qa"), anonymous_key("a1")]) == "treatment"


def test_whom_no_override_names_is_not_forced() -> None:
    assert forced(a_split(overrides={"user:qa": "treatment"}), [user_key("u1")]) is None
