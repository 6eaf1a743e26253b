"""What is in somebody's cart, worked out from what was put in, taken out, shown and bought."""

from collections.abc import Iterable

import msgspec

from tailorbird.profile.newest import newest
from tailorbird.spine import events
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId

LINES_KEPT = 100
_MOST_OF_ONE = 1_000_000

_STATING = frozenset({events.CART_VIEWED, events.CHECKOUT_STARTED})
_CONCERNED = _STATING | {events.PRODUCT_ADDED, events.PRODUCT_REMOVED, events.ORDER_COMPLETED}


class CartLine(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """So many more (or, below zero, fewer) of an item; price 0 and currency "" are unknown.

    Of lines at the same moment those that take out come first, as when a quantity is changed by
    taking out two and putting in three.
    """

    at_ms: int
    quantity: int
    item: ItemId
    price_minor: int = 0
    currency: str = ""


class CartStatement(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """What the whole cart was at a moment: a list shown, or nothing, once it was bought.

    The later of two holds; at the same moment bought beats shown.
    """

    at_ms: int
    bought: bool
    lines: tuple[CartLine, ...] = ()


class Cart(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The last statement, and the newest 100 lines since, sorted.

    Lines at or before the statement are covered by it. A cart changed more than a hundred times
    with no statement in between forgets the oldest changes.
    """

    statement: CartStatement | None = None
    lines: tuple[CartLine, ...] = ()


class InCart(msgspec.Struct, frozen=True):
    """One item that is in the cart, with the price and currency it was last seen at."""

    item: ItemId
    quantity: int
    price_minor: int
    currency: str


NO_CART = Cart()


def change_cart(cart: Cart, event: Event) -> Cart:
    """Return the cart after an event.

    `Cart Viewed` and `Checkout Started` state the whole cart if they name products (or say
    `products: []`); `Order Completed` empties it.
    """
    name, at_ms = event.name, event.occurred_at_ms
    if name not in _CONCERNED:
        return cart
    if name == events.ORDER_COMPLETED:
        return _settle(cart.lines, _later(cart.statement, CartStatement(at_ms, bought=True)))
    if name in _STATING:
        if not event.items and event.properties.get("products") != []:
            return cart
        stated = CartStatement(at_ms, bought=False, lines=_lines(event, 1))
        return _settle(cart.lines, _later(cart.statement, stated))
    lines = _lines(event, -1 if name == events.PRODUCT_REMOVED else 1)
    return _settle(newest(cart.lines, lines, LINES_KEPT), cart.statement)


def join_carts(a: Cart, b: Cart) -> Cart:
    """Return the cart that both histories together leave."""
    lines = newest(a.lines, b.lines, LINES_KEPT)
    return _settle(lines, _later(a.statement, b.statement))


def in_cart(cart: Cart) -> tuple[InCart, ...]:
    """Return what is in the cart, the item put in first coming first.

    Taking out more than is known to be in leaves none, not less than none.
    """
    held: dict[ItemId, InCart] = {}
    for line in _story(cart):
        before = held.get(line.item)
        quantity = max(0, (before.quantity if before else 0) + line.quantity)
        if quantity == 0:
            held.pop(line.item, None)
            continue
        price = line.price_minor or (before.price_minor if before else 0)
        currency = line.currency or (before.currency if before else "")
        held[line.item] = InCart(line.item, quantity, price, currency)
    return tuple(held.values())


def cart_changed_ms(cart: Cart) -> int | None:
    """Return when the cart was last changed or shown; None when there was none or it was bought."""
    if cart.lines:
        return cart.lines[-1].at_ms
    if cart.statement is not None and not cart.statement.bought:
        return cart.statement.at_ms
    return None


def _story(cart: Cart) -> Iterable[CartLine]:
    return (*cart.statement.lines, *cart.lines) if cart.statement is not None else cart.lines


def _lines(event: Event, sign: int) -> tuple[CartLine, ...]:
    """Return an event's lines, sorted; quantities beyond a million are taken as a million."""
    return tuple(
        sorted(
            CartLine(
                event.occurred_at_ms,
                sign * min(abs(line.quantity), _MOST_OF_ONE),
                line.id,
                line.price_minor or 0,
                event.currency or "",
            )
            for line in event.items
        )
    )[:LINES_KEPT]


def _later(a: CartStatement | None, b: CartStatement | None) -> CartStatement | None:
    if a is None:
        return b
    return a if b is None or b < a else b


def _settle(lines: tuple[CartLine, ...], statement: CartStatement | None) -> Cart:
    """Drop the lines that the statement covers; lines are sorted by time."""
    if statement is None or not lines or lines[0].at_ms > statement.at_ms:
        return Cart(statement, lines)
    return Cart(statement, tuple(line for line in lines if line.at_ms > statement.at_ms))
