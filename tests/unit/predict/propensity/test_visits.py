"""Visits as they unfold: what was known at each act, and what came of it."""

from typing import Any

import numpy as np
import pytest

from tailorbird.predict.propensity.visits import NAMES, Prefixes, as_logged, prefixes
from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_ADDED, PRODUCT_VIEWED, Event
from tests.makers import DAY, HOUR, MINUTE, NOON_MS, an_event, an_item, an_order

LATER = an_event("Page Viewed", at=NOON_MS + 30 * DAY, anonymous_id="somebody else")
"""Long after everything else, so that what came of it is known."""


def found(*history: Event) -> Prefixes:
    """Return the beginnings of visits in a history."""
    return prefixes(as_logged([*history, LATER]), np.random.default_rng(0))


def viewed(minutes: float = 0, **fields: Any) -> Event:
    """Return a view so many minutes after noon."""
    at = NOON_MS + round(minutes * MINUTE)
    return an_event(PRODUCT_VIEWED, an_item(), at=at, **fields)


def column(prefix: Prefixes, name: str) -> list[float]:
    """Return a feature of every beginning."""
    return [float(one) for one in prefix.table.numbers[:, NAMES.index(name)]]


def test_each_act_knows_itself_and_what_came_before() -> None:
    assert column(found(viewed(0), viewed(1), viewed(2)), "session_views") == [1, 2, 3]


def test_an_act_does_not_know_the_order_that_follows() -> None:
    prefix = found(viewed(0), viewed(1), an_order(at=NOON_MS + 2 * MINUTE))
    assert column(prefix, "orders") == [0, 0]


def test_an_order_soon_after_counts() -> None:
    assert found(viewed(0), an_order(at=NOON_MS + 29 * MINUTE)).bought.tolist() == [True]


def test_an_order_after_the_minutes_does_not() -> None:
    assert found(viewed(0), an_order(at=NOON_MS + 31 * MINUTE)).bought.tolist() == [False]


def test_an_order_before_does_not() -> None:
    assert found(an_order(at=NOON_MS - MINUTE), viewed(0)).bought.tolist() == [False]


def test_somebody_elses_order_does_not() -> None:
    theirs = an_order(at=NOON_MS + MINUTE, anonymous_id="b2")
    assert found(viewed(0), theirs).bought.tolist() == [False]


def test_who_logs_in_to_order_was_the_visitor_before() -> None:
    order = an_order(at=NOON_MS + 5 * MINUTE, user_id="anna")
    assert found(viewed(0), order).bought.tolist() == [True]


def test_what_comes_of_the_last_minutes_is_not_known_yet() -> None:
    history = [viewed(0), viewed(40)]
    prefix = prefixes(as_logged(history), np.random.default_rng(0))
    assert len(prefix.bought) == 1


def test_a_pause_begins_another_visit() -> None:
    prefix = found(viewed(0), viewed(5), viewed(5 + 2 * HOUR / MINUTE))
    assert (prefix.visits[0] == prefix.visits[1], prefix.visits[1] == prefix.visits[2]) == (
        True,
        False,
    )


def test_no_more_are_taken_than_asked_for() -> None:
    history = [viewed(number) for number in range(30)]
    prefix = prefixes(as_logged([*history, LATER]), np.random.default_rng(0), most=7)
    assert len(prefix.bought) == 7


def test_the_cart_is_read_as_of_the_act() -> None:
    added = an_event(PRODUCT_ADDED, an_item(price=20), at=NOON_MS + MINUTE)
    assert column(found(viewed(0), added, viewed(2)), "cart_items") == [0, 1, 1]


def test_buying_is_no_act_to_be_asked_at() -> None:
    assert len(found(an_event(ORDER_COMPLETED, an_item())).bought) == 0


def test_an_empty_log_gives_nothing() -> None:
    assert len(prefixes([], np.random.default_rng(0)).bought) == 0


@pytest.mark.parametrize("name", ["session_stage", "device", "last_channel"])
def test_words_stand_after_the_numbers(name: str) -> None:
    assert NAMES.index(name) >= len(NAMES) - 3
