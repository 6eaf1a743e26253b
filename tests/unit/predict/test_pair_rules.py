"""Rules over pairs count what a reader would count by hand."""

import numpy as np
import pytest

from tailorbird.predict.floors import Bestsellers, OwnItems
from tailorbird.predict.sequential_rules import item_knn, sequential_rules
from tailorbird.predict.sessions import Sessions


def query(*codes: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(codes, np.int32)


def test_a_follower_weighs_one_over_its_distance() -> None:
    rules = sequential_rules(Sessions.of([[0, 1, 2], [0, 2]]))
    ranked = rules.recommend(query(0), 5)
    assert dict(zip(ranked.codes.tolist(), ranked.scores.tolist(), strict=True)) == pytest.approx(
        {1: 1.0, 2: 1.5}
    )


def test_rules_look_forward_only_and_co_occurrence_both_ways() -> None:
    sessions = Sessions.of([[0, 1]])
    assert sequential_rules(sessions).recommend(query(1), 5).codes.tolist() == []
    assert item_knn(sessions).recommend(query(1), 5).codes.tolist() == [0]


def test_a_popular_companion_counts_for_less() -> None:
    sessions = Sessions.of([[0, 1], [0, 2], [2, 3], [2, 4], [2, 5]])
    assert item_knn(sessions).recommend(query(0), 5).codes.tolist() == [1, 2]


def test_bestsellers_are_the_same_for_everybody() -> None:
    floor = Bestsellers.of(Sessions.of([[0, 1], [1, 2], [1]]))
    assert floor.recommend(query(2), 1).codes.tolist() == [1]


def test_own_items_come_newest_first_and_once() -> None:
    assert OwnItems().recommend(query(3, 1, 3, 2), 5).codes.tolist() == [2, 3, 1]


def test_an_unknown_current_item_has_no_rules() -> None:
    assert len(sequential_rules(Sessions.of([[0, 1]])).recommend(query(9), 5).codes) == 0
