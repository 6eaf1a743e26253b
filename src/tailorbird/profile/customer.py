"""The shape in which everything known of a customer is shown to people and programs.

Names are camelCase on the wire, times ISO 8601 in UTC, money in major units with its currency.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from tailorbird.profile.hours import BestHour
from tailorbird.profile.intent import Intent


class Money(msgspec.Struct, frozen=True, rename="camel"):
    """An amount in major units; the currency is None where the shop never said it."""

    amount: float
    currency: str | None = None


class FacetShare(msgspec.Struct, frozen=True, rename="camel"):
    """A facet's name, its share (0..1) among its kind (and depth), and its decayed weight now."""

    name: str
    share: float
    score: float


class AffinityView(msgspec.Struct, frozen=True, rename="camel"):
    """The strongest facets by kind: of this visit (`short`) and of the last months (`long`)."""

    short: Mapping[str, tuple[FacetShare, ...]]
    long: Mapping[str, tuple[FacetShare, ...]]


class SpendingView(msgspec.Struct, frozen=True, rename="camel"):
    """What was spent in one currency; `lifetime_value` is revenue less refunds."""

    orders: int
    revenue: Money
    refunded: Money
    lifetime_value: Money
    average_order: Money


class OrderView(msgspec.Struct, frozen=True, rename="camel"):
    """One order as it stands now."""

    id: str
    at: str
    revenue: Money
    refunded: Money
    items: Mapping[str, int]
    coupon: str | None = None
    in_store: bool = False


class OrdersView(msgspec.Struct, frozen=True, rename="camel"):
    """Recency, frequency and money, and the newest orders."""

    frequency: int
    frequency_last_365_days: int
    recency_days: float | None
    first_at: str | None
    last_at: str | None
    cancelled: int
    items_bought: int
    items_returned: int
    lifetime_value: Money
    spending: tuple[SpendingView, ...]
    newest: tuple[OrderView, ...]
    coupons: Mapping[str, int]


class CartItemView(msgspec.Struct, frozen=True, rename="camel"):
    """One item in the cart; the price is of one piece, None when unknown."""

    id: str
    quantity: int
    price: Money | None


class CartView(msgspec.Struct, frozen=True, rename="camel"):
    """What is in the cart."""

    items: tuple[CartItemView, ...]
    value: Money
    changed_at: str | None


class LastItem(msgspec.Struct, frozen=True, rename="camel"):
    """An item that was dealt with, what was done with it last, and when."""

    id: str
    act: str
    at: str


class Times(msgspec.Struct, frozen=True, rename="camel"):
    """How often something happened, and when last."""

    count: int
    last_at: str


class PriceView(msgspec.Struct, frozen=True, rename="camel"):
    """Price sensitivity: shares (0..1) bought at a lowered price; None where too few.

    `score` (0..1) is all of it in one number, drawn to the middle where `evidence` (in pieces
    bought, looks counting a quarter) is small.
    """

    discounted_items_share: float | None
    discounted_revenue_share: float | None
    price_band: str | None
    score: float | None = None
    evidence: float = 0.0
    viewed_on_sale_share: float | None = None


class PaymentView(msgspec.Struct, frozen=True, rename="camel"):
    """One way to pay: on how many orders, how often entered, when last."""

    method: str
    orders: int
    entered: int
    last_at: str


class ChannelView(msgspec.Struct, frozen=True, rename="camel"):
    """What came of the messages of one channel, and the hours at which they were opened."""

    outcomes: Mapping[str, int]
    best_hours: tuple[BestHour, ...]
    last_engaged_at: str | None


class PlaceView(msgspec.Struct, frozen=True, rename="camel"):
    """Where they are and what on, as last said."""

    country: str | None
    timezone: str | None
    locale: str | None
    device: str | None


class ArrivalView(msgspec.Struct, frozen=True, rename="camel"):
    """One coming to the shop by a known way."""

    at: str
    channel: str | None
    campaign: str | None
    referrer: str | None


class AcquisitionView(msgspec.Struct, frozen=True, rename="camel"):
    """The first and the last coming by a known way."""

    first: ArrivalView | None
    last: ArrivalView | None


class SupportView(msgspec.Struct, frozen=True, rename="camel"):
    """Whether a support ticket is open, and each ticket's state."""

    open_tickets: int
    tickets: Mapping[str, str]


class Customer(msgspec.Struct, frozen=True, rename="camel"):
    """All that is known beyond identity, intent and affinity."""

    first_seen_at: str | None
    last_seen_at: str | None
    active_days: int
    best_hours: tuple[BestHour, ...]
    attributes: Mapping[str, Any]
    preferences: Mapping[str, Any]
    accounts: tuple[str, ...]
    orders: OrdersView
    cart: CartView
    last_items: tuple[LastItem, ...]
    searches: tuple[str, ...]
    dismissed_items: tuple[str, ...]
    counters: Mapping[str, Times]
    price_sensitivity: PriceView
    payment_methods: tuple[PaymentView, ...]
    channels: Mapping[str, ChannelView]
    place: PlaceView
    acquisition: AcquisitionView
    support: SupportView


class Prediction(msgspec.Struct, frozen=True, rename="camel"):
    """What models expect of somebody; None where a model, a visit or an order is missing.

    Attributes:
        purchase_probability: of an order within `purchase_minutes`, while they are visiting.
        churn_probability: of no order within 90 days.
        alive_probability: that they will ever order again.
        orders_365: orders within a year.
        order_worth: of one order to come.
        value_365: of a year's orders to come.
        model: the version that says so.
    """

    purchase_minutes: int
    model: str
    purchase_probability: float | None = None
    churn_probability: float | None = None
    alive_probability: float | None = None
    orders_365: float | None = None
    order_worth: Money | None = None
    value_365: Money | None = None


class CustomerView(msgspec.Struct, frozen=True, rename="camel"):
    """One person in three layers (who, what for now, what they like), and the rest."""

    identity: Mapping[str, Any]
    intent: Intent
    affinity: AffinityView
    customer: Customer
    prediction: Prediction | None = None
    segments: tuple[str, ...] = ()
