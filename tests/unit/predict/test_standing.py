"""Standings fade with time, whatever the order of arrival."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.predict.standing import LONG_HALF_LIFE_S, DecayedCounts, Standings

DAY_S = 86_400.0
touches = st.lists(
    st.tuples(st.integers(0, 5), st.floats(0, 400 * DAY_S), st.floats(0.5, 5.0)), max_size=30
)


@given(touches, st.randoms(use_true_random=False))
def test_the_order_of_touches_does_not_matter(
    made: list[tuple[int, float, float]], luck: random.Random
) -> None:
    shuffled = list(made)
    luck.shuffle(shuffled)
    one, other = DecayedCounts(DAY_S, 0.0), DecayedCounts(DAY_S, 0.0)
    for code, at_s, weight in made:
        one.add(code, at_s, weight)
    for code, at_s, weight in shuffled:
        other.add(code, at_s, weight)
    assert _shares(one) == pytest.approx(_shares(other), rel=1e-9, abs=1e-12)


def test_a_touch_is_worth_half_after_a_half_life() -> None:
    counts = DecayedCounts(LONG_HALF_LIFE_S, 0.0)
    counts.add(0, 0.0, 1.0)
    counts.add(1, LONG_HALF_LIFE_S, 1.0)
    sums = counts.sums()
    assert sums[0] / sums[1] == pytest.approx(0.5)


def test_a_thousand_half_lives_neither_overflow_nor_lose_the_newest() -> None:
    counts = DecayedCounts(1.0, 0.0)
    counts.add(0, 0.0, 1.0)
    counts.add(1, 1_000.0, 1.0)
    sums = counts.sums()
    assert np.isfinite(sums).all()
    assert sums[1] > sums[0]


def test_standings_survive_being_written_down() -> None:
    standings = Standings(0.0)
    standings.touch(3, 10.0, 2.0, "email")
    standings.touch(1, 20.0, 1.0, None)
    facts, arrays = standings.parts()
    channels, landmarks = facts["channels"], facts["landmarks"]
    assert isinstance(channels, list)
    assert isinstance(landmarks, list)
    again = Standings.of(channels, landmarks, [np.asarray(a, np.float64) for a in arrays.values()])
    assert np.array_equal(again.standing().long, standings.standing().long)
    assert np.array_equal(
        again.standing().by_channel["email"], standings.standing().by_channel["email"]
    )


def test_items_keep_their_counts_when_they_get_new_codes() -> None:
    standings = Standings(0.0)
    standings.touch(0, 0.0, 1.0, None)
    standings.touch(1, 0.0, 4.0, None)
    standings.move(np.array([5, 2], np.int32))
    assert standings.standing().long[5] == pytest.approx(1.0)
    assert standings.standing().long[2] == pytest.approx(4.0)


def _shares(counts: DecayedCounts) -> list[float]:
    sums = counts.sums()[:6]
    total = sums.sum()
    return [float(one / total) if total else 0.0 for one in sums]
