"""The items and the money of an event, read out of Segment's e-commerce properties."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from tailorbird.collect.refusals import Unfit
from tailorbird.spine.events import Exposure, LineItem, OrderFact
from tailorbird.spine.facets import facets_of
from tailorbird.spine.ids import ItemId
from tailorbird.spine.money import to_minor

CatalogFacets = Callable[[ItemId], tuple[str, ...] | None]
"""The catalog's word on an item's facets, None where it does not know the item."""

_MOST_LINES = 250
_LONGEST_ID = 200
_LARGEST_QUANTITY = 10**9
_ID_FIELDS = ("product_id", "productId", "sku", "item_id")
_LINE_FIELDS = frozenset(
    {*_ID_FIELDS, "price", "quantity", "products", "currency", "query", "order_id", "revenue"}
)
ORDER_EVENTS = frozenset(
    {
        "Order Completed",
        "Order Updated",
        "Order Refunded",
        "Order Cancelled",
        "Store Purchase Completed",
        "Store Purchase Returned",
    }
)


def currency_in(properties: Mapping[str, Any]) -> str | None:
    """Return the currency code of an event.

    Raises:
        Unfit: it is not a three-letter code.
    """
    value = properties.get("currency")
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) != 3 or not (value.isascii() and value.isalpha()):
        raise Unfit(
            "properties.currency", "`properties.currency` is not an ISO 4217 code such as EUR"
        )
    return value.upper()


def lines_in(
    properties: Mapping[str, Any], currency: str | None, catalog: CatalogFacets
) -> tuple[LineItem, ...]:
    """Return the items that an event is about.

    Raises:
        Unfit: a product's id, price or quantity is of a kind that would be misread.
    """
    products = properties.get("products")
    if products is not None:
        if not isinstance(products, list):
            raise Unfit("properties.products", "`properties.products` is not a list")
        if len(products) > _MOST_LINES:
            raise Unfit(
                "properties.products", f"`properties.products` has more than {_MOST_LINES} entries"
            )
        found = [
            _line(product, f"properties.products[{index}]", currency, catalog)
            for index, product in enumerate(products)
        ]
        return tuple(line for line in found if line is not None)
    line = _line(properties, "properties", currency, catalog)
    return () if line is None else (line,)


def _line(
    product: object, field: str, currency: str | None, catalog: CatalogFacets
) -> LineItem | None:
    if not isinstance(product, dict):
        raise Unfit(field, f"`{field}` is not an object with a `product_id`")
    item = _item_id(product, field)
    if item is None:
        return None
    price = _amount(product.get("price"), f"{field}.price", currency)
    facets = catalog(item)
    if facets is None:
        facets = facets_of(product.get("category"), product.get("brand"), price)
    return LineItem(id=item, quantity=_quantity(product, field), price_minor=price, facets=facets)


def _item_id(product: Mapping[str, Any], field: str) -> ItemId | None:
    for name in _ID_FIELDS:
        value = product.get(name)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unfit(f"{field}.{name}", f"`{field}.{name}` is not a text or a whole number")
        text = str(value)
        if len(text) > _LONGEST_ID:
            raise Unfit(f"{field}.{name}", f"`{field}.{name}` is longer than {_LONGEST_ID}")
        return ItemId(text)
    return None


def _quantity(product: Mapping[str, Any], field: str) -> int:
    value = product.get("quantity")
    if value is None or value == "":
        return 1
    if value.__class__ is int and 0 <= value <= _LARGEST_QUANTITY:
        return value
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as cause:
        raise Unfit(f"{field}.quantity", f"`{field}.quantity` is not a number") from cause
    if not math.isfinite(number) or abs(number) > _LARGEST_QUANTITY:
        raise Unfit(f"{field}.quantity", f"`{field}.quantity` is out of range")
    return int(number)


def _amount(value: object, field: str, currency: str | None) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit(field, f"`{field}` is not an amount of money")
    try:
        return to_minor(value, currency)
    except ValueError as cause:
        raise Unfit(field, f"`{field}` is not an amount of money: {value!r}") from cause


def order_in(
    name: str, properties: Mapping[str, Any], lines: tuple[LineItem, ...], fallback_id: str
) -> OrderFact | None:
    """Return what an order event says about money; None for other events.

    `revenue` leaves shipping and tax out, `total` includes them (Segment's e-commerce spec), so
    revenue is taken first, then total less both, then the sum of the lines.

    Raises:
        Unfit: an amount or the order's id would be misread.
    """
    if name not in ORDER_EVENTS:
        return None
    currency = currency_in(properties)
    amount = {
        field: _amount(properties.get(field), f"properties.{field}", currency)
        for field in ("revenue", "total", "value", "shipping", "tax", "discount")
    }
    revenue = amount["revenue"]
    if revenue is None and amount["total"] is not None:
        revenue = amount["total"] - (amount["shipping"] or 0) - (amount["tax"] or 0)
    if revenue is None:
        revenue = amount["value"]
    if revenue is None:
        revenue = sum((line.price_minor or 0) * line.quantity for line in lines)
    order_id = properties.get("order_id") or properties.get("checkout_id") or fallback_id
    if isinstance(order_id, bool) or not isinstance(order_id, str | int):
        raise Unfit("properties.order_id", "`properties.order_id` is not a text or a whole number")
    coupon = properties.get("coupon")
    return OrderFact(
        order_id=str(order_id)[:_LONGEST_ID],
        revenue_minor=revenue,
        discount_minor=amount["discount"] or 0,
        coupon=coupon if isinstance(coupon, str) and coupon else None,
    )


def exposure_in(properties: Mapping[str, Any]) -> Exposure | None:
    """Return which answer of ours an event refers to, if it names one."""
    exposure_id = properties.get("exposureId") or properties.get("exposure_id")
    if not isinstance(exposure_id, str):
        return None
    position = properties.get("position")
    return Exposure(
        exposure_id=exposure_id[:_LONGEST_ID],
        placement=_word(properties, "placement"),
        position=position if isinstance(position, int) and not isinstance(position, bool) else None,
        creative=_word(properties, "creative"),
        policy=_word(properties, "policy"),
        model=_word(properties, "model"),
    )


def rest_of(properties: dict[str, Any], *, has_lines: bool) -> dict[str, Any]:
    """Return the properties that have no typed place in the event."""
    if not has_lines:
        # An empty list of products is kept: it says that the cart is empty.
        return {
            name: value for name, value in properties.items() if name != "products" or not value
        }
    return {name: value for name, value in properties.items() if name not in _LINE_FIELDS}


def _word(properties: Mapping[str, Any], name: str) -> str | None:
    value = properties.get(name)
    return value[:_LONGEST_ID] if isinstance(value, str) and value else None
