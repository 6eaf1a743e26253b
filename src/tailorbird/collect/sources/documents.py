"""Rows of any common format as mappings from column to value: CSV, TSV, NDJSON, JSON, Parquet."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from tailorbird.collect.sources.json_array import read_json_array
from tailorbird.collect.sources.jsonlines import JsonLine, read_json_lines
from tailorbird.collect.sources.opening import header_of
from tailorbird.collect.sources.parquet import MAGIC, parquet_columns, read_parquet
from tailorbird.collect.sources.rows import BadRow, bad_row
from tailorbird.collect.sources.tables import Layout, Record, read_table

Form = Literal["csv", "tsv", "ndjson", "json", "parquet"]
_DELIMITERS = ",;\t|"


class Shape(msgspec.Struct, frozen=True):
    """How a file is written; what is left out is seen from its beginning."""

    form: Form | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header: tuple[str, ...] = ()


class Document(msgspec.Struct, frozen=True):
    """One row: where it stands, its values by column, and how it is written."""

    line: int
    values: Mapping[str, Any]
    raw: str | bytes


class Documents(msgspec.Struct, frozen=True):
    """The rows of a file, and its columns where the file names them once for all."""

    columns: tuple[str, ...] | None
    rows: Iterable[Document | BadRow]


def read_documents(file: io.BufferedReader, shape: Shape) -> Documents:
    """Return a file's rows, as they come.

    Raises:
        UnreadableFile: it is Parquet and pyarrow is missing, or it is damaged.
    """
    form = shape.form or form_of(file)
    match form:
        case "ndjson":
            return Documents(None, _objects(read_json_lines(file)))
        case "json":
            return Documents(None, _objects(read_json_array(file)))
        case "parquet":
            return Documents(tuple(parquet_columns(file)), _parquet(file))
        case "csv" | "tsv":
            return _table(file, shape, "\t" if form == "tsv" else None)


def form_of(file: io.BufferedReader) -> Form:
    """Return the form that a file's first bytes show."""
    head = file.peek(64)[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(MAGIC):
        return "parquet"
    if head.startswith(b"{"):
        return "ndjson"
    if head.startswith(b"["):
        return "json"
    return "csv"


def delimiter_of(file: io.BufferedReader, encoding: str | None = None) -> str:
    """Return the delimiter that parts a file's first line into the most cells."""
    line = "".join(header_of(file, encoding, "\0"))
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def _table(file: io.BufferedReader, shape: Shape, tab: str | None) -> Documents:
    delimiter = shape.delimiter or tab or delimiter_of(file, shape.encoding)
    columns = shape.header or tuple(header_of(file, shape.encoding, delimiter))
    layout = Layout(columns=columns, delimiter=delimiter, names=shape.header)
    rows = read_table(file, layout, shape.encoding)
    return Documents(columns, _named(rows, columns))


def _named(
    records: Iterable[Record | BadRow], columns: tuple[str, ...]
) -> Iterator[Document | BadRow]:
    for record in records:
        if isinstance(record, BadRow):
            yield record
        else:
            values = dict(zip(columns, record.cells, strict=True))
            yield Document(record.line, values, record.raw)


def _objects(lines: Iterable[JsonLine | BadRow]) -> Iterator[Document | BadRow]:
    for line in lines:
        if isinstance(line, BadRow):
            yield line
        elif isinstance(line.value, dict):
            yield Document(line.line, line.value, line.raw)
        else:
            yield bad_row(line.line, "the row is not a JSON object; write {…} for each", line.raw)


def _parquet(file: io.BufferedReader) -> Iterator[Document]:
    for number, values in enumerate(read_parquet(file), start=1):
        yield Document(number, values, msgspec.json.encode(values))
