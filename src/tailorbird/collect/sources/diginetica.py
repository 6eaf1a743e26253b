"""Diginetica (CIKM Cup 2016): purchases and item views of anonymous sessions in a web shop."""

import io
from collections.abc import Iterator

from tailorbird.collect.sources.building import each, gathered
from tailorbird.collect.sources.fields import moment_text, present, whole_number
from tailorbird.collect.sources.opening import header_of
from tailorbird.collect.sources.rows import (
    BadRow,
    Options,
    Row,
    UnfitRow,
    WireRow,
    WrongHeader,
    bad_row,
)
from tailorbird.collect.sources.session_lines import read_lines
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tailorbird.collect.sources.tracks import track
from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_VIEWED

PURCHASES = ("sessionId", "userId", "timeframe", "eventdate", "ordernumber", "itemId")
VIEWS = ("sessionId", "userId", "itemId", "timeframe", "eventdate")


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield the orders of the purchases file, the views of the views file, or those of sessions.

    The lines of one order become one event. Only the date is known for certain (`timeframe` counts
    from a moment that the file does not give, up to months), so events stand at midnight UTC and
    keep `timeframe` in the context. Prices are levels, not money, and in another file.

    Raises:
        WrongHeader: it is neither of the three files.
    """
    columns = header_of(file, options.encoding, ";")
    if columns and columns[0].startswith("["):
        return read_lines(file, options)
    if set(PURCHASES) <= set(columns):
        layout = Layout(columns=PURCHASES, delimiter=";", quoted=False)
        return _orders(read_table(file, layout, options.encoding))
    if set(VIEWS) <= set(columns):
        layout = Layout(columns=VIEWS, delimiter=";", quoted=False)
        return each(read_table(file, layout, options.encoding), _view)
    raise WrongHeader(f"The header has {', '.join(columns)[:200]}; not {', '.join(PURCHASES)}.")


def _orders(records: Iterator[Record | BadRow]) -> Iterator[Row]:
    for group in gathered(_checked(records), key=lambda record: (record.cells[0], record.cells[4])):
        yield group if isinstance(group, BadRow) else _order(group)


def _checked(records: Iterator[Record | BadRow]) -> Iterator[Record | BadRow]:
    """Pass on the rows that an order can be made of, and refuse the others one by one."""
    for record in records:
        if isinstance(record, BadRow):
            yield record
            continue
        session, _, timeframe, date, order, item = record.cells
        try:
            whole_number(timeframe, "timeframe")
            moment_text(date, "eventdate")
            for name, text in (("sessionId", session), ("ordernumber", order), ("itemId", item)):
                present(text, name)
        except UnfitRow as why:
            yield bad_row(record.line, str(why), record.raw)
        else:
            yield record


def _order(records: list[Record]) -> WireRow:
    first = records[0]
    session, user, timeframe, date, order, _ = first.cells
    key = f"diginetica-{first.line}-{session}-{order}"
    products = [{"product_id": record.cells[5], "quantity": 1} for record in records]
    properties = {"order_id": order, "products": products}
    at = moment_text(date, "eventdate")
    event = track(ORDER_COMPLETED, _who(session, user), key, at, properties)
    event["context"] = {"sessionId": session, "timeframe": int(timeframe)}
    return WireRow(first.line, event, len(records))


def _view(record: Record) -> WireRow:
    session, user, item, timeframe, date = record.cells
    key = f"diginetica-{record.line}-{present(session, 'sessionId')}-{timeframe}-{item}"
    at = moment_text(date, "eventdate")
    product = {"product_id": present(item, "itemId")}
    event = track(PRODUCT_VIEWED, _who(session, user), key, at, product)
    event["context"] = {"sessionId": session, "timeframe": whole_number(timeframe, "timeframe")}
    return WireRow(record.line, event)


def _who(session: str, user: str) -> dict[str, str]:
    """Return whom a row is about: nobody but the session where the user is `NA`."""
    return {"anonymousId": f"dg-s{session}" if user in {"NA", ""} else f"dg-u{user}"}
