"""Opening a file to read it from end to end, plain or gzip, in whatever encoding it has."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from tailorbird.collect.sources.rows import UnreadableFile

_GZIP = b"\x1f\x8b"
_PACKED = {
    b"PK\x03\x04": "a ZIP file or a spreadsheet",
    b"BZh": "a bzip2 file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"\xfd7zXZ": "an xz file",
}
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Large enough that Python's own part of the work is entered once for thousands of rows.
_CHUNK_BYTES = 1 << 18
_LONGEST_HEADER = 1 << 14


def opened(path: Path) -> io.FileIO:
    """Return a file, open for reading.

    Raises:
        UnreadableFile: there is none, or it may not be read.
    """
    try:
        return io.FileIO(path)
    except OSError as cause:
        raise UnreadableFile(
            f"{path} cannot be opened: {cause.strerror}.", remedy="Check the path and its rights."
        ) from cause


def unpacked(raw: io.FileIO) -> io.BufferedReader:
    """Return the file's content as a stream, whether it is gzip or not.

    Raises:
        UnreadableFile: it is packed in another way.
    """
    head = raw.read(8)
    raw.seek(0)
    for magic, what in _PACKED.items():
        if head.startswith(magic):
            raise UnreadableFile(
                f"{raw.name} is {what}.", remedy="Unpack it, or pack it with gzip instead."
            )
    if head.startswith(_GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=raw, mode="rb"), _CHUNK_BYTES)
    return io.BufferedReader(raw, _CHUNK_BYTES)


def encoding_of(file: io.BufferedReader, wanted: str | None = None) -> str:
    """Return the encoding to read a file with: the wanted one, else its mark's, else UTF-8.

    Raises:
        UnreadableFile: Python knows no encoding of the wanted name.
    """
    head = file.peek(4)[:4]
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    try:
        return codecs.lookup(wanted or "utf-8").name
    except LookupError as cause:
        raise UnreadableFile(
            f"There is no encoding {wanted!r}.", remedy="Name one such as utf-8, latin-1 or cp1252."
        ) from cause


@contextmanager
def text_of(file: io.BufferedReader, encoding: str | None = None) -> Iterator[io.TextIOWrapper]:
    """Give a file's text, line ends as they are; the file itself stays open afterwards.

    Bytes that are not UTF-8 come through as lone surrogates, so that the reader of rows can
    refuse the very row in which they stand and go on.
    """
    name = encoding_of(file, encoding)
    errors = "surrogateescape" if name.startswith("utf-8") else "strict"
    text = io.TextIOWrapper(file, encoding=name, errors=errors, newline="")
    try:
        yield text
    finally:
        if not file.closed:
            text.detach()


def header_of(
    file: io.BufferedReader, encoding: str | None = None, delimiter: str = ","
) -> list[str]:
    """Return the cells of a file's first line without reading on; a header has no line ends."""
    start = file.peek(_LONGEST_HEADER)[:_LONGEST_HEADER]
    text = start.decode(encoding_of(file, encoding), "replace")
    line = text.lstrip("\ufeff").splitlines()[:1]
    return [cell.strip() for cell in next(csv.reader(line, delimiter=delimiter), [])]


@contextmanager
def whole(name: str) -> Iterator[None]:
    """Turn what goes wrong with a file on the way into a mistake that names the file.

    Raises:
        UnreadableFile: it is cut short, damaged, or in another encoding.
    """
    try:
        yield
    except EOFError as cause:
        _unreadable(f"{name} is cut short: its gzip stream does not end.", cause)
    except (gzip.BadGzipFile, zlib.error) as cause:
        _unreadable(f"{name} is damaged: {cause}.", cause)
    except UnicodeError as cause:
        _unreadable(f"{name} is in another encoding: {cause}.", cause)


def _unreadable(detail: str, cause: Exception) -> NoReturn:
    remedy = "Fetch the file again; rows read so far are kept and will not be doubled."
    raise UnreadableFile(detail, remedy=remedy) from cause
