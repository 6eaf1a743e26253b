"""Which format a file has, told from its beginning."""

import io
from collections.abc import Callable

import msgspec

from tailorbird.collect.sources import (
    cdnow,
    diginetica,
    invoices,
    personalize,
    recbole,
    rees46,
    retailrocket,
    segment,
    sessions,
)
from tailorbird.collect.sources.documents import delimiter_of
from tailorbird.collect.sources.opening import encoding_of, header_of

_SAMPLE_BYTES = 1 << 16


class Beginning(msgspec.Struct, frozen=True):
    """The beginning of a file: its first line, as text, as columns, and as JSON if it is that."""

    line: str
    columns: tuple[str, ...]
    value: object


class Sign(msgspec.Struct, frozen=True):
    """What a format is known by: a test, and the sentence for when it holds."""

    source: str
    why: str
    holds: Callable[[Beginning], bool]


def beginning_of(file: io.BufferedReader) -> Beginning:
    """Return what can be seen of a file without reading on."""
    sample = file.peek(_SAMPLE_BYTES)[:_SAMPLE_BYTES]
    text = sample.decode(encoding_of(file), "replace").lstrip("\ufeff")
    line = next((line for line in text.splitlines() if line.strip()), "")
    columns = tuple(header_of(file, None, delimiter_of(file)))
    try:
        value = msgspec.json.decode(line)
    except msgspec.DecodeError:
        value = None
    return Beginning(line, columns, value)


def signs_of(beginning: Beginning) -> list[Sign]:
    """Return the signs that hold, the surest first."""
    return [sign for sign in SIGNS if sign.holds(beginning)]


def _columns(*names: str) -> Callable[[Beginning], bool]:
    return lambda beginning: set(names) <= set(beginning.columns)


def _typed(beginning: Beginning) -> bool:
    kinds = [name.partition(":")[2] for name in beginning.columns]
    return bool(kinds) and all(kind in recbole.TYPES for kind in kinds)


def _keys(*names: str) -> Callable[[Beginning], bool]:
    return lambda beginning: (
        isinstance(beginning.value, dict) and set(names) <= set(beginning.value)
    )


def _segment(beginning: Beginning) -> bool:
    value = beginning.value
    return isinstance(value, dict) and str(value.get("type")) in segment.KINDS


def _list(beginning: Beginning) -> bool:
    return isinstance(beginning.value, list)


def _buyer(beginning: Beginning) -> bool:
    words = beginning.line.split(" ")
    return len(words) > 1 and all(word.isdecimal() for word in words)


SIGNS = (
    Sign("retailrocket", "the header is RetailRocket's", _columns(*retailrocket.COLUMNS)),
    Sign("rees46", "the header is REES46's", _columns(*rees46.COLUMNS)),
    Sign("online-retail", "the header is UCI Online Retail's", _columns(*invoices.COLUMNS)),
    Sign("diginetica", "the header is that of purchases", _columns(*diginetica.PURCHASES)),
    Sign("diginetica", "the header is that of item views", _columns(*diginetica.VIEWS)),
    Sign("sessions", "the header has SessionId, ItemId and Time", _columns(*sessions.COLUMNS)),
    Sign("amazon-personalize", "the header is Personalize's", _columns(*personalize.COLUMNS)),
    Sign("amazon-personalize", "the header has USER_ID", _columns("USER_ID")),
    Sign("recbole", "each column is named with a RecBole type", _typed),
    Sign("otto", "the first line has a session and its events", _keys("session", "events")),
    Sign("ga4", "the first line is a GA4 event", _keys("event_name", "event_timestamp")),
    Sign("segment", "the first line is a Segment event", _segment),
    Sign("sessions-jsonl", "the first line is a list of items", _list),
    Sign("cdnow", "the first line is CDNOW's", lambda b: cdnow.LINE.fullmatch(b.line) is not None),
    Sign("buyers", "the first line is a user and items", _buyer),
)
"""Surest first, since a header may fit two."""
