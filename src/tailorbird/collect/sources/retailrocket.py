"""RetailRocket shop events: views, additions to the cart and purchases, tab-separated."""

import io
from collections.abc import Iterator

from tailorbird.collect.sources.fields import moment_s, present
from tailorbird.collect.sources.rows import Options, Refused, Row, WireRow
from tailorbird.collect.sources.tables import Layout, each, read_table
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


def _event(line: int, cells: tuple[str, ...]) -> WireRow:
    time, user, kind, item, session, category = cells
    name = _NAMES.get(kind)
    if name is None:
        raise Refused(f"Type {kind[:40]!r} is unknown; use {', '.join(_NAMES)}")
    key = f"rr-{line}-{present(time, 'Time')}-{present(user, 'UserId')}-{present(item, 'ItemId')}"
    product = {"product_id": item, "category": category}
    properties: dict[str, object] = dict(product)
    if name == ORDER_COMPLETED:
        properties = {"order_id": key, "products": [{**product, "quantity": 1}]}
    elif name == PRODUCT_ADDED:
        properties["quantity"] = 1
    event = {
        "type": "track",
        "event": name,
        "anonymousId": f"rr-u{user}",
        "messageId": key,
        "timestamp": moment_s(time, "Time"),
        "properties": properties,
        "context": {"sessionId": session},
    }
    return WireRow(line, event)
