"""The basket that an offer is for: what it comes to, what it costs the shop, in which currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

import msgspec

from tailorbird.accounts.terms import Standing
from tailorbird.catalog.items import Item
from tailorbird.catalog.price_lists import listed_minor
from tailorbird.decide.accounts import for_them
from tailorbird.decide.wire import RequestContext
from tailorbird.profile.cart import InCart, in_cart
from tailorbird.profile.profile import Profile
from tailorbird.rules.moment import Moment
from tailorbird.spine.events import Context, Event
from tailorbird.spine.ids import ItemId, Subject

Find = Callable[[ItemId], Item | None]
"""Returns an item of the catalog."""


class Basket(msgspec.Struct, frozen=True):
    """A cart in minor units.

    Attributes:
        lines: what is in it, at today's prices.
        value_minor: what it comes to.
        cost_minor: what its goods cost the shop; None where that is not known of all.
        currency: of the prices; None where nothing says it.
        uncosted: the first item whose cost is not known.
        mixed: whether its prices are in several currencies, so that they cannot be added.
    """

    lines: tuple[InCart, ...] = ()
    value_minor: int = 0
    cost_minor: int | None = 0
    currency: str | None = None
    uncosted: ItemId | None = None
    mixed: bool = False


_MOST_OF_ONE = 1_000_000
_MOST_MINOR = 10**15


class Asking(Moment, dict=True):
    """A moment in which an offer's condition is asked: the cart is the one that the page states."""

    stated: tuple[InCart, ...] = ()

    @cached_property
    def cart(self) -> tuple[InCart, ...]:
        """What is in the cart."""
        return self.stated


def basket_of(
    context: RequestContext,
    profile: Profile | None,
    find: Find,
    assumed_margin: float | None = None,
    standing: Standing | None = None,
) -> Basket:
    """Return the cart that a page states, or else the profile knows, at the catalog's prices.

    For an account the prices are its own list's, and what is not for it does not count.

    Args:
        context: the request's.
        profile: the person's.
        find: the catalog.
        assumed_margin: margin of items whose cost is unknown, as a share of the price.
        standing: what holds for the account in whose name they buy.
    """
    known = {} if profile is None else {line.item: line for line in in_cart(profile.cart)}
    if context.cart:
        stated: Iterable[tuple[ItemId, int]] = (
            (ItemId(str(line.item)), int(min(max(line.quantity, 0), _MOST_OF_ONE)))
            for line in context.cart
        )
    else:
        stated = ((line.item, line.quantity) for line in known.values())
    lines: list[InCart] = []
    cost: int | None = 0
    uncosted: ItemId | None = None
    for name, quantity in stated:
        item = find(name)
        if item is not None and standing is not None:
            if not for_them(item, standing):
                continue
            item = _at_list_price(item, standing.price_list)
        line, unit_cost = _line(name, quantity, item, known.get(name), context.currency)
        lines.append(line)
        if unit_cost is None and assumed_margin is not None:
            unit_cost = round(line.price_minor * (1 - assumed_margin))
        if unit_cost is None:
            cost, uncosted = None, uncosted or name
        elif cost is not None:
            cost += unit_cost * quantity
    currencies = {one.currency.upper() for one in lines if one.currency}
    currency = min(currencies) if currencies else context.currency
    value = min(sum(line.quantity * line.price_minor for line in lines), _MOST_MINOR)
    return Basket(tuple(lines), value, cost, currency, uncosted, mixed=len(currencies) > 1)


def _at_list_price(item: Item, price_list: str | None) -> Item:
    price = listed_minor(item, price_list)
    return msgspec.structs.replace(item, price_minor=price, sale_price_minor=None)


def _line(
    name: ItemId, quantity: int, item: Item | None, seen: InCart | None, currency: str | None
) -> tuple[InCart, int | None]:
    """Return a line at today's price, or else the one last seen, and what a piece of it costs."""
    price = None if item is None else item.asking_minor
    if price is None and seen is not None:
        price = seen.price_minor
    unit = (item.currency if item is not None else None) or (seen.currency if seen else None)
    cost = None if item is None else item.cost_minor
    if not price:  # an item without a price adds nothing, and nothing can be taken off it
        return InCart(name, quantity, 0, unit or currency or ""), None
    return InCart(name, quantity, price, unit or currency or ""), cost


def event_of(subject: Subject, context: RequestContext, now_ms: int) -> Event:
    """Return a request as an event, so that conditions can ask who is known, and the context."""
    return Event(
        kind="page",
        name="Decision Made",
        message_id="",
        source="tailorbird:offers",
        occurred_at_ms=now_ms,
        received_at_ms=now_ms,
        anonymous_id=subject.anonymous_id,
        user_id=subject.user_id,
        context=Context(
            channel=context.channel,
            locale=context.locale,
            timezone=context.timezone,
            country=context.country,
            path=context.page.path,
        ),
    )
