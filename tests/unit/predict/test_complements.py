"""Complements are bought with an item, not instead of it."""

import numpy as np

from tailorbird.predict.complements import Browsing, Pairing, complements, joined_orders
from tailorbird.predict.sessions import Sessions

TENT, STOVE, OTHER_TENT, SOCKS = 0, 1, 2, 3
NOTHING = np.zeros(0, np.int32)


def orders(*extra: list[int]) -> Sessions:
    lonely = [[code] for code in range(4, 30)] * 8
    return Sessions.of([[TENT, STOVE]] * 4 + [[TENT, OTHER_TENT]] * 3 + lonely + list(extra))


def of(code: int, sessions: Sessions, **more: object) -> list[int]:
    found = complements(sessions, 5, **more)  # type: ignore[arg-type]
    return [int(other) for other in found.codes[code] if other >= 0]


def test_what_is_bought_together_is_a_complement() -> None:
    assert of(TENT, orders()) == [STOVE, OTHER_TENT]


def test_a_pair_bought_once_is_chance() -> None:
    assert SOCKS not in of(TENT, orders([TENT, SOCKS]))


def test_a_pair_no_more_frequent_than_chance_is_none() -> None:
    everywhere = Sessions.of([[TENT, SOCKS]] * 3 + [[SOCKS, code] for code in range(4, 60)])
    assert SOCKS not in of(TENT, everywhere, pairing=Pairing(significance=1e-3))


def test_items_viewed_in_place_of_each_other_step_back() -> None:
    views = Sessions.of([[TENT, OTHER_TENT]] * 20 + [[code] for code in range(3, 40)])
    free = complements(orders(), 5)
    held = complements(orders(), 5, browsing=Browsing(views, NOTHING), pairing=Pairing())
    assert held.scores[TENT, 0] == free.scores[TENT, 0]
    assert held.scores[TENT, 1] <= free.scores[TENT, 1]


def test_items_of_one_leaf_category_step_back() -> None:
    leaves = np.array([5, 6, 5, 7], np.int32)
    free = complements(orders(), 5)
    held = complements(orders(), 5, browsing=Browsing(Sessions.none(), leaves))
    assert held.scores[TENT, 0] == free.scores[TENT, 0]
    assert held.scores[TENT, 1] < free.scores[TENT, 1]


def test_lists_are_padded() -> None:
    found = complements(orders(), 5)
    assert found.codes.shape == found.scores.shape == (30, 5)
    assert found.codes[10].tolist() == [-1] * 5
    assert found.scores[10].tolist() == [0.0] * 5


def test_orders_of_a_buyer_soon_after_each_other_are_one_basket() -> None:
    made = Sessions.of([[0], [1], [2], [3]], [0.0, 10.0, 20.0, 500.0])
    joined = joined_orders(made, np.array([7, -1, 7, 7]), 60.0)
    assert sorted(joined[number].tolist() for number in range(len(joined))) == [[0, 2], [1], [3]]


def test_no_orders_have_no_complements() -> None:
    assert complements(Sessions.none(), 3, item_count=2).codes.tolist() == [[-1] * 3] * 2
