"""The purchase decision: a known function of shopper, item, what is shown and what is offered."""

from functools import cache

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.simulate.choice import (
    Mission,
    Nudge,
    Offer,
    attraction,
    consideration,
    purchase_probability,
    true_effect,
)
from tailorbird.simulate.goods import ItemTruth
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import Taste

NOW_MS = 1_795_000_000_000
TENTS = 0
TEN_PERCENT = Nudge(offer=Offer("TEN", 0.1))


@cache
def a_shop() -> Shop:
    return make_shop(np.random.default_rng(1), NOW_MS)


def a_taste(*, persuadable: float = 0.0, thrift: float = 0.0, brand: int = 0) -> Taste:
    return Taste(
        interests=(TENTS,),
        style=0,
        brands=(brand,),
        dearness=0.0,
        thrift=thrift,
        persuadable=persuadable,
    )


def a_tent(*, quality: float = 0.5, dearness: float = 0.0) -> ItemTruth:
    tent = a_shop().truths[3]
    return msgspec.structs.replace(tent, quality=quality, dearness=dearness)


@given(
    persuadable=st.floats(-3, 3),
    thrift=st.floats(0, 5),
    dearness=st.floats(-2, 2),
    share=st.floats(0, 0.9),
)
@settings(max_examples=60)
def test_a_chance_lies_between_zero_and_one(
    persuadable: float, thrift: float, dearness: float, share: float
) -> None:
    taste = a_taste(persuadable=persuadable, thrift=thrift)
    nudge = Nudge(offer=Offer("X", share))
    assert 0 < purchase_probability(taste, a_tent(dearness=dearness), 0.0, nudge) < 1


def test_without_a_nudge_there_is_no_effect() -> None:
    assert true_effect(a_taste(persuadable=2.0), a_tent(), Nudge()) == 0.0


def test_an_offer_wins_the_persuadable() -> None:
    assert true_effect(a_taste(persuadable=1.0), a_tent(), TEN_PERCENT) > 0.1


def test_an_offer_puts_some_people_off() -> None:
    assert true_effect(a_taste(persuadable=-1.0), a_tent(), TEN_PERCENT) < -0.05


def test_the_thrifty_mind_a_dear_item_and_an_offer_makes_it_less_dear() -> None:
    thrifty, dear = a_taste(thrift=3.0), a_tent(dearness=0.6)
    assert purchase_probability(thrifty, dear) < purchase_probability(thrifty, a_tent())
    assert true_effect(thrifty, dear, TEN_PERCENT) > 0


def test_good_things_are_bought_more() -> None:
    taste = a_taste()
    good, poor = a_tent(quality=0.9), a_tent(quality=0.1)
    assert purchase_probability(taste, good) > purchase_probability(taste, poor)


def test_being_shown_makes_an_item_likelier_to_be_bought() -> None:
    tent = a_tent()
    assert true_effect(a_taste(), tent, Nudge(shown=frozenset({tent.code}))) > 0
    assert true_effect(a_taste(), tent, Nudge(shown=frozenset({tent.code + 1}))) == 0


def test_only_what_is_shown_gains_attraction() -> None:
    shelf = a_shop().shelves[TENTS]
    mission = Mission(number=0, family=TENTS, line=0)
    plain = attraction(a_taste(), shelf, mission)
    shown = attraction(a_taste(), shelf, mission, Nudge(shown=frozenset({2})))
    assert np.flatnonzero(shown != plain).tolist() == [2]


def test_people_look_at_the_line_that_they_are_out_for() -> None:
    shop, luck = a_shop(), Luck(np.random.default_rng(2))
    shelf = shop.shelves[TENTS]
    utility = attraction(a_taste(), shelf, Mission(number=0, family=TENTS, line=2))
    looked = [code for _ in range(400) for code in consideration(utility, shelf, NOW_MS, 2, luck)]
    in_line = np.mean([shop.truths[code].line == 2 for code in looked])
    assert in_line > 2 * np.mean(shelf.line == 2)


def test_nobody_looks_at_what_is_not_published_yet() -> None:
    shop, luck = a_shop(), Luck(np.random.default_rng(2))
    shelf = shop.shelves[TENTS]
    middle_ms = int(np.median(shelf.published_ms))
    utility = attraction(a_taste(), shelf, Mission(number=0, family=TENTS, line=2))
    looked = consideration(utility, shelf, middle_ms, len(shelf.codes), luck)
    assert looked
    assert all(shop.truths[code].published_ms <= middle_ms for code in looked)
