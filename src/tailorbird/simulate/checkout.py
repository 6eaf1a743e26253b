"""The checkout of the generated shop: cart, payment, order and, for some, the refund."""

from typing import Any

import msgspec

from tailorbird.simulate.choice import SURE
from tailorbird.simulate.goods import CURRENCY
from tailorbird.simulate.paying import attempts, luck_of_payments
from tailorbird.simulate.trip import Trip
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import (
    CART_VIEWED,
    CHECKOUT_STARTED,
    ORDER_COMPLETED,
    ORDER_REFUNDED,
    PAYMENT_FAILED,
    PAYMENT_INFO_ENTERED,
)
from tailorbird.spine.money import to_major

_LOOKS_AT_CART = 0.6
_STARTS = 0.60
_SIGNS_IN = 0.6
_PAYS = 0.88
_COMPLETES = 0.94
_FREE_SHIPPING_MINOR = 6_000
_SHIPPING_MINOR = 490
_ANOTHER_WAY_MS = 40_000
_REFUSED_MS = 4_000
_REFUND_SHARE = 0.03
_REFUND_SHARE_OF_POOR = 0.12  # on top, for goods of the lowest quality


class Totals(msgspec.Struct, frozen=True):
    """What an order costs, in minor units: `revenue` is the lines less the discount."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    coupon: str | None

    @property
    def revenue(self) -> int:
        """Return what the goods earn, without shipping and tax, as Segment defines it."""
        return self.subtotal - self.discount

    @property
    def total(self) -> int:
        """Return what the customer pays."""
        return self.revenue + self.shipping + self.tax

    def on_the_wire(self) -> dict[str, Any]:
        """Return the amounts as an order event's properties, in major units."""
        amounts = {
            "subtotal": self.subtotal,
            "discount": self.discount,
            "revenue": self.revenue,
            "shipping": self.shipping,
            "tax": self.tax,
            "total": self.total,
        }
        fields: dict[str, Any] = {name: to_major(n, CURRENCY) for name, n in amounts.items()}
        fields["currency"] = CURRENCY
        if self.coupon is not None:
            fields["coupon"] = self.coupon
        return fields


def totals_of(trip: Trip) -> Totals:
    """Return the totals of the cart as it is, with the offer that the shopper has."""
    offer = trip.nudge.offer
    subtotal = trip.subtotal_minor()
    discount = round(subtotal * offer.share) if offer else 0
    revenue = subtotal - discount
    return Totals(
        subtotal=subtotal,
        discount=discount,
        shipping=0 if revenue >= _FREE_SHIPPING_MINOR else _SHIPPING_MINOR,
        tax=round(revenue * trip.visit.shopper.place.tax_share),
        coupon=offer.code if offer else None,
    )


def check_out(trip: Trip) -> None:
    """Walk from the cart towards the order; the cart stays when the shopper stops short."""
    if not trip.cart:
        return
    sure = trip.visit.mission.resolve >= SURE
    luck = trip.luck
    if sure or luck.happens(_LOOKS_AT_CART):
        _look_at_cart(trip)
    if not (sure or luck.happens(_STARTS)):
        return
    order = {"order_id": _order_id(trip), "checkout_id": trip.cart_id}
    _start(trip, order)
    if not (sure or luck.happens(_PAYS)):
        return
    trip.pen.wait(45.0)
    method = _pay(trip, order, sure=sure)
    if method is not None and (sure or luck.happens(_COMPLETES)):
        _complete(trip, {**order, "payment_method": method})


def _look_at_cart(trip: Trip) -> None:
    trip.pen.open("/cart", "Cart")
    trip.pen.page("Cart")
    trip.pen.track(CART_VIEWED, {"cart_id": trip.cart_id, "products": trip.cart_lines()})
    trip.pen.wait(20.0)


def _start(trip: Trip, order: dict[str, Any]) -> None:
    trip.pen.open("/checkout", "Checkout")
    trip.pen.page("Checkout")
    amounts = totals_of(trip).on_the_wire()
    trip.pen.track(CHECKOUT_STARTED, {**order, **amounts, "products": trip.cart_lines()})
    if trip.visit.shopper.user_id and not trip.pen.signed_in and trip.luck.happens(_SIGNS_IN):
        trip.pen.wait(15.0)
        trip.pen.sign_in()


def _pay(trip: Trip, order: dict[str, Any], *, sure: bool) -> str | None:
    """Try to pay; return the method that went through, None if the shopper gave up."""
    visit = trip.visit
    device, luck = visit.shopper.devices[visit.device], luck_of_payments(visit.seed)
    tried = attempts(visit.shopper, device, totals_of(trip).total, luck)
    for number, one in enumerate(tried):
        if number:
            trip.pen.at_ms += _ANOTHER_WAY_MS
        payment = {"payment_method": one.method, "shipping_method": "standard"}
        trip.pen.track(PAYMENT_INFO_ENTERED, {**order, "step": 2, **payment})
        last = number == len(tried) - 1
        if one.failure is None or (last and sure):
            return one.method
        trip.pen.at_ms += _REFUSED_MS
        failed = {"payment_method": one.method, "reason": one.failure}
        trip.pen.track(PAYMENT_FAILED, {**order, **failed})
    return None


def _complete(trip: Trip, order: dict[str, Any]) -> None:
    trip.pen.wait(15.0)
    trip.pen.open("/checkout/thanks", "Thank you")
    totals = totals_of(trip)
    lines = trip.cart_lines()
    bought = {**order, **totals.on_the_wire(), "affiliation": "Web shop", "products": lines}
    trip.pen.track(ORDER_COMPLETED, bought)
    _perhaps_refund(trip, order["order_id"], totals)
    trip.cart = {}


def _perhaps_refund(trip: Trip, order_id: str, totals: Totals) -> None:
    """Send some things back after days: poor goods more often, one line or all of the order."""
    code = trip.luck.pick(tuple(trip.cart))
    truth = trip.shop.truths[code]
    if not trip.luck.happens(_REFUND_SHARE + _REFUND_SHARE_OF_POOR * (1 - truth.quality)):
        return
    at_ms = trip.pen.at_ms + round(trip.luck.between(3, 20) * DAY_MS)
    refund: dict[str, Any] = {"order_id": order_id, "currency": CURRENCY}
    back_minor = totals.revenue
    if trip.luck.happens(0.5):
        quantity = trip.cart[code]
        product = {**trip.shop.products[code], "quantity": quantity}
        line_minor = truth.price_minor * quantity
        back_minor = line_minor - round(line_minor * totals.discount / totals.subtotal)
        refund["products"] = [product]
    refund["revenue"] = to_major(back_minor, CURRENCY)
    trip.pen.track_from_server(at_ms, ORDER_REFUNDED, refund)


def _order_id(trip: Trip) -> str:
    return f"order-{trip.visit.shopper.number}-{trip.visit.start_ms // 1000:x}"
