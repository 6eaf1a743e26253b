"""Files with one session or one buyer a line and no times, as recommender benchmarks keep them."""

import hashlib
import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from tailorbird.collect.sources.building import each_many
from tailorbird.collect.sources.fields import moment_ms
from tailorbird.collect.sources.jsonlines import JsonLine, read_json_lines
from tailorbird.collect.sources.opening import text_of
from tailorbird.collect.sources.rows import BadRow, Options, Row, UnfitRow, WireRow, bad_row
from tailorbird.collect.sources.tables import Record
from tailorbird.collect.sources.tracks import SYNTHETIC_TIME, about_one, track
from tailorbird.spine.clock import MINUTE_MS, SECOND_MS
from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_VIEWED

# The made-up times: lines begin a minute apart, and a step of one takes half a minute.
_BETWEEN_LINES_MS = MINUTE_MS
_BETWEEN_STEPS_MS = 30 * SECOND_MS
_SHAPE = "the line is neither a list of item numbers nor [[items before], next item]"


class Session(msgspec.Struct, frozen=True):
    """A session: its items in order, and how many lines of the file are about it."""

    line: int
    items: tuple[int | str, ...]
    raw: bytes
    rows: int = 1


def read_lines(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield the product views of each line: a list of items, or `[[items before], next item]`.

    Times are made up, line after line from `start_ms`, and marked so in the context. In the second
    form, as test sets have it, the lines after a session's first repeat it with one item less each:
    they add no views, but are counted among the rows that the session stands for.
    """
    build = partial(_views, start_ms=options.start_ms)
    return each_many(_sessions(read_json_lines(file)), build)


def read_buyers(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield the purchases of each line, a user and then items, parted by spaces.

    Times are made up as for sessions. Each item is its own order.
    """
    build = partial(_orders, start_ms=options.start_ms)
    return each_many(_words(file, options.encoding), build)


def _words(file: io.BufferedReader, encoding: str | None) -> Iterator[Record]:
    with text_of(file, encoding) as text:
        for number, raw in enumerate(text, start=1):
            if not raw.isspace():
                yield Record(number, tuple(raw.split()), raw)


def _sessions(lines: Iterator[JsonLine | BadRow]) -> Iterator[Session | BadRow]:
    """Yield each session once, with the number of lines that repeat its beginning."""
    held: Session | None = None
    for line in lines:
        if isinstance(line, BadRow):
            yield line
            continue
        items = _items(line.value)
        if items is None:
            yield bad_row(line.line, _SHAPE, line.raw)
            continue
        if held is not None and _repeats(line.value, items, held):
            held = msgspec.structs.replace(held, rows=held.rows + 1)
            continue
        if held is not None:
            yield held
        held = Session(line.line, items, line.raw)
    if held is not None:
        yield held


def _items(value: object) -> tuple[int | str, ...] | None:
    """Return a session's items in order, or None when the value is of another shape."""
    match value:
        case [[*before], int() | str() as last]:
            found = [*before, last]
        case [*listed]:
            found = listed
        case _:
            return None
    items = tuple(item for item in found if isinstance(item, int | str))
    return items if items and len(items) == len(found) else None


def _repeats(value: object, items: tuple[int | str, ...], held: Session) -> bool:
    """Tell whether a line of the second form shortens the session before it by one more item."""
    match value:
        case [[*_], _]:
            expected = len(held.items) - held.rows
            return len(items) == expected and held.items[:expected] == items
        case _:
            return False


def _views(session: Session, start_ms: int) -> Iterator[WireRow]:
    began = start_ms + session.line * _BETWEEN_LINES_MS
    # The items are in the name as well, lest line 7 of two files be taken for one visitor.
    digest = hashlib.blake2b(session.raw.strip(), digest_size=6).hexdigest()
    name = f"session-{began}-{digest}"
    for index, item in enumerate(session.items):
        at = began + index * _BETWEEN_STEPS_MS
        key = f"{name}-{index}"
        event = _timed(PRODUCT_VIEWED, {"anonymousId": name}, key, at, {"product_id": str(item)})
        yield WireRow(session.line, event, 0 if index else session.rows)


def _orders(record: Record, start_ms: int) -> Iterator[WireRow]:
    if len(record.cells) < 2:
        raise UnfitRow("the line is not a user and at least one item, parted by spaces")
    user, *items = record.cells
    began = start_ms + record.line * _BETWEEN_LINES_MS
    for index, item in enumerate(items):
        at = began + index * _BETWEEN_STEPS_MS
        key = f"buyer-{began}-{user}-{index}-{item}"
        properties = about_one(ORDER_COMPLETED, key, {"product_id": item})
        event = _timed(ORDER_COMPLETED, {"userId": user}, key, at, properties)
        yield WireRow(record.line, event, 0 if index else 1)


def _timed(
    name: str, who: dict[str, str], key: str, at_ms: int, properties: dict[str, Any]
) -> dict[str, Any]:
    event = track(name, who, key, moment_ms(at_ms, "start"), properties)
    event["context"] = {SYNTHETIC_TIME: True}
    return event
