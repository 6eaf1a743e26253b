"""What chance decides on an offer has known odds, which are those with which it falls."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.decide.offers.basket import Basket
from tailorbird.decide.offers.choosing import Chosen, Untold
from tailorbird.decide.offers.drawing import Draw, drawn
from tailorbird.decide.offers.lots import luck_of
from tailorbird.decide.offers.offer import Offer

NO_MODEL = Untold("no model")
OFFER = Offer(name="o", depths=(5, 10, 20), holdout=0.2, explore=0.3, depth_without_model=10)


def basket(cost: int = 30_00) -> Basket:
    return Basket(value_minor=100_00, cost_minor=cost, currency="EUR")


def depth_of(draw: Draw) -> float:
    return draw.depth.depth if isinstance(draw.depth, Chosen) else 0.0


@given(
    st.floats(0, 0.9),
    st.sampled_from((0.0, 0.01, 0.5, 1.0)),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 99_00),
)
def test_chances_add_up_and_what_was_drawn_has_one(
    holdout: float, explore: float, luck: float, cost: int
) -> None:
    offer = Offer(
        name="o",
        depths=(5, 10, 20),
        holdout=holdout,
        explore=explore * (1 - holdout),
        depth_without_model=10,
    )
    draw = drawn(offer, basket(cost), NO_MODEL, luck)
    if draw.lot is not None:
        assert sum(draw.lot.action_probabilities.values()) == pytest.approx(1.0, abs=1e-6)
        assert draw.lot.depth == depth_of(draw)
        assert draw.lot.action_probabilities[f"{draw.lot.depth:g}"] > 0


def test_lots_fall_as_often_as_they_say() -> None:
    draws = [drawn(OFFER, basket(), NO_MODEL, luck_of(OFFER, f"p{n}")) for n in range(20_000)]
    told = draws[0].lot
    assert told is not None
    assert told.action_probabilities == {"0": 0.2, "20": 0.1, "10": 0.6, "5": 0.1}
    seen = Counter(f"{depth_of(one):g}" for one in draws)
    for depth, chance in told.action_probabilities.items():
        assert seen[depth] / 20_000 == pytest.approx(chance, abs=0.012)


def test_a_depth_that_breaks_the_margin_is_never_tried() -> None:
    draws = [drawn(OFFER, basket(cost=85_00), NO_MODEL, n / 100) for n in range(100)]
    assert {depth_of(one) for one in draws} == {0.0, 5.0, 10.0}


def test_without_a_share_left_to_chance_nothing_is_drawn() -> None:
    offer = Offer(name="o", depths=(10,), depth_without_model=10)
    assert drawn(offer, basket(), NO_MODEL, 0.5).lot is None


def test_a_basket_that_may_have_nothing_draws_nothing() -> None:
    assert drawn(OFFER, Basket(currency="EUR"), NO_MODEL, 0.1).lot is None
