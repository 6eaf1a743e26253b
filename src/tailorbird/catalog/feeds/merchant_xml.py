"""The products of an RSS or Atom feed, read piece by piece and without trusting the file."""

import io
from collections.abc import Iterator
from xml.parsers import expat

import msgspec

from tailorbird.collect.sources.rows import UnreadableFile

_CHUNK_BYTES = 1 << 16
_PRODUCTS = frozenset({"item", "entry"})
_LONGEST_TEXT = 1 << 20


class Product(msgspec.Struct, frozen=True):
    """One product: the line on which it begins, and its attributes by local name."""

    line: int
    attributes: dict[str, list[str]]


class _Gatherer:
    """Listens to the parser and keeps the products that have ended."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.done: list[Product] = []
        self._parser = parser
        self._depth = 0
        self._inside: int | None = None
        self._line = 0
        self._attributes: dict[str, list[str]] = {}
        self._text: list[str] = []
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_declared: object) -> None:
        # Entities are declared in a DTD: without one, none can swell up or read other files.
        raise UnreadableFile(
            "The XML declares a DTD, which feeds have no use for.", remedy="Remove the DOCTYPE."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        name = tag.rpartition(" ")[2]
        if self._inside is None and name in _PRODUCTS:
            self._inside, self._line = self._depth, self._parser.CurrentLineNumber
            self._attributes = {}
        elif self._inside is not None and self._depth == self._inside + 1:
            self._text = [attributes["href"]] if name == "link" and "href" in attributes else []

    def _characters(self, text: str) -> None:
        if self._inside is not None and self._depth == self._inside + 1:
            self._text.append(text[:_LONGEST_TEXT])

    def _end(self, tag: str) -> None:
        if self._inside == self._depth:
            self.done.append(Product(self._line, self._attributes))
            self._inside = None
        elif self._inside is not None and self._depth == self._inside + 1:
            name = tag.rpartition(" ")[2]
            self._attributes.setdefault(name, []).append("".join(self._text).strip())
            self._text = []
        self._depth -= 1


def read_products(file: io.BufferedReader) -> Iterator[Product]:
    """Yield the products of a feed.

    Raises:
        UnreadableFile: the XML is not well formed, or declares a DTD.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    gatherer = _Gatherer(parser)
    ended = False
    while not ended:
        chunk = file.read(_CHUNK_BYTES)
        ended = not chunk
        failure: expat.ExpatError | None = None
        try:
            parser.Parse(chunk, ended)
        except expat.ExpatError as cause:
            failure = cause
        yield from gatherer.done
        gatherer.done.clear()
        if failure is not None:
            raise UnreadableFile(f"The XML is not well formed: {failure}.") from failure
