"""RetailRocket shop events: views, additions to the cart and purchases, tab-separated."""

import io
from collections.abc import Iterator

from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.fields import moment_s, one_of, present
from tailorbird.collect.sources.rows import Options, Row, WireRow
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tailorbird.collect.sources.tracks import about_one, track
from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_ADDED, PRODUCT_VIEWED

COLUMNS = ("Time", "UserId", "Type", "ItemId", "SessionId", "CatId")
_LAYOUT = Layout(columns=COLUMNS, delimiter="\t", quoted=False)
_NAMES = {"view": PRODUCT_VIEWED, "addtocart": PRODUCT_ADDED, "transaction": ORDER_COMPLETED}


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield one event a row; a visitor is anonymous, and each bought item is its own order.

    The file names visitors, not accounts, so `UserId` becomes an anonymous id; it has no order
    numbers and no prices.
    """
    return each(read_table(file, _LAYOUT, options.encoding), _event)


def _event(record: Record) -> WireRow:
    time, user, kind, item, session, category = record.cells
    name = one_of(_NAMES, kind, "Type")
    key = f"rr-{record.line}-{time}-{present(user, 'UserId')}-{present(item, 'ItemId')}"
    product = {"product_id": item, "category": category} if category else {"product_id": item}
    who = {"anonymousId": f"rr-u{user}"}
    event = track(name, who, key, moment_s(time, "Time"), about_one(name, key, product))
    event["context"] = {"sessionId": session}
    return WireRow(record.line, event)
