"""OTTO sessions: one visitor a line with clicks, cart additions and orders."""

import io
from collections.abc import Iterator
from typing import Any

from tailorbird.collect.sources.building import each_many
from tailorbird.collect.sources.fields import moment_ms, one_of
from tailorbird.collect.sources.jsonlines import JsonLine, read_json_lines
from tailorbird.collect.sources.rows import Options, Row, UnfitRow, WireRow
from tailorbird.collect.sources.tracks import about_one, track
from tailorbird.spine.events import ORDER_COMPLETED, PRODUCT_ADDED, PRODUCT_VIEWED

_NAMES = {"clicks": PRODUCT_VIEWED, "carts": PRODUCT_ADDED, "orders": ORDER_COMPLETED}


def read(file: io.BufferedReader, _options: Options) -> Iterator[Row]:
    """Yield the events of each session; the first of them stands for the line.

    The format calls a visitor's whole history a session, so it becomes an anonymous id. It has no
    order numbers, prices or categories: each ordered item is its own order.
    """
    return each_many(read_json_lines(file), _events)


def _events(line: JsonLine) -> Iterator[WireRow]:
    match line.value:
        case {"session": int() | str() as session, "events": [_, *_] as events}:
            for index, event in enumerate(events):
                yield WireRow(line.line, _event(session, index, event), 0 if index else 1)
        case _:
            raise UnfitRow("the line is not {session, events: [{aid, ts, type}]} with an event")


def _event(session: int | str, index: int, event: object) -> dict[str, Any]:
    match event:
        case {"aid": int() | str() as item, "ts": int() as ts, "type": str() as kind}:
            key = f"otto-{session}-{index}-{ts}"
            name = one_of(_NAMES, kind, f"events[{index}].type")
            properties = about_one(name, key, {"product_id": str(item)})
            at = moment_ms(ts, f"events[{index}].ts")
            return track(name, {"anonymousId": f"otto-s{session}"}, key, at, properties)
        case _:
            raise UnfitRow(f"events[{index}] lacks aid, ts (milliseconds) or type")
