"""Reading the parts of a row: numbers, moments and names, refused with the column and a remedy."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from math import isfinite

from tailorbird.collect.sources.rows import UnfitRow
from tailorbird.spine.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LAST_DAY = date(2200, 1, 1).toordinal() - _EPOCH_DAY
_YEARS = range(1970, 2200)
_MOST_DIGITS = 12
_NO_MOMENT = (
    "{} {} is no moment from 1970 to 2200; does it count seconds, milliseconds or microseconds?"
)


def number(text: str, column: str) -> float:
    """Return a finite number.

    Raises:
        UnfitRow: the text is not one.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise UnfitRow(f"{column} {text[:40]!r} is not a number; write it as 1234.50")
    return value


def whole_number(text: str, column: str) -> int:
    """Return an integer.

    Raises:
        UnfitRow: the text is not one.
    """
    try:
        return int(text)
    except ValueError:
        raise UnfitRow(f"{column} {text[:40]!r} is not a whole number; write digits only") from None


def present(text: str, column: str) -> str:
    """Return a text that must not be empty.

    Raises:
        UnfitRow: it is empty.
    """
    if not text:
        raise UnfitRow(f"{column} is empty; fill it in, or leave the row out")
    return text


def one_of(words: Mapping[str, str], text: str, column: str) -> str:
    """Return what a word stands for.

    Raises:
        UnfitRow: it is none of the words.
    """
    meaning = words.get(text)
    if meaning is None:
        raise UnfitRow(f"{column} {text[:40]!r} is unknown; use {', '.join(words)}")
    return meaning


def moment_s(text: str, column: str) -> str:
    """Return the ISO 8601 form (UTC) of seconds since 1970, fractions kept to milliseconds.

    Raises:
        UnfitRow: the text is no number, or no moment between 1970 and 2200.
    """
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        return moment_ms(int(text) * SECOND_MS, column)
    return moment_epoch(text, SECOND_MS, column)


def moment_epoch(text: str, unit_ms: float, column: str) -> str:
    """Return the ISO 8601 form (UTC) of a count of units since 1970.

    Raises:
        UnfitRow: the text is no number, or no moment between 1970 and 2200.
    """
    value = number(text, column) * unit_ms
    if not 0 <= value < _LAST_DAY * DAY_MS:
        raise UnfitRow(_NO_MOMENT.format(column, text[:40]))
    return moment_ms(round(value), column)


def moment_ms(at_ms: int, column: str) -> str:
    """Return the ISO 8601 form (UTC) of milliseconds since 1970.

    Arithmetic on the day is several times faster than `datetime`, and an import does it per row.

    Raises:
        UnfitRow: it is no moment between 1970 and 2200.
    """
    day, rest = divmod(at_ms, DAY_MS)
    if not 0 <= day < _LAST_DAY:
        raise UnfitRow(_NO_MOMENT.format(column, f"{at_ms} ms"))
    hour, rest = divmod(rest, HOUR_MS)
    minute, rest = divmod(rest, MINUTE_MS)
    second, ms = divmod(rest, SECOND_MS)
    return f"{_day(day)}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z"


@lru_cache(maxsize=4096)
def moment_text(text: str, column: str) -> str:
    """Return the ISO 8601 form (UTC) of a text like `2019-10-01 00:00:00`, with ` UTC` or none.

    Raises:
        UnfitRow: the text is not such a moment.
    """
    moment = _parsed(text.removesuffix(" UTC"))
    if moment is None or moment.year not in _YEARS:
        raise UnfitRow(
            f"{column} {text[:40]!r} is no date and time; write it as 2026-01-31 23:59:59"
        )
    offset = moment.utcoffset()
    if offset is not None:
        moment = (moment - offset).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds')}Z"


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _day(day: int) -> str:
    return date.fromordinal(_EPOCH_DAY + day).isoformat()
