"""UCI Online Retail: the lines of each invoice become one order or one refund."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from tailorbird.collect.sources.building import gathered
from tailorbird.collect.sources.invoices import COLUMNS, InvoiceLine, invoice_line
from tailorbird.collect.sources.rows import (
    BadRow,
    ItemRow,
    Options,
    Row,
    UnfitRow,
    WireRow,
    bad_row,
)
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tailorbird.collect.sources.tracks import track
from tailorbird.spine.events import ORDER_COMPLETED, ORDER_REFUNDED

_LAYOUT = Layout(columns=COLUMNS)
_CURRENCY = "GBP"
# The collector takes 250 products an event; the largest real invoice has 705 lines.
_MOST_PRODUCTS = 200
_NO_GOODS = "StockCode {} is postage on an invoice without goods; an order needs an item"


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield an order or a refund for each invoice, and each item when it is first sold.

    A customer's number is the user id; without one, the invoice is an anonymous id. Postage is the
    order's `shipping`; an item priced 0 for a known customer is a gift in the order. What is
    bookkeeping is refused row by row with its reason (see `invoices`). An invoice of more than 200
    lines comes as several orders, `#2` and so on after its number. A refund carries the number of
    its own credit note, since the file does not tell which order was returned.
    """
    titled: set[str] = set()
    for group in gathered(
        _lines(read_table(file, _LAYOUT, options.encoding)), key=lambda line: line.invoice
    ):
        if isinstance(group, BadRow):
            yield group
            continue
        yield from _new_items(group, titled)
        yield from _orders(group)


def _lines(records: Iterable[Record | BadRow]) -> Iterator[InvoiceLine | BadRow]:
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        try:
            yield invoice_line(record)
        except UnfitRow as why:
            yield bad_row(record.line, str(why), record.raw)


def _new_items(lines: list[InvoiceLine], titled: set[str]) -> Iterator[ItemRow]:
    """Yield the items that have not been told of, and remember them; they stand for no row."""
    for line in lines:
        if line.title and line.price > 0 and not line.postage and line.code not in titled:
            titled.add(line.code)
            item = {"id": line.code, "title": line.title, "price": line.price}
            yield ItemRow(line.line, {**item, "currency": _CURRENCY}, 0)


def _orders(lines: list[InvoiceLine]) -> Iterator[Row]:
    goods = [line for line in lines if not line.postage]
    postage = [line for line in lines if line.postage]
    if not goods:
        for line in postage:
            yield bad_row(line.line, _NO_GOODS.format(line.code), line.raw)
        return
    for start in range(0, len(goods), _MOST_PRODUCTS):
        part = goods[start : start + _MOST_PRODUCTS]
        yield _order(part, [] if start else postage, 1 + start // _MOST_PRODUCTS)


def _order(goods: list[InvoiceLine], postage: list[InvoiceLine], part: int) -> WireRow:
    first = goods[0]
    order_id = first.invoice if part == 1 else f"{first.invoice}#{part}"
    revenue = _sum(goods)
    properties: dict[str, Any] = {
        "order_id": order_id,
        "revenue": revenue,
        "total": round(revenue + _sum(postage), 2),
        "currency": _CURRENCY,
        "products": [
            {"product_id": line.code, "quantity": line.quantity, "price": line.price}
            for line in goods
        ],
    }
    if postage:
        properties["shipping"] = _sum(postage)
    who = (
        {"userId": first.customer}
        if first.customer
        else {"anonymousId": f"online-retail-i{first.invoice}"}
    )
    name = ORDER_REFUNDED if first.returned else ORDER_COMPLETED
    key = f"online-retail-{first.line}-{order_id}"
    event = track(name, who, key, first.at, properties)
    event["context"] = {"location": {"country": first.country}}
    return WireRow(first.line, event, len(goods) + len(postage))


def _sum(lines: list[InvoiceLine]) -> float:
    return round(sum(line.quantity * line.price for line in lines), 2)
