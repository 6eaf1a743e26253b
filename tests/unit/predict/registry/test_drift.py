"""Drift is told from chance: PSI, its bins and its alarm."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.registry.drift import by_chance, drift_from, shape_of


def normal(
    count: int, mean: float = 0.0, seed: int = 0
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.random.default_rng(seed).normal(mean, 1.0, count)


def test_what_has_not_changed_has_no_index() -> None:
    values = normal(2_000)
    assert drift_from(shape_of("x", values), values).psi == 0.0


def test_the_index_of_two_bins_is_the_formula() -> None:
    shape = shape_of("x", np.repeat([0.0, 1.0], 500))
    moved = drift_from(shape, np.repeat([0.0, 1.0], [250, 750]))
    expected = (0.25 - 0.5) * np.log(0.25 / 0.5) + (0.75 - 0.5) * np.log(0.75 / 0.5)
    assert moved.psi == pytest.approx(expected, abs=1e-4)


def test_a_move_by_one_deviation_is_an_alarm() -> None:
    assert drift_from(shape_of("x", normal(2_000)), normal(2_000, mean=1.0, seed=1)).alarm


def test_a_small_sample_raises_no_alarm() -> None:
    assert not drift_from(shape_of("x", normal(2_000)), normal(100, mean=3.0, seed=1)).alarm


def test_an_alarm_without_a_change_is_rarer_than_one_in_a_hundred() -> None:
    shape = shape_of("x", normal(300))
    alarms = sum(drift_from(shape, normal(300, seed=seed)).alarm for seed in range(1, 401))
    assert alarms <= 4


def test_chance_explains_less_of_larger_samples() -> None:
    assert by_chance(shape_of("x", normal(4_000)), 4_000) < by_chance(
        shape_of("x", normal(300)), 300
    )


def test_a_constant_has_one_bin_below_and_one_above() -> None:
    shape = shape_of("x", np.ones(500))
    assert drift_from(shape, np.full(500, 2.0)).alarm


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200))
@settings(deadline=None)
def test_shares_add_up_to_one(values: list[float]) -> None:
    assert sum(shape_of("x", np.array(values)).shares) == pytest.approx(1.0)


@given(st.lists(st.floats(-9, 9), min_size=1), st.lists(st.floats(-9, 9), min_size=1))
@settings(deadline=None)
def test_the_index_is_never_below_zero(before: list[float], now: list[float]) -> None:
    assert drift_from(shape_of("x", np.array(before)), np.array(now)).psi >= 0.0
