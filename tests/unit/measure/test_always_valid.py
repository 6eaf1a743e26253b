"""Looking every day makes no false winners."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.measure.always_valid import p_value, radius, width

ALPHA, TUNED = 0.05, 5_000
_A_DAY, _DAYS, _RUNS = 500, 20, 2_000


def test_the_radius_is_narrowest_near_the_size_it_is_tuned_for() -> None:
    scaled = [radius(n, 1.0, ALPHA, TUNED) for n in (500, 5_000, 50_000)]
    assert scaled[1] == min(scaled)


def test_the_radius_is_that_of_the_published_formula() -> None:
    n, variance, rho = 1000, 0.04, width(ALPHA, TUNED)
    deviation2 = variance * n  # of one unit, so that the mean of n has the variance
    published = np.sqrt(
        2 * (n * rho**2 + 1) / (n**2 * rho**2) * np.log(np.sqrt(n * rho**2 + 1) / ALPHA)
    ) * np.sqrt(deviation2)
    assert radius(n, variance, ALPHA, TUNED) == pytest.approx(published)


@given(st.floats(0.001, 10.0), st.integers(10, 10**7), st.floats(1e-6, 10.0))
def test_an_effect_outside_the_interval_has_a_small_p_value(
    effect: float, n: int, variance: float
) -> None:
    outside = effect > radius(n, variance, ALPHA, TUNED)
    assert outside == (p_value(effect, n, variance, ALPHA, TUNED) < ALPHA)


def test_looking_every_day_at_nothing_rejects_at_most_as_often_as_promised() -> None:
    rng = np.random.default_rng(7)
    noise = np.empty((_RUNS, _DAYS, 2))
    for day in range(_DAYS):
        spent = rng.exponential(size=(_RUNS, 2, _A_DAY // 2))
        noise[:, day] = spent.mean(axis=2)
    means = noise.cumsum(axis=1) / np.arange(1, _DAYS + 1)[None, :, None]
    gaps = means[:, :, 1] - means[:, :, 0]
    n = _A_DAY * np.arange(1, _DAYS + 1)
    reach = np.array([radius(int(one), 4.0 / one, ALPHA, TUNED) for one in n])
    looked = (np.abs(gaps) > reach).any(axis=1).mean()
    naive = (np.abs(gaps) > 1.96 * np.sqrt(4.0 / n)).any(axis=1).mean()
    assert looked <= 0.0544
    assert naive > 0.15
