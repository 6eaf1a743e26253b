"""Amazon Personalize data sets: interactions and users, as comma-separated text."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.fields import moment_ms, moment_s, number, present
from tailorbird.collect.sources.opening import header_of
from tailorbird.collect.sources.rows import Options, Row, WireRow
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tailorbird.collect.sources.tracks import SYNTHETIC_TIME, about_one, track
from tailorbird.spine.events import (
    CHECKOUT_STARTED,
    ORDER_COMPLETED,
    PRODUCT_ADDED,
    PRODUCT_CLICKED,
    PRODUCT_REMOVED,
    PRODUCT_VIEWED,
    WISHLISTED,
)

COLUMNS = ("USER_ID", "ITEM_ID", "TIMESTAMP")
_OPTIONAL = ("EVENT_TYPE", "EVENT_VALUE", "IMPRESSION", "RECOMMENDATION_ID")
# Event types are free text there; these are the documented ones and their common spellings.
_NAMES = {
    "": PRODUCT_VIEWED,
    "view": PRODUCT_VIEWED,
    "detailpageviewed": PRODUCT_VIEWED,
    "click": PRODUCT_CLICKED,
    "addtocart": PRODUCT_ADDED,
    "removefromcart": PRODUCT_REMOVED,
    "addtowishlist": WISHLISTED,
    "startcheckout": CHECKOUT_STARTED,
    "purchase": ORDER_COMPLETED,
}


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield one event for each interaction, or one `identify` for each user.

    An event type that is not known keeps its name and becomes a custom event; where there is none
    the interaction is a view. Each purchase is its own order. A users file has no times: the
    identify events stand at `start_ms`, marked so in the context.

    Raises:
        WrongHeader: it is neither of the two files.
    """
    header = header_of(file, options.encoding)
    if "USER_ID" in header and "ITEM_ID" not in header:
        others = tuple(name for name in header if name != "USER_ID")
        layout = Layout(columns=("USER_ID", *others))
        at = moment_ms(options.start_ms, "start")
        users = partial(_user, names=others, at=at)
        return each(read_table(file, layout, options.encoding), users)
    layout = Layout(columns=COLUMNS, optional=_OPTIONAL)
    return each(read_table(file, layout, options.encoding), _interaction)


def _interaction(record: Record) -> WireRow:
    user, item, time, kind, value, impression, recommendation = record.cells
    name = _NAMES.get(kind.lower().replace("_", "").replace(" ", ""), kind)
    key = f"personalize-{record.line}-{present(user, 'USER_ID')}-{present(item, 'ITEM_ID')}-{time}"
    properties = about_one(name, key, {"product_id": item})
    if value:
        properties["value"] = number(value, "EVENT_VALUE")
    if impression:
        properties["impression"] = impression.split("|")
    if recommendation:
        properties["recommendation_id"] = recommendation
    event = track(name, {"userId": user}, key, moment_s(time, "TIMESTAMP"), properties)
    return WireRow(record.line, event)


def _user(record: Record, names: tuple[str, ...], at: str) -> WireRow:
    user, *cells = record.cells
    traits = {name.lower(): cell for name, cell in zip(names, cells, strict=True) if cell}
    event: dict[str, Any] = {
        "type": "identify",
        "userId": present(user, "USER_ID"),
        "messageId": f"personalize-user-{record.line}-{user}",
        "timestamp": at,
        "traits": traits,
        "context": {SYNTHETIC_TIME: True},
    }
    return WireRow(record.line, event)
