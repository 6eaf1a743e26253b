"""CDNOW purchase history: customer, date, number of discs and dollars, in fixed-width text."""

import io
import re
from collections.abc import Iterator

from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.fields import moment_text
from tailorbird.collect.sources.opening import text_of
from tailorbird.collect.sources.rows import Options, Row, UnfitRow, WireRow
from tailorbird.collect.sources.tables import Record
from tailorbird.collect.sources.tracks import track
from tailorbird.spine.events import ORDER_COMPLETED

# The sample file numbers its customers a second time; the master file does not.
LINE = re.compile(
    r"\s*(?P<customer>\d{5})(?:\s+(?P<sample>\d{4}))?\s+(?P<date>\d{8})"
    r"\s+(?P<discs>\d+)\s+(?P<dollars>\d+\.\d\d)\s*"
)


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield one order a line, at midnight UTC of its day.

    The file names no products, so an order has money and a number of discs only. A customer's
    second order on one day is an order of its own here; the published BG/NBD estimates take the
    orders of a day as one. One of 0.00 dollars is an order too, there and here.
    """
    return each(_records(file, options.encoding), _event)


def _records(file: io.BufferedReader, encoding: str | None) -> Iterator[Record]:
    with text_of(file, encoding) as text:
        for number, raw in enumerate(text, start=1):
            if not raw.isspace():
                yield Record(number, (raw,), raw)


def _event(record: Record) -> WireRow:
    found = LINE.fullmatch(record.raw)
    if found is None:
        raise UnfitRow("the line is not: customer (5 digits), YYYYMMDD, discs, dollars (12.34)")
    day, customer = found["date"], found["customer"]
    key = f"cdnow-{record.line}-{customer}-{day}"
    dollars = float(found["dollars"])
    properties = {
        "order_id": key,
        "revenue": dollars,
        "total": dollars,
        "currency": "USD",
        "quantity": int(found["discs"]),
        "products": [],
    }
    at = moment_text(f"{day[:4]}-{day[4:6]}-{day[6:]}", "date")
    return WireRow(record.line, track(ORDER_COMPLETED, {"userId": customer}, key, at, properties))
