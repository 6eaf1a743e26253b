"""What a reader hands on for each row of a file: an event, an item, or why it could not be read."""

from typing import Any

import msgspec

from tailorbird.spine.errors import BadRequest

_LONGEST_RAW = 2048


class WireRow(msgspec.Struct, frozen=True):
    """One Segment event, as a stock client would have sent it.

    `rows` is how many rows of the file the event stands for: an order of five lines stands for
    five; of the events that one line holds the first stands for it and the others for none. So
    the rows of all values that a reader yields add up to the rows of the file.
    """

    line: int
    event: dict[str, Any]
    rows: int = 1


class ItemRow(msgspec.Struct, frozen=True):
    """One item for sale, with the field names of the items API; `rows` as for events."""

    line: int
    item: dict[str, Any]
    rows: int = 1


class BadRow(msgspec.Struct, frozen=True):
    """A row that could not be read: which column, what to do, and the row itself, clipped."""

    line: int
    reason: str
    raw: str
    rows: int = 1


Row = WireRow | ItemRow | BadRow


class Options(msgspec.Struct, frozen=True):
    """What a file does not say about itself.

    Attributes:
        encoding: the text's encoding; a byte order mark, else UTF-8, when left out.
        currency: the ISO 4217 code of prices in files that name none.
        start_ms: the first moment given to rows without a time, in milliseconds since 1970
            (UTC): 2016-01-01 when left out.
        mapping: the text of a mapping, for the formats that need one.
        now_ms: the moment by which a sale price is on or over; without it, all are on.
    """

    encoding: str | None = None
    currency: str | None = None
    start_ms: int = 1_451_606_400_000
    mapping: str | None = None
    now_ms: int | None = None


NO_OPTIONS = Options()


class UnfitRow(Exception):
    """This row cannot be read; the message says which column and what to do."""


class UnreadableFile(BadRequest):
    """The file cannot be read."""

    remedy = "Look at the file: is it whole, and of the format that was named?"


class WrongHeader(BadRequest):
    """The file's header lacks a column that this format needs."""

    remedy = "Name another format with --from, or describe the file with a mapping."


def bad_row(line: int, reason: str, raw: str | bytes, rows: int = 1) -> BadRow:
    """Return a refusal that keeps at most 2 KiB of the row.

    Args:
        line: the row's first line in the file, counted from 1.
        reason: the column and the remedy.
        raw: the row as it stands in the file.
        rows: how many rows are refused together.
    """
    if isinstance(raw, str):
        raw = raw.encode("utf-8", "surrogateescape")
    clipped = raw.rstrip(b"\r\n")[:_LONGEST_RAW]
    return BadRow(line, reason, clipped.decode("utf-8", "replace"), rows)
