"""How deep an offer is: by uplift, by margin, between floor and ceiling, never at a loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.decide.offers.basket import Basket
from tailorbird.decide.offers.choosing import Chosen, NotChosen, Said, Told, Untold, chosen
from tailorbird.decide.offers.offer import ByUplift, Offer, OfferKind, Step

NO_MODEL = Untold("no uplift model is trained for it")
STEPS = ByUplift(steps=(Step(20, deciles=2), Step(10, deciles=5), Step(5, uplift=0.01)))
OFFER = Offer(name="o", depths=(5, 10, 20), depth_without_model=10, by_uplift=STEPS)


def basket(value: int = 100_00, cost: int | None = 30_00) -> Basket:
    return Basket(value_minor=value, cost_minor=cost, currency="EUR")


def moved(decile: int, effect: float = 0.1, treated: float = 0.5, held: float = 0.1) -> Told:
    return Told("m", effect, decile, treated, held)


def depth(offer: Offer, said: Said, at: Basket | None = None) -> float | None:
    found = chosen(offer, at or basket(), said)
    return found.depth if isinstance(found, Chosen) else None


def why(offer: Offer, said: Said, at: Basket | None = None) -> str:
    found = chosen(offer, at or basket(), said)
    assert isinstance(found, NotChosen)
    return found.why


@pytest.mark.parametrize(("decile", "expected"), [(1, 20), (2, 20), (3, 10), (5, 10), (6, 5)])
def test_the_depth_follows_the_decile(decile: int, expected: float) -> None:
    assert depth(OFFER, moved(decile)) == expected


def test_who_is_hardly_moved_gets_no_discount() -> None:
    assert depth(OFFER, moved(9, effect=0.001)) is None


def test_without_a_model_everybody_gets_the_default() -> None:
    assert depth(OFFER, NO_MODEL) == 10


def test_without_a_model_and_a_default_nobody_gets_anything_and_the_reason_is_said() -> None:
    offer = Offer(name="o", depths=(5,), by_uplift=STEPS)
    assert (
        why(offer, NO_MODEL) == "no uplift model is trained for it, and nothing is offered without"
    )


def test_what_a_later_holdout_has_shown_to_pay_is_followed() -> None:
    rows = ((0.5, (10, *(None,) * 9)), (0.6, (20, 20, 5, *(None,) * 7)), (0.8, (20,) * 10))
    offer = Offer(name="o", depths=(5, 10, 20), by_uplift=ByUplift())
    told = [Told("m", 0.1, decile, 0.5, 0.1, depths=rows) for decile in (1, 3, 4)]
    assert [depth(offer, said) for said in told] == [20, 5, None]


def test_a_margin_below_all_that_was_measured_gets_no_discount() -> None:
    said = Told("m", 0.1, 1, 0.5, 0.1, depths=((0.8, (5,) * 10),))
    assert depth(Offer(name="o", depths=(5,), by_uplift=ByUplift()), said) is None


def test_a_depth_that_costs_more_than_it_brings_gives_way_to_a_smaller_one() -> None:
    # margin 70: t (70 - d) > h 70 holds for d = 5 (16.25 > 15.4), not for 10 (15 < 15.4)
    assert depth(OFFER, moved(1, treated=0.25, held=0.22)) == 5


def test_the_margin_floor_makes_the_depth_smaller() -> None:
    offer = Offer(name="o", depths=(5, 10, 20), depth_without_model=20, margin_floor=0.25)
    assert depth(offer, NO_MODEL, basket(cost=70_00)) == 5


def test_a_basket_of_unknown_cost_gets_no_discount() -> None:
    assert depth(OFFER, NO_MODEL, basket(cost=None)) is None


def test_a_basket_in_another_currency_gets_no_discount() -> None:
    assert why(OFFER, NO_MODEL, Basket(value_minor=1, currency="USD")).startswith(
        "the cart is in USD"
    )


def test_depths_outside_floor_and_ceiling_are_not_given() -> None:
    offer = Offer(name="o", depths=(5, 10, 20), depth_without_model=20, floor=7, ceiling=15)
    assert depth(offer, NO_MODEL) == 10


def test_the_most_that_a_percentage_takes_off_is_held() -> None:
    offer = Offer(name="o", depths=(10,), depth_without_model=10, most=8)
    found = chosen(offer, basket(), NO_MODEL)
    assert isinstance(found, Chosen)
    assert (found.cost_minor, found.hold_minor, found.most_minor) == (8_00, 8_00, 8_00)


@given(
    value=st.integers(0, 500_00),
    cost=st.integers(0, 500_00),
    kind=st.sampled_from([OfferKind.PERCENT, OfferKind.AMOUNT, OfferKind.SHIPPING]),
    depths=st.lists(st.integers(1, 100), min_size=1, max_size=4),
    margin_floor=st.floats(0, 0.9),
    told=st.one_of(st.none(), st.tuples(st.integers(1, 10), st.floats(0, 1), st.floats(0, 1))),
)
def test_no_basket_is_ever_sold_below_the_margin_floor(
    value: int,
    cost: int,
    kind: OfferKind,
    depths: list[int],
    margin_floor: float,
    told: tuple[int, float, float] | None,
) -> None:
    offer = Offer(
        name="o",
        kind=kind,
        depths=tuple(depths),
        depth_without_model=float(max(depths)),
        by_uplift=ByUplift(),
        margin_floor=margin_floor,
    )
    said: Said = NO_MODEL if told is None else Told("m", 0.1, told[0], told[1], told[2])
    found = chosen(offer, basket(value, cost), said)
    if isinstance(found, Chosen):
        paid = value - found.cost_minor
        assert paid - cost >= margin_floor * paid
        assert found.cost_minor <= found.hold_minor
