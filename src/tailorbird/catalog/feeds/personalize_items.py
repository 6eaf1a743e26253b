"""Amazon Personalize item data sets, as comma-separated text."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

from tailorbird.catalog.feeds.item_fields import item_row
from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.documents import Document, Shape, read_documents
from tailorbird.collect.sources.fields import moment_s, number
from tailorbird.collect.sources.rows import Options, Row, WrongHeader

_LEVELS = ("CATEGORY_L1", "CATEGORY_L2", "CATEGORY_L3", "CATEGORY_L4")
_TITLES = ("TITLE", "NAME", "PRODUCT_NAME", "ITEM_NAME")
_TAKEN = frozenset(
    {"ITEM_ID", "PRICE", "BRAND", "PRODUCT_DESCRIPTION", "CREATION_TIMESTAMP", *_LEVELS, *_TITLES}
)


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield the item of each row.

    Where a level has several categories (`a|b`), the first is the path's and the others are tags.
    Columns of the shop's own become attributes.

    Raises:
        WrongHeader: there is no ITEM_ID.
    """
    found = read_documents(file, Shape(form="csv", delimiter=",", encoding=options.encoding))
    if "ITEM_ID" not in (found.columns or ()):
        raise WrongHeader("The header lacks ITEM_ID.")
    return each(found.rows, partial(_item, options=options))


def _item(document: Document, options: Options) -> Row:
    cells: dict[str, str] = {name: value for name, value in document.values.items() if value}
    levels = [cells[name].split("|") for name in _LEVELS if name in cells]
    created = cells.get("CREATION_TIMESTAMP")
    price = cells.get("PRICE")
    item: dict[str, Any] = {
        "id": cells.get("ITEM_ID"),
        "title": next((cells[name] for name in _TITLES if name in cells), None),
        "description": cells.get("PRODUCT_DESCRIPTION"),
        "price": None if price is None else number(price, "PRICE"),
        "brand": cells.get("BRAND"),
        "category": [level[0].strip() for level in levels],
        "tags": [tag.strip() for level in levels for tag in level[1:]],
        "publishedAt": None if created is None else moment_s(created, "CREATION_TIMESTAMP"),
        "attributes": {name.lower(): cells[name] for name in cells if name not in _TAKEN},
    }
    return item_row(document.line, item, options)
