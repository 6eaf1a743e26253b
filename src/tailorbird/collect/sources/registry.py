"""The formats of event files that can be read, by name, and which of them a file has."""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tailorbird.collect.sources import retailrocket
from tailorbird.collect.sources.opening import unpacked, whole
from tailorbird.collect.sources.rows import NO_OPTIONS, Options, Row
from tailorbird.spine.errors import NotFound

Reader = Callable[[io.BufferedReader, Options], Iterator[Row]]
"""Reads an open file into rows; pure but for the file."""


class Source(msgspec.Struct, frozen=True):
    """A format: its name, one line on what it is, and its reader."""

    name: str
    about: str
    read: Reader


class Detected(msgspec.Struct, frozen=True):
    """Which format a file seems to have, and the sentence that says why."""

    source: str
    why: str


class UnknownSource(NotFound):
    """No format has this name."""


SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source(
            "retailrocket", "RetailRocket events (TSV: Time, UserId, Type …)", retailrocket.read
        ),
    )
}


class OpenSource:
    """An open file of a known format: its rows, and how much of it has been read."""

    def __init__(self, path: Path, source: Source, options: Options = NO_OPTIONS) -> None:
        """Open a file.

        Raises:
            UnreadableFile: it is packed in a way that cannot be read.
        """
        self.source = source
        self._options = options
        self._path = path
        self._raw = io.FileIO(path)
        self.bytes_total = path.stat().st_size
        self._file = unpacked(self._raw)

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


def open_source(path: Path, name: str | None = None, options: Options = NO_OPTIONS) -> OpenSource:
    """Open a file of events.

    Args:
        path: the file, plain or gzip.
        name: its format; found out from the header when left out.
        options: what the file does not say about itself.

    Raises:
        UnknownSource: no format has this name, or the header fits none.
        UnreadableFile: the file is packed in a way that cannot be read.
    """
    known = SOURCES.get(name or detect(path).source)
    if known is None:
        raise UnknownSource(f"No format is called {name!r}.", remedy=f"Use {', '.join(SOURCES)}.")
    return OpenSource(path, known, options)


def detect(path: Path) -> Detected:
    """Return the format that a file's beginning fits, with the reason.

    Raises:
        UnknownSource: it fits none.
        UnreadableFile: the file is packed in a way that cannot be read.
    """
    raise UnknownSource(f"The beginning of {path.name} fits no known format.")
