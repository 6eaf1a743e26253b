"""Google Merchant product feeds, as RSS 2.0, Atom or tab-separated text."""

import io
from collections.abc import Iterator

import msgspec

from tailorbird.catalog.feeds.item_fields import item_row
from tailorbird.catalog.feeds.merchant_fields import Attributes, item_of
from tailorbird.catalog.feeds.merchant_xml import read_products
from tailorbird.collect.sources.documents import Shape, read_documents
from tailorbird.collect.sources.rows import (
    BadRow,
    Options,
    Row,
    UnfitRow,
    WrongHeader,
    bad_row,
)

_NEEDED = ("id", "title")


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield an item for each product.

    An item out of stock has a stock of 0, any other none, since a feed does not count. A sale whose
    dates do not hold now is left out.

    Raises:
        UnreadableFile: the XML is not well formed, or declares a DTD.
        WrongHeader: the text has no id and title.
    """
    head = file.peek(64)[:64].lstrip(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        for product in read_products(file):
            raw = msgspec.json.encode(product.attributes)
            yield _row(product.line, product.attributes, raw, options)
    else:
        yield from _table(file, options)


def _table(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    shape = Shape(form="csv", encoding=options.encoding)
    found = read_documents(file, shape)
    names = {column: _name(column) for column in found.columns or ()}
    missing = [name for name in _NEEDED if name not in names.values()]
    if missing:
        raise WrongHeader(f"The header lacks {', '.join(missing)}; is it a Merchant feed?")
    for row in found.rows:
        if isinstance(row, BadRow):
            yield row
            continue
        attributes = {names[column]: [str(value)] for column, value in row.values.items()}
        yield _row(row.line, attributes, row.raw, options)


def _row(line: int, attributes: Attributes, raw: str | bytes, options: Options) -> Row:
    try:
        return item_row(line, item_of(attributes, options.now_ms), options)
    except UnfitRow as why:
        return bad_row(line, str(why), raw)


def _name(column: str) -> str:
    """Return an attribute's name as XML has it; text feeds may write it with spaces or `g:`."""
    return column.strip().lower().removeprefix("g:").replace(" ", "_")
