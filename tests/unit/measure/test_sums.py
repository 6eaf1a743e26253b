"""Sums of parts are the sums of the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.measure.sums import Sums, added

VALUES = st.floats(-1e6, 1e6, allow_nan=False)
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=20)


def sums_of(rows: list[tuple[float, float]]) -> Sums:
    table = np.array(rows, np.float64).reshape(-1, 2)
    return Sums.of({"x": table[:, 0], "y": table[:, 1]})


def alike(left: Sums, right: Sums) -> None:
    assert left.n == right.n
    for name, mean in left.means.items():
        assert mean == pytest.approx(right.means[name], rel=1e-9, abs=1e-6)
    for names, product in left.products.items():
        assert product == pytest.approx(right.products[names], rel=1e-6, abs=1e-2)


@given(ROWS, ROWS)
def test_sums_of_parts_are_the_sums_of_the_whole(left: list, right: list) -> None:  # type: ignore[type-arg]
    alike(sums_of(left) + sums_of(right), sums_of(left + right))


@given(ROWS, ROWS, ROWS)
def test_grouping_changes_no_sums(a: list, b: list, c: list) -> None:  # type: ignore[type-arg]
    parts = [sums_of(a), sums_of(b), sums_of(c)]
    alike((parts[0] + parts[1]) + parts[2], parts[0] + (parts[1] + parts[2]))


@given(ROWS)
def test_nothing_added_changes_nothing(rows: list) -> None:  # type: ignore[type-arg]
    assert sums_of(rows) + Sums() == Sums() + sums_of(rows) == sums_of(rows)


def test_no_parts_add_up_to_nothing() -> None:
    assert added([]) == Sums()


def test_variance_is_the_sample_variance() -> None:
    rows = np.random.default_rng(1).normal(size=50)
    assert Sums.of({"x": rows}).var("x") == pytest.approx(rows.var(ddof=1))


def test_covariance_is_the_sample_covariance() -> None:
    x, y = np.random.default_rng(1).normal(size=(2, 50))
    assert Sums.of({"x": x, "y": y}).cov("y", "x") == pytest.approx(np.cov(x, y)[0, 1])


def test_a_large_offset_costs_no_precision() -> None:
    rows = np.random.default_rng(1).normal(size=1000)
    far = Sums.of({"x": rows[:300] + 1e9}) + Sums.of({"x": rows[300:] + 1e9})
    assert far.var("x") == pytest.approx(rows.var(ddof=1), rel=1e-5)
