"""REES46 multi-category shop events: views, cart, purchases with brand, category path and price."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.fields import moment_text, number, one_of, present
from tailorbird.collect.sources.rows import Options, Row, UnfitRow, WireRow
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tailorbird.collect.sources.tracks import about_one, track
from tailorbird.spine.events import (
    ORDER_COMPLETED,
    PRODUCT_ADDED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
)

COLUMNS = (
    "event_time",
    "event_type",
    "product_id",
    "category_id",
    "category_code",
    "brand",
    "price",
    "user_id",
    "user_session",
)
_LAYOUT = Layout(columns=COLUMNS)
_NAMES = {
    "view": PRODUCT_VIEWED,
    "cart": PRODUCT_ADDED,
    "remove_from_cart": PRODUCT_REMOVED,
    "purchase": ORDER_COMPLETED,
}


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield one event a row; a visitor is anonymous, and each bought item is its own order.

    The files state no currency: prices carry that of the options, if one is given. A price of 0
    means that the price was unknown, so it is left out and the event kept.
    """
    build = partial(_event, currency=options.currency)
    return each(read_table(file, _LAYOUT, options.encoding), build)


def _event(record: Record, currency: str | None) -> WireRow:
    time, kind, item, category_id, category, brand, price, user, session = record.cells
    name = one_of(_NAMES, kind, "event_type")
    key = f"rees46-{record.line}-{present(user, 'user_id')}-{present(item, 'product_id')}-{kind}"
    product: dict[str, Any] = {"product_id": item}
    if category:
        product["category"] = category.replace(".", " > ")
    if category_id:
        product["category_id"] = category_id
    if brand:
        product["brand"] = brand
    amount = number(price, "price") if price else 0.0
    if amount < 0:
        raise UnfitRow(f"price {price!r} is below 0; leave it empty when it is unknown")
    if amount > 0:
        product["price"] = amount
    properties = about_one(name, key, product)
    if currency is not None:
        properties["currency"] = currency
    at = moment_text(time, "event_time")
    event = track(name, {"anonymousId": f"rees46-u{user}"}, key, at, properties)
    event["context"] = {"sessionId": session}
    return WireRow(record.line, event)
