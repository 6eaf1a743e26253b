"""Who comes back: on CDNOW as published, and on customers made by the model itself."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.customer_value.bgnbd import BgNbd, TooFewCustomers, fit_bgnbd
from tailorbird.predict.customer_value.exam import PUBLISHED, ValueMarks, examine_value
from tailorbird.predict.customer_value.exam import repeat_spending as spending_of
from tailorbird.predict.customer_value.purchasing import Customers

DATA = Path(os.environ.get("TAILORBIRD_DATA_ROOT", Path(__file__).parents[5] / "shared" / "data"))
with_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="no public data: set TAILORBIRD_DATA_ROOT to its folder"
)
MODEL = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)


@cache
def cdnow() -> ValueMarks:
    """Return what comes out on CDNOW, computed once."""
    return examine_value(DATA)


def some(repeats: float, recency: float, age: float) -> Customers:
    """Return one customer."""
    return Customers(np.array([repeats]), np.array([recency]), np.array([age]))


def made_up(model: BgNbd, count: int, weeks: float, seed: int) -> tuple[Customers, np.ndarray]:
    """Return customers who behave as the model says, and how many orders come in as long again."""
    rng = np.random.default_rng(seed)
    rows, later = [], []
    for _ in range(count):
        rate, leaving = rng.gamma(model.r, 1 / model.alpha), rng.beta(model.a, model.b)
        at, repeats, recency, after, alive = 0.0, 0, 0.0, 0, True
        while alive and (at := at + rng.exponential(1 / max(rate, 1e-12))) < 2 * weeks:
            repeats, recency = (repeats + 1, at) if at <= weeks else (repeats, recency)
            after += at > weeks
            alive = rng.random() > leaving
        rows.append((repeats, recency, weeks))
        later.append(after)
    table = np.array(rows, np.float64)
    return Customers(table[:, 0], table[:, 1], table[:, 2]), np.array(later)


@with_data
@pytest.mark.parametrize("name", ["r", "alpha", "a", "b"])
def test_the_parameters_on_cdnow_are_those_of_the_paper(name: str) -> None:
    assert getattr(cdnow().coming_back, name) == pytest.approx(getattr(PUBLISHED, name), rel=0.002)


@with_data
def test_spending_on_cdnow_is_that_of_the_paper() -> None:
    found = spending_of(DATA)
    assert found is not None
    assert (found.p, found.q, found.v) == pytest.approx((6.25, 3.74, 15.44), rel=0.002)


@with_data
def test_the_chance_of_an_order_on_cdnow_is_off_by_less_than_three_points() -> None:
    assert cdnow().judged.ece < 0.03


@with_data
def test_the_chance_of_an_order_beats_one_chance_for_everybody() -> None:
    assert cdnow().judged.brier < 0.7 * cdnow().floor.brier


def test_the_papers_own_example_comes_out() -> None:
    # "Counting your customers the easy way", its spreadsheet: x = 2, t_x = 30.43, T = 38.86.
    assert MODEL.expected_orders(some(2, 30.43, 38.86), 39)[0] == pytest.approx(1.226, abs=0.002)


def test_who_ordered_once_is_taken_to_be_there_still() -> None:
    assert MODEL.alive_probability(some(0, 0, 100))[0] == 1.0


def test_a_steady_customer_who_falls_silent_is_given_up() -> None:
    silent = MODEL.alive_probability(some(20, 20, 60))[0]
    steady = MODEL.alive_probability(some(20, 59.5, 60))[0]
    assert (silent < 0.01, steady > 0.8) == (True, True)


@given(
    st.integers(0, 300),
    st.floats(0, 1),
    st.floats(0.1, 300),
    st.floats(0.1, 100),
    st.builds(
        BgNbd, st.floats(0.05, 5), st.floats(0.5, 40), st.floats(0.05, 5), st.floats(0.05, 20)
    ),
)
@settings(max_examples=150, deadline=None)
def test_whatever_the_history_the_answers_are_possible(
    repeats: int, part: float, age: float, weeks: float, model: BgNbd
) -> None:
    known = some(repeats, part * age if repeats else 0.0, age)
    alive = model.alive_probability(known)[0]
    soon = model.order_probability(known, weeks)[0]
    orders = model.expected_orders(known, weeks)[0]
    assert 0 <= soon <= alive <= 1
    assert soon <= orders + 1e-6
    assert orders <= model.expected_orders(known, 2 * weeks)[0] + 1e-6


def test_the_parameters_of_made_up_customers_are_found_again() -> None:
    truth = BgNbd(r=0.8, alpha=6.0, a=0.6, b=3.0)
    found = fit_bgnbd(made_up(truth, 4_000, 60.0, seed=3)[0])
    assert found.r / found.alpha == pytest.approx(truth.r / truth.alpha, rel=0.1)
    assert found.a / (found.a + found.b) == pytest.approx(truth.a / (truth.a + truth.b), rel=0.15)


def test_as_many_orders_come_as_are_expected() -> None:
    truth = BgNbd(r=0.8, alpha=6.0, a=0.6, b=3.0)
    known, came = made_up(truth, 4_000, 60.0, seed=4)
    expected = truth.expected_orders(known, 60.0)
    error = np.sqrt(came.var() / len(came))
    assert abs(expected.mean() - came.mean()) < 3 * error


def test_a_handful_of_customers_is_refused_with_the_numbers() -> None:
    with pytest.raises(TooFewCustomers, match="12 customers with orders, 0 of them came back"):
        fit_bgnbd(Customers(np.zeros(12), np.zeros(12), np.ones(12)))
