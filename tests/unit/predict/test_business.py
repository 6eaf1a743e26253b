"""The trade-off between relevance and margin, on lists whose truth is known."""

import numpy as np
import pytest

from tailorbird.predict.evaluation.business import SHOWN, Compromise, Offered, compromises
from tailorbird.predict.trading import margin_ranks

ITEMS, QUESTIONS = 80, 40


def curve(margins: np.ndarray[tuple[int], np.dtype[np.float32]]) -> list[Compromise]:
    """Everybody is offered all items in the order of their codes, and wants the very first."""
    codes = np.tile(np.arange(ITEMS, dtype=np.int32), (QUESTIONS, 1))
    asked = Offered(codes, np.zeros(QUESTIONS, np.int32))
    return compromises(asked, margins, np.random.default_rng(0), weights=(0.0, 0.3, 5.0))


def test_without_a_weight_the_most_relevant_are_shown() -> None:
    found = curve(np.linspace(0, 1, ITEMS, dtype=np.float32))
    assert found[0].hit_rate.value == 1.0
    assert found[0].margin.value == pytest.approx(np.linspace(0, 1, ITEMS)[:SHOWN].mean())


def test_the_more_margin_weighs_the_more_is_earned_by_what_is_shown() -> None:
    margins = [one.margin.value for one in curve(np.linspace(0, 1, ITEMS, dtype=np.float32))]
    assert margins == sorted(margins)
    assert margins[2] == pytest.approx(np.linspace(0, 1, ITEMS)[-SHOWN:].mean())


def test_what_is_wanted_but_not_shown_earns_nothing() -> None:
    assert curve(np.linspace(0, 1, ITEMS, dtype=np.float32))[2].wanted_margin.value == 0.0


def test_unknown_margins_count_as_the_middle_and_are_left_out_of_the_mean() -> None:
    margins = np.full(ITEMS, np.nan, np.float32)
    margins[:2] = (0.2, 0.4)
    assert curve(margins)[0].margin.value == pytest.approx(0.3)
    assert margin_ranks(margins)[2:].tolist() == [0.5] * (ITEMS - 2)


def test_equal_margins_share_a_rank() -> None:
    assert margin_ranks(np.array([0.1, 0.5, 0.5, 0.9], np.float32)).tolist() == [0.0, 0.5, 0.5, 1.0]
