"""The cart: changes, statements and orders, in whatever order they arrive."""

from itertools import permutations

from tailorbird.profile.cart import LINES_KEPT, NO_CART, Cart, cart_changed_ms, change_cart, in_cart
from tailorbird.spine.events import Event
from tests.makers import MINUTE, NOON_MS, an_event, an_item, an_order


def cart_after(*history: Event) -> Cart:
    cart = NO_CART
    for event in history:
        cart = change_cart(cart, event)
    return cart


def held(cart: Cart) -> dict[str, int]:
    return {line.item: line.quantity for line in in_cart(cart)}


def added(item: str, quantity: int = 1, minute: int = 0) -> Event:
    line = an_item(item, quantity=quantity, price=10)
    return an_event("Product Added", line, at=NOON_MS + minute * MINUTE, currency="EUR")


def removed(item: str, quantity: int = 1, minute: int = 0) -> Event:
    line = an_item(item, quantity=quantity)
    return an_event("Product Removed", line, at=NOON_MS + minute * MINUTE)


def test_adding_and_removing_add_up() -> None:
    assert held(cart_after(added("a", 3), removed("a", 1, minute=1), added("b", minute=2))) == {
        "a": 2,
        "b": 1,
    }


def test_removing_what_was_never_added_takes_nothing_from_what_is_added_later() -> None:
    assert held(cart_after(removed("a", 5), added("a", 1, minute=1))) == {"a": 1}


def test_an_order_empties_the_cart() -> None:
    cart = cart_after(added("a"), an_order(at=NOON_MS + MINUTE))
    assert held(cart) == {}
    assert cart_changed_ms(cart) is None


def test_a_purchase_in_a_store_leaves_the_cart_alone() -> None:
    bought = an_order(at=NOON_MS + MINUTE, name="Store Purchase Completed")
    assert held(cart_after(added("a"), bought)) == {"a": 1}


def test_a_late_order_leaves_what_was_added_after_it() -> None:
    cart = cart_after(added("a"), added("b", minute=9), an_order(at=NOON_MS + 5 * MINUTE))
    assert held(cart) == {"b": 1}


def test_a_cart_that_is_shown_replaces_what_was_known() -> None:
    shown = an_event("Cart Viewed", an_item("b", quantity=4), at=NOON_MS + MINUTE)
    assert held(cart_after(added("a"), shown)) == {"b": 4}


def test_a_cart_shown_empty_is_empty() -> None:
    shown = an_event("Cart Viewed", at=NOON_MS + MINUTE, properties={"products": []})
    assert held(cart_after(added("a"), shown)) == {}


def test_a_cart_shown_without_a_word_on_products_says_nothing() -> None:
    shown = an_event("Cart Viewed", at=NOON_MS + MINUTE)
    assert held(cart_after(added("a"), shown)) == {"a": 1}


def test_bought_beats_shown_at_the_same_moment() -> None:
    shown = an_event("Checkout Started", an_item("a"))
    for history in permutations([shown, an_order()]):
        assert held(cart_after(*history)) == {}


def test_what_is_added_and_shown_at_the_same_moment_is_in_once() -> None:
    shown = an_event("Checkout Started", an_item("a"))
    for history in permutations([shown, added("a")]):
        assert held(cart_after(*history)) == {"a": 1}


def test_the_last_known_price_is_kept() -> None:
    cart = cart_after(added("a"), an_event("Product Added", an_item("a"), at=NOON_MS + MINUTE))
    (line,) = in_cart(cart)
    assert (line.price_minor, line.currency, line.quantity) == (1000, "EUR", 2)


def test_a_cart_is_dated_by_its_last_change() -> None:
    assert cart_changed_ms(cart_after(added("a", minute=3))) == NOON_MS + 3 * MINUTE
    assert cart_changed_ms(cart_after(an_event("Cart Viewed", an_item("a")))) == NOON_MS


def test_an_absurd_quantity_is_taken_as_a_million() -> None:
    assert held(cart_after(added("a", 10**18))) == {"a": 10**6}


def test_only_so_many_changes_are_kept() -> None:
    cart = cart_after(*(added(f"i{number}", minute=number) for number in range(LINES_KEPT + 20)))
    assert len(in_cart(cart)) == LINES_KEPT
