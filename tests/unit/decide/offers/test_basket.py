"""The basket of an offer is what the page states, at the catalog's prices and costs."""

from typing import Any

from tailorbird.catalog.items import Item
from tailorbird.decide.offers.basket import Basket, basket_of
from tailorbird.decide.wire import CartLine, RequestContext
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.ids import ItemId
from tests.makers import an_event, an_item


def item(name: str, price: int | None = 100_00, cost: int | None = 40_00, **more: Any) -> Item:
    fields = {"currency": "EUR", **more}
    return Item(id=ItemId(name), price_minor=price, cost_minor=cost, **fields)


TENT = item("tent")
SHELF = {
    one.id: one
    for one in (
        TENT,
        item("sale", sale_price_minor=80_00),
        item("gift", price=None),
        item("odd", cost=None),
        item("yen", currency="JPY"),
    )
}


def basket(*lines: tuple[str, float], profile: Profile | None = None, **more: Any) -> Basket:
    context = RequestContext(cart=tuple(CartLine(name, quantity) for name, quantity in lines))
    return basket_of(context, profile, SHELF.get, **more)


def test_a_basket_comes_to_todays_prices() -> None:
    found = basket(("tent", 2), ("sale", 1))
    assert (found.value_minor, found.cost_minor, found.currency) == (280_00, 120_00, "EUR")


def test_one_item_of_unknown_cost_makes_the_cost_unknown() -> None:
    found = basket(("tent", 1), ("odd", 1))
    assert (found.cost_minor, found.uncosted) == (None, "odd")


def test_an_assumed_margin_stands_in_for_a_cost() -> None:
    assert basket(("odd", 1), assumed_margin=0.25).cost_minor == 75_00


def test_prices_in_several_currencies_are_not_added() -> None:
    assert basket(("tent", 1), ("yen", 1)).mixed


def test_a_quantity_beyond_all_bounds_is_bounded() -> None:
    assert basket(("tent", 1e300)).value_minor == 100_00 * 1_000_000


def test_where_the_page_states_no_cart_the_profile_knows_it() -> None:
    added = an_event("Product Added", an_item("tent", price=90, quantity=1), currency="EUR")
    assert basket(profile=fold_many(EMPTY, [added])).value_minor == 100_00
