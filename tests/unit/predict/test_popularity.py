"""Fading sums forget at their half-life and do not care for the order of arrival."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.predict.popularity import Fading, Popularity, load_popularity

DAY = 86_400.0
touches = st.lists(
    st.tuples(st.integers(0, 40), st.floats(1.5e9, 1.8e9), st.floats(0.1, 10.0)), max_size=30
)


def groups(*codes: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(codes, np.int32)


def standing(seen: list[tuple[int, float, float]]) -> dict[int, float]:
    fading = Fading(DAY)
    for code, at, weight in seen:
        fading.add(code, at, weight)
    return {code: float(fading.logs[code]) for code, _, _ in seen}


@given(touches.flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen))))
def test_popularity_does_not_depend_on_the_order_of_arrival(
    both: tuple[list[tuple[int, float, float]], list[tuple[int, float, float]]],
) -> None:
    seen, shuffled = both
    assert standing(shuffled) == pytest.approx(standing(seen), rel=1e-9)


@given(touches)
def test_many_at_once_are_as_one_by_one(seen: list[tuple[int, float, float]]) -> None:
    single, many = Fading(DAY), Fading(DAY)
    for code, at, weight in seen:
        single.add(code, at, weight)
    columns = list(zip(*seen, strict=True)) or [(), (), ()]
    many.add_many(
        np.array(columns[0], np.int32), np.array(columns[1], float), np.array(columns[2], float)
    )
    now = 1.8e9
    np.testing.assert_allclose(single.at(now)[:16], many.at(now)[:16], rtol=1e-6)


def test_a_sum_halves_in_a_half_life() -> None:
    fading = Fading(DAY)
    fading.add(3, 1.7e9, 4.0)
    assert fading.at(1.7e9)[3] == pytest.approx(4.0)
    assert fading.at(1.7e9 + 2 * DAY)[3] == pytest.approx(1.0)


def test_what_is_bought_in_a_category_is_popular_in_it() -> None:
    popularity = Popularity()
    popularity.observe(1, groups(7), 1.7e9)
    popularity.observe(2, groups(8), 1.7e9, weight=5.0)
    assert popularity.popular(5).codes.tolist() == [2, 1]
    assert popularity.popular(5, group=7).codes.tolist() == [1]
    assert popularity.popular(5, group=99).codes.tolist() == []


def test_a_rising_item_trends_before_an_old_favorite() -> None:
    popularity = Popularity()
    now = 1.7e9
    for day in range(60):
        for _ in range(5):
            popularity.observe(0, groups(), now - day * DAY)
    for _ in range(5):
        popularity.observe(1, groups(), now)
    assert popularity.popular(1).codes.tolist() == [0]
    assert popularity.trending(1, now).codes.tolist() == [1]


def test_the_newest_item_is_the_one_seen_first_last() -> None:
    popularity = Popularity()
    for code, at in ((0, 1.0), (1, 5.0), (0, 9.0), (30, 3.0)):
        popularity.observe(code, groups(), at)
    assert popularity.new(3).codes.tolist() == [1, 30, 0]


def test_popularity_survives_a_restart(tmp_path: Path) -> None:
    popularity = Popularity()
    popularity.observe(2, groups(4), 1.7e9)
    popularity.save(tmp_path)
    back = load_popularity(tmp_path)
    assert back.popular(3, group=4).codes.tolist() == [2]
    assert back.popular(3).codes.tolist() == [2]
