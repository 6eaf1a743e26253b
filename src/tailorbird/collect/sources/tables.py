"""Reading delimited text row by row: the header by name, and every torn row refused by itself."""

import csv
import io
import re
from collections.abc import Iterator

import msgspec

from tailorbird.collect.sources.opening import text_of
from tailorbird.collect.sources.rows import BadRow, WrongHeader, bad_row

# What Python leaves where a byte was not UTF-8.
_NOT_TEXT = re.compile("[\udc80-\udcff]")
_NOT_UTF8 = "the row is not UTF-8 text; name its encoding, such as latin-1"


class Layout(msgspec.Struct, frozen=True):
    """Which columns a delimited format has, in the order in which its reader takes them.

    `names` are the columns of a file that has no header line.
    """

    columns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    delimiter: str = ","
    quoted: bool = True
    names: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True):
    """One row of a table: where it begins, its cells in the layout's order, and how it stands."""

    line: int
    cells: tuple[str, ...]
    raw: str


class _Lines:
    """The lines of a text, remembering those of the row at hand."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.number = 0
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._text:
            self.number += 1
            self.row.append(line)
            yield line

    def take(self) -> tuple[int, str]:
        """Return the first line's number and the text of the row at hand, and begin a new one."""
        row = self.row
        first = self.number - len(row) + 1
        raw = row[0] if len(row) == 1 else "".join(row)
        row.clear()
        return first, raw


def read_table(
    file: io.BufferedReader, layout: Layout, encoding: str | None = None
) -> Iterator[Record | BadRow]:
    """Yield the rows of a table; blank lines are none.

    Raises:
        WrongHeader: a column of the layout is missing.
    """
    with text_of(file, encoding) as text:
        lines = _Lines(text)
        reader = csv.reader(
            lines,
            delimiter=layout.delimiter,
            quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
        )
        header = list(layout.names) or _header(reader)
        lines.row.clear()
        places = _places(header, layout)
        for cells in _cells(reader, lines):
            yield cells if isinstance(cells, BadRow) else _record(cells, lines, places, len(header))


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader, [])
    except csv.Error as wrong:
        raise WrongHeader(f"The header cannot be read: {wrong}.") from wrong


def _cells(reader: Iterator[list[str]], lines: _Lines) -> Iterator[list[str] | BadRow]:
    """Yield the cells of each row; where a quote goes astray, what it swallowed is refused."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as wrong:
            many = len(lines.row)
            first, raw = lines.take()
            yield bad_row(first, f"{wrong}; is a quote opened and never closed?", raw, many)
            continue
        if cells:
            yield cells
        else:
            lines.take()


def _record(cells: list[str], lines: _Lines, places: list[int], width: int) -> Record | BadRow:
    first, raw = lines.take()
    if len(cells) != width:
        return bad_row(first, _torn(len(cells), width), raw)
    if not raw.isascii() and _NOT_TEXT.search(raw):
        return bad_row(first, _NOT_UTF8, raw)
    cells.append("")
    return Record(first, tuple([cells[place] for place in places]), raw)


def _places(header: list[str], layout: Layout) -> list[int]:
    """Return where each column stands; a missing optional one in an extra, empty cell."""
    stripped = [name.strip() for name in header]
    missing = [name for name in layout.columns if name not in stripped]
    if missing:
        found = ", ".join(stripped)[:500] or "nothing"
        raise WrongHeader(f"The header lacks {', '.join(missing)}; it has {found}.")
    wanted = layout.columns + layout.optional
    return [stripped.index(n) if n in stripped else len(header) for n in wanted]


def _torn(found: int, width: int) -> str:
    if found < width:
        return f"the row ends after column {found} of {width}; it is cut short: fetch it again"
    surplus = f"the row has {found} columns where the header has {width}"
    return f"{surplus}; put cells that hold the delimiter in quotes"
