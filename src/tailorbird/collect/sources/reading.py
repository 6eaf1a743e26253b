"""Reading a file of a known format: its rows, and how far the reading has come."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tailorbird.collect.sources.opening import opened, unpacked, whole
from tailorbird.collect.sources.rows import NO_OPTIONS, Options, Row, UnreadableFile

Reader = Callable[[io.BufferedReader, Options], Iterator[Row]]
"""Reads an open file into rows; pure but for the file."""


class Source(msgspec.Struct, frozen=True):
    """A format: its name, one line on what it is, and its reader."""

    name: str
    about: str
    read: Reader


class OpenSource:
    """An open file of a known format: its rows, and how much of it has been read."""

    def __init__(self, path: Path, source: Source, options: Options = NO_OPTIONS) -> None:
        """Open a file.

        Raises:
            UnreadableFile: there is none, or it is packed in a way that cannot be read.
        """
        self.source = source
        self._options = options
        self._path = path
        self.bytes_total = path.stat().st_size if path.exists() else 0
        self._raw = opened(path)
        try:
            self._file = unpacked(self._raw)
        except UnreadableFile:
            self._raw.close()
            raise

    @property
    def bytes_read(self) -> int:
        """How many bytes of the file, packed as it is, have been consumed."""
        return self.bytes_total if self._raw.closed else self._raw.tell()

    def rows(self) -> Iterator[Row]:
        """Yield the file's rows as they come; can be done once.

        Raises:
            UnreadableFile: the file is cut short or damaged.
            WrongHeader: the file is of another format.
        """
        with whole(self._path.name):
            yield from self.source.read(self._file, self._options)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()
