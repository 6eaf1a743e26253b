"""Collaborative filtering knows what people with the same past came to, and forgets none of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.collaborative import Collaborative, load_collaborative
from tailorbird.predict.collaborative_fitting import (
    Settings,
    cosines,
    fit_collaborative,
    fitted,
    without_last,
)
from tailorbird.predict.evaluation.als import Shape, fit_als
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.sessions import Sessions
from tailorbird.predict.training import TrainingEvent, TrainingLine, read_diary
from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_VIEWED

TENT, MAT, LAMP, KETTLE, CUP, TEA = range(6)
CAMPERS = Sessions.of([[TENT, MAT, LAMP], [KETTLE, CUP, TEA]] * 40)
NEIGHBORS = st.lists(
    st.lists(st.integers(-1, 19), min_size=4, max_size=4), min_size=20, max_size=20
)


def codes(*items: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(items, np.int32)


def an_event(name: str, item: str, at_s: int, **who: Any) -> TrainingEvent:
    return TrainingEvent(name, at_s * 1000, items=(TrainingLine(item),), **who)


def test_people_are_offered_what_others_with_their_past_came_to() -> None:
    model = fitted(CAMPERS, 6, Settings())
    assert model.recommend(codes(TENT), 1).codes.tolist() == [MAT]


def test_what_a_person_had_already_is_not_offered() -> None:
    model = fitted(CAMPERS, 6, Settings())
    assert not {TENT, MAT} & set(model.recommend(codes(TENT, MAT), 5).codes.tolist())


def test_what_was_longer_ago_says_less() -> None:
    model = fitted(CAMPERS, 6, Settings(half_life=1.0))
    assert model.recommend(codes(KETTLE, TENT), 2).codes.tolist() == [MAT, CUP]


def test_an_item_that_nobody_had_lends_nothing() -> None:
    model = fitted(CAMPERS, 8, Settings())
    assert model.recommend(codes(7), 5).codes.tolist() == []


def test_an_item_newer_than_the_model_lends_nothing() -> None:
    model = fitted(CAMPERS, 6, Settings())
    assert model.recommend(codes(99), 5).codes.tolist() == []


def test_of_few_people_nothing_is_learned() -> None:
    assert fit_collaborative(Sessions.of([[TENT, MAT]] * 49), 2) is None


def test_of_people_who_all_had_the_same_something_is_learned() -> None:
    model = fit_collaborative(Sessions.of([[TENT, MAT]] * 60), 2)
    assert model is not None
    assert model.recommend(codes(TENT), 5).codes.tolist() == [MAT]


def test_the_same_people_teach_the_same_model() -> None:
    one, other = (fit_collaborative(CAMPERS, 6) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.lends.scores.tobytes() == other.lends.scores.tobytes()


def test_a_stored_model_answers_as_before(tmp_path: Path) -> None:
    model = fitted(CAMPERS, 6, Settings())
    model.save(tmp_path)
    found = load_collaborative(tmp_path).recommend(codes(TENT), 5)
    assert found.scores.tolist() == model.recommend(codes(TENT), 5).scores.tolist()


@given(NEIGHBORS, st.lists(st.integers(0, 24), unique=True, max_size=16))
@settings(max_examples=60, deadline=None)
def test_a_past_lends_what_its_items_lend_in_sum(rows: list[list[int]], past: list[int]) -> None:
    lends = np.array(
        [list(dict.fromkeys(one for one in row if one >= 0)) + [-1] * 4 for row in rows], object
    )
    table = np.array([row[:4] for row in lends], np.int32)
    scores = np.where(table >= 0, [0.5, 0.25, 0.125, 0.0625], 0.0).astype(np.float32)
    found = Collaborative(Neighbors(table, scores), 1.0).folded_in(codes(*past), 25)
    wanted = np.zeros(25)
    for back, item in enumerate(past):
        for code, score in (
            zip(*(part[item] for part in (table, scores)), strict=True) if (item < 20) else ()
        ):
            wanted[code] += score * 0.5**back if code >= 0 else 0.0
    wanted[past] = 0.0
    assert dict(zip(found.codes.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(
        {int(code): float(wanted[code]) for code in np.flatnonzero(wanted)}, abs=1e-6
    )


def test_only_those_asked_about_lose_their_last_item() -> None:
    head = without_last(Sessions.of([[1, 2], [3, 4]]), np.array([1]))
    assert [head[number].tolist() for number in range(2)] == [[1, 2], [3]]


def test_item_knn_counts_shared_people() -> None:
    assert cosines(CAMPERS, 6, 0.0).codes[TENT, :2].tolist() == [MAT, LAMP]


def test_als_folds_a_person_in_from_their_past() -> None:
    pytest.importorskip("implicit")
    model = fit_als(CAMPERS, 6, Shape(4, 10.0), seed=0)
    assert set(model.recommend(codes(TENT), 3).codes.tolist()) == {TENT, MAT, LAMP}


def test_a_past_goes_over_visits_and_devices_of_a_user() -> None:
    events = [
        an_event(PRODUCT_VIEWED, "tent", 1, anonymous_id="phone"),
        an_event(PRODUCT_VIEWED, "mat", 90_000, anonymous_id="phone", user_id="u1"),
        an_event(PRODUCT_VIEWED, "lamp", 500_000, anonymous_id="laptop", user_id="u1"),
        an_event(PRODUCT_VIEWED, "cup", 2, anonymous_id="somebody else"),
    ]
    rows = read_diary([events]).histories()
    assert [rows[number].tolist() for number in range(len(rows))] == [[0, 1, 2]]


def test_what_was_bought_belongs_to_the_past_once() -> None:
    events = [
        an_event(PRODUCT_VIEWED, "tent", 1, user_id="u1"),
        an_event(ORDER_COMPLETED, "tent", 2, user_id="u1"),
        an_event(ORDER_COMPLETED, "mat", 3, user_id="u1"),
    ]
    rows = read_diary([events]).histories()
    assert [rows[number].tolist() for number in range(len(rows))] == [[0, 1]]
