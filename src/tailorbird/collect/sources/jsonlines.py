"""Reading files with one JSON value a line, however long the file."""

import codecs
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from tailorbird.collect.sources.rows import BadRow, bad_row

# Far above any event, and small enough that a file without line ends does not enter memory.
_LONGEST_LINE = 16 * 1024 * 1024


class JsonLine(msgspec.Struct, frozen=True):
    """One line: its number, the value in it, and how it stands in the file."""

    line: int
    value: Any
    raw: bytes


def read_json_lines(file: io.BufferedReader) -> Iterator[JsonLine | BadRow]:
    """Yield the value of each line; blank lines are none."""
    decode = msgspec.json.Decoder().decode
    for number, raw in _lines(file):
        if len(raw) >= _LONGEST_LINE:
            yield bad_row(number, "the line is longer than 16 MiB; write one value a line", raw)
            continue
        try:
            value = decode(raw)
        except UnicodeDecodeError:
            yield bad_row(number, "the line is not UTF-8 text; JSON must be", raw)
        except (msgspec.DecodeError, RecursionError) as wrong:
            yield bad_row(number, f"the line is not JSON: {wrong}; write one value a line", raw)
        else:
            yield JsonLine(number, value, raw)


def _lines(file: io.BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Yield numbered lines that are not blank; of an endless one, its beginning."""
    number = 0
    while raw := file.readline(_LONGEST_LINE):
        number += 1
        whole = raw
        while len(raw) == _LONGEST_LINE and not raw.endswith(b"\n"):
            raw = file.readline(_LONGEST_LINE)
        if number == 1:
            whole = whole.removeprefix(codecs.BOM_UTF8)
        if not whole.isspace():
            yield number, whole
