"""The customer view: everything known, readable, in three layers."""

import msgspec
import pytest

from tailorbird.profile.customer import CustomerView, Money
from tailorbird.profile.fold import fold_many
from tailorbird.profile.hours import BestHour, best_hours, offset_of
from tailorbird.profile.profile import EMPTY
from tailorbird.profile.view import view
from tailorbird.spine.events import Context, Event
from tests.makers import DAY, MINUTE, NOON_MS, an_event, an_item, an_order


def view_after(*history: Event) -> CustomerView:
    return view(fold_many(EMPTY, history), NOON_MS + MINUTE)


def test_of_nobody_there_is_a_view_too() -> None:
    shown = msgspec.to_builtins(view(EMPTY, NOON_MS))
    assert list(shown)[:4] == ["identity", "intent", "affinity", "customer"]
    assert shown["customer"]["lastSeenAt"] is None


def test_identity_is_shown_as_it_was_given() -> None:
    assert view(EMPTY, NOON_MS, {"personId": "p_1"}).identity == {"personId": "p_1"}


def test_names_on_the_wire_are_camel_case() -> None:
    def names(shown: object) -> set[str]:
        if isinstance(shown, dict):
            return set(shown) | set().union(*(names(inner) for inner in shown.values()))
        if isinstance(shown, list | tuple):
            return set().union(*(names(inner) for inner in shown))
        return set()

    shown = msgspec.to_builtins(view_after(an_order(), an_event("Email Opened")))
    assert not [name for name in names(shown) if "_" in name]


def test_a_leaning_that_has_faded_to_nothing_is_not_shown() -> None:
    profile = fold_many(EMPTY, [an_event("Product Viewed", an_item("tent"))])
    affinity = view(profile, NOON_MS + 60 * DAY).affinity
    assert (affinity.short, list(affinity.long)) == ({}, ["brand", "category"])


def test_money_is_in_major_units_of_its_currency() -> None:
    euros = view_after(an_order(total=90)).customer.orders
    assert euros.lifetime_value == Money(90.0, "EUR")
    assert euros.newest[0].revenue == Money(90.0, "EUR")
    yen = view_after(an_order(total=90, currency="JPY")).customer.orders
    assert yen.lifetime_value == Money(9000.0, "JPY")


def test_the_cart_is_shown_with_its_value() -> None:
    added = an_event("Product Added", an_item("a", price=12.5, quantity=2), currency="EUR")
    another = an_event("Product Added", an_item("b"), currency="EUR", at=NOON_MS + 1)
    cart = view_after(added, another).customer.cart
    assert cart.value == Money(25.0, "EUR")
    assert [(line.id, line.quantity, line.price) for line in cart.items] == [
        ("a", 2, Money(12.5, "EUR")),
        ("b", 1, None),
    ]
    assert cart.changed_at == "2023-11-15T12:00:00.001Z"


def test_affinity_is_shown_by_kind_for_now_and_for_long() -> None:
    affinity = view_after(an_event("Product Viewed", an_item(price=20))).affinity
    assert list(affinity.short) == list(affinity.long) == ["brand", "category", "price"]
    assert affinity.long["price"][0].name == "16-32"


def test_at_most_ten_facets_of_a_kind_are_shown() -> None:
    views = [an_event("Product Viewed", an_item(brand=f"b{number}")) for number in range(12)]
    assert len(view_after(*views).affinity.long["brand"]) == 10


def test_payment_methods_join_what_was_entered_and_what_was_paid() -> None:
    card = {"payment_method": "card"}
    customer = view_after(
        an_event("Payment Info Entered", properties=card, at=NOON_MS - DAY),
        an_order(properties=card, order_id="o1"),
        an_order(properties=card, order_id="o1", source="webhook"),
        an_event("Payment Info Entered", properties={"payment_method": "klarna"}),
    ).customer
    assert [(way.method, way.orders, way.entered) for way in customer.payment_methods] == [
        ("card", 1, 1),
        ("klarna", 0, 1),
    ]
    assert customer.payment_methods[0].last_at == "2023-11-15T12:00:00.000Z"


def test_best_hours_are_in_the_customers_own_time() -> None:
    berlin = Context(timezone="Europe/Berlin")
    customer = view_after(an_event("Email Opened", context=berlin)).customer
    assert customer.channels["email"].best_hours == (BestHour("Wednesday", 13, 1.0),)
    assert customer.best_hours == (BestHour("Wednesday", 13, 1.0),)


def test_the_busiest_hours_come_first_and_the_week_goes_round() -> None:
    assert best_hours({167: 3, 0: 1, 24: 1}, offset_hours=1, limit=2) == (
        BestHour("Monday", 0, 0.6),
        BestHour("Monday", 1, 0.2),
    )


@pytest.mark.parametrize("zone", [None, "nowhere", "../etc", "Europe", ""])
def test_what_is_no_time_zone_counts_as_utc(zone: str | None) -> None:
    assert offset_of(zone, NOON_MS) == 0


def test_a_zone_is_read_as_of_the_moment() -> None:
    assert offset_of("Europe/Berlin", NOON_MS) == 1
    assert offset_of("Europe/Berlin", NOON_MS + 240 * DAY) == 2


def test_acquisition_support_and_dismissals_are_shown() -> None:
    customer = view_after(
        an_event(context=Context(channel="email", campaign="spring")),
        an_event("Ticket Opened", properties={"ticket_id": "t1"}),
        an_event("Recommendation Dismissed", an_item("x")),
        an_event("Recommendation Dismissed", an_item("y"), at=NOON_MS + 1),
        an_event("Products Searched", query="tent"),
    ).customer
    assert customer.acquisition.first is not None
    assert customer.acquisition.first.campaign == "spring"
    assert (customer.support.open_tickets, customer.support.tickets) == (1, {"t1": "open"})
    assert customer.dismissed_items == ("y", "x")
    assert customer.searches == ("tent",)
