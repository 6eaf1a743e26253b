"""Segment events as they were sent or exported, one JSON object a line."""

import hashlib
import io
from collections.abc import Iterator

from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.jsonlines import JsonLine, read_json_lines
from tailorbird.collect.sources.rows import Options, Row, UnfitRow, WireRow

KINDS = frozenset({"track", "identify", "page", "screen", "group", "alias"})
_TIMES = ("timestamp", "originalTimestamp", "receivedAt")
# An export's `timestamp` has the sender's clock error taken out already. With these fields left in,
# the collector would take it out again, measured against the day of the import.
_TRANSPORT = ("sentAt", "receivedAt", "originalTimestamp")


def read(file: io.BufferedReader, _options: Options) -> Iterator[Row]:
    """Yield each line's event as it is, with a message id and a time if it had none.

    Fields about the transport (`sentAt`, `receivedAt`, `originalTimestamp`) are left out, and a
    missing `timestamp` is filled from them.
    """
    return each(read_json_lines(file), _event)


def _event(line: JsonLine) -> WireRow:
    event = line.value
    if not isinstance(event, dict):
        raise UnfitRow("the line is not a JSON object; write one event a line")
    if "batch" in event:
        raise UnfitRow("the line is a batch; write its events one a line")
    if str(event.get("type")) not in KINDS:
        kind = str(event.get("type"))[:40]
        raise UnfitRow(f"type {kind!r} is unknown; use {', '.join(sorted(KINDS))}")
    if not event.get("userId") and not event.get("anonymousId"):
        raise UnfitRow("userId and anonymousId are both missing; an event needs one of them")
    at = next((event[name] for name in _TIMES if event.get(name)), None)
    if at is None:
        raise UnfitRow("timestamp is missing; an imported event needs its time in ISO 8601")
    kept = {name: value for name, value in event.items() if name not in _TRANSPORT}
    kept["timestamp"] = at
    if not kept.get("messageId"):
        digest = hashlib.blake2b(line.raw.strip(), digest_size=12).hexdigest()
        kept["messageId"] = f"segment-{line.line}-{digest}"
    return WireRow(line.line, kept)
