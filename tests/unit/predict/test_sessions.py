"""Sessions and vocabularies are plain values."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.predict.session_index import freshness
from tailorbird.predict.sessions import Sessions, Vocabulary

rows = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6), max_size=12)


def lists(sessions: Sessions) -> list[list[int]]:
    return [sessions[number].tolist() for number in range(len(sessions))]


@given(rows)
def test_sessions_give_back_what_they_were_made_of(made: list[list[int]]) -> None:
    assert lists(Sessions.of(made)) == made


@given(rows)
def test_sessions_are_kept_oldest_first(made: list[list[int]]) -> None:
    ends = [float(sum(row) % 7) for row in made]
    kept = Sessions.of(made, ends)
    assert kept.ended_at.tolist() == sorted(ends)
    assert sorted(lists(kept)) == sorted(made)


@given(rows, rows)
def test_joining_sessions_keeps_all_of_both(one: list[list[int]], other: list[list[int]]) -> None:
    later = [100.0 + number for number in range(len(other))]
    assert lists(Sessions.of(one) + Sessions.of(other, later)) == one + other


def test_a_slice_of_sessions_is_sessions() -> None:
    sessions = Sessions.of([[1, 2], [3], [4, 5, 6]])
    assert lists(sessions.between(1, 3)) == [[3], [4, 5, 6]]
    assert lists(sessions.take(np.array([2, 0]))) == [[4, 5, 6], [1, 2]]


def test_a_code_never_changes_its_meaning() -> None:
    vocabulary = Vocabulary.of(["tent", "stove", "tent"])
    assert vocabulary.learn("lamp") == 2
    assert vocabulary.decode([0, 1, 2]) == ["tent", "stove", "lamp"]
    assert vocabulary.encode(["lamp", "unknown", "tent"]).tolist() == [2, 0]


def test_a_session_years_after_the_training_leads_but_does_not_drown_the_rest() -> None:
    weights = freshness(np.array([0.0, 100.0, 1e9]), half_life_seconds=100.0, latest_at=100.0)
    assert weights.tolist() == [0.5, 1.0, 8192.0]
