"""Moments as a mapping describes them: a format, and a time zone where the text has none."""

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tailorbird.collect.sources.fields import moment_epoch, moment_ms
from tailorbird.collect.sources.mapping_text import WrongMapping
from tailorbird.collect.sources.rows import UnfitRow

_EPOCHS_MS = {"epoch_s": 1000.0, "epoch_ms": 1.0, "epoch_us": 0.001}


class TimePick(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """Where a row's time stands, and how it is written.

    Attributes:
        source: the column or path.
        format: `iso`, `epoch_s`, `epoch_ms`, `epoch_us`, or a pattern such as `%d/%m/%Y %H:%M`.
        zone: the IANA time zone of texts that name none.
    """

    source: str
    format: str = "iso"
    zone: str = "UTC"


def time_pick(value: object) -> TimePick:
    """Return what a mapping says under `time`.

    Raises:
        WrongMapping: it is missing, or its format or zone is unknown.
    """
    if isinstance(value, str):
        value = {"from": value}
    try:
        how = msgspec.convert(value, TimePick)
        ZoneInfo(how.zone)
    except msgspec.ValidationError as cause:
        raise WrongMapping(f"`time`: {cause}; write `time: {{from: COLUMN}}`.") from cause
    except (ZoneInfoNotFoundError, ValueError) as cause:
        raise WrongMapping("`time.zone` is no IANA zone such as Europe/Berlin.") from cause
    if how.format != "iso" and how.format not in _EPOCHS_MS and "%" not in how.format:
        known = ", ".join(("iso", *_EPOCHS_MS))
        raise WrongMapping(f"`time.format` is none of {known}, nor a pattern such as %d/%m/%Y.")
    return how


def moment(value: object, how: TimePick) -> str:
    """Return a moment as ISO 8601 in UTC.

    Raises:
        UnfitRow: the value is missing or of another format.
    """
    if value is None or value == "":
        raise UnfitRow(f"{how.source} is empty; an imported event needs its time")
    if isinstance(value, datetime):
        return _utc(value, how.zone)
    unit = _EPOCHS_MS.get(how.format)
    if unit is not None:
        return moment_epoch(str(value), unit, how.source)
    return _parsed(str(value), how)


@lru_cache(maxsize=4096)
def _parsed(text: str, how: TimePick) -> str:
    try:
        if how.format == "iso":
            found = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
        elif "%z" in how.format:
            found = datetime.strptime(text.strip(), how.format).astimezone(UTC)
        else:
            found = datetime.strptime(text.strip(), how.format).replace(tzinfo=_zone(how.zone))
        return _utc(found, how.zone)
    except (ValueError, OverflowError):
        raise UnfitRow(f"{how.source} {text[:40]!r} is not of the format {how.format!r}") from None


def _utc(found: datetime, zone: str) -> str:
    if found.tzinfo is None:
        found = found.replace(tzinfo=_zone(zone))
    at_ms = round(found.astimezone(UTC).timestamp() * 1000)
    return moment_ms(at_ms, "time")


@lru_cache
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)
