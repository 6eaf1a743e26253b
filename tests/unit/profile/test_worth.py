"""Recency, frequency, money, and price sensitivity."""

from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.profile.worth import PriceSensitivity, Worth, coupons_used, price_sensitivity, worth
from tailorbird.spine.events import Event, LineItem
from tests.makers import DAY, NOON_MS, an_event, an_item, an_order


def somebody_who(*history: Event) -> Profile:
    return fold_many(EMPTY, history)


def test_who_never_ordered_is_worth_nothing_yet() -> None:
    assert worth(EMPTY.orders, NOON_MS) == Worth()
    assert worth(EMPTY.orders, NOON_MS).spending.average_minor == 0


def test_recency_counts_from_the_last_order_that_stands() -> None:
    profile = somebody_who(
        an_order(at=NOON_MS - 9 * DAY),
        an_order(at=NOON_MS - DAY, order_id="the-last"),
        an_order(at=NOON_MS, order_id="the-last", name="Order Cancelled"),
    )
    value = worth(profile.orders, NOON_MS)
    assert (value.recency_days, value.frequency, value.cancelled) == (9.0, 1, 1)


def test_frequency_of_a_year_leaves_older_orders_out() -> None:
    profile = somebody_who(an_order(at=NOON_MS - 400 * DAY), an_order(at=NOON_MS))
    value = worth(profile.orders, NOON_MS)
    assert (value.frequency, value.frequency_365) == (2, 1)


def test_money_is_kept_apart_by_currency() -> None:
    profile = somebody_who(
        an_order(total=90), an_order(total=10), an_order(total=5, currency="USD")
    )
    value = worth(profile.orders, NOON_MS)
    assert value.main_currency == "EUR"
    assert value.spending.average_minor == 5000
    assert value.by_currency["USD"].net_minor == 500


def test_returned_pieces_are_counted() -> None:
    profile = somebody_who(
        an_order(an_item("a"), an_item("b", quantity=2), order_id="o1"),
        an_order(an_item("a"), total=5, order_id="o1", name="Order Refunded"),
        an_order(an_item("c", quantity=3), order_id="o2"),
        an_event("Order Refunded", order=an_order(total=0, order_id="o2").order),
    )
    value = worth(profile.orders, NOON_MS)
    assert (value.items_bought, value.items_returned) == (6, 4)


def test_two_items_say_nothing_of_price_sensitivity() -> None:
    profile = somebody_who(an_order(an_item(price=10, quantity=2), coupon="SPRING"))
    assert price_sensitivity(profile, NOON_MS) == PriceSensitivity(band="8-16")


def test_a_coupon_or_a_discount_lowers_the_whole_order() -> None:
    profile = somebody_who(
        an_order(an_item(price=10), coupon="SPRING"),
        an_order(an_item(price=10), discount=3),
        an_order(an_item(price=20, quantity=2)),
    )
    price = price_sensitivity(profile, NOON_MS)
    assert (price.items, price.revenue) == (0.5, 2_000 / 6_000)


def test_an_item_on_sale_was_bought_at_a_lowered_price() -> None:
    line = an_item(price=10, quantity=3)
    on_sale = LineItem(line.id, 3, line.price_minor, (*line.facets, "sale:true"))
    assert price_sensitivity(somebody_who(an_order(on_sale)), NOON_MS).items == 1.0


def test_a_typical_band_needs_more_than_a_glance() -> None:
    glance = somebody_who(an_event("Product Viewed", an_item(price=40)))
    assert price_sensitivity(glance, NOON_MS).band is None
    keen = somebody_who(an_event("Product Added", an_item(price=40)))
    assert price_sensitivity(keen, NOON_MS).band == "32-64"


def test_coupons_are_counted_by_orders_that_stand() -> None:
    profile = somebody_who(
        an_order(coupon="SPRING"), an_order(coupon="SPRING"), an_order(), an_order(total=1)
    )
    assert coupons_used(profile.orders) == {"SPRING": 2}
