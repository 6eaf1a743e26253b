"""Items from any JSON, NDJSON, CSV or Parquet file, by a mapping that the shop writes."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec

from tailorbird.catalog.feeds.item_fields import FIELDS, item_row
from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.documents import Document, Shape, read_documents
from tailorbird.collect.sources.mapping_text import (
    WrongMapping,
    check_columns,
    mapping_in,
    picks_in,
    shape_in,
)
from tailorbird.collect.sources.picks import Pick, pick
from tailorbird.collect.sources.rows import Options, Row

_ATTRIBUTE = "attributes."


class ItemMapping(msgspec.Struct, frozen=True):
    """A mapping of rows to items, checked."""

    fields: dict[str, Pick]
    shape: Shape


def item_mapping(text: str | None) -> ItemMapping:
    """Return the mapping of rows to items that a YAML text describes.

    Raises:
        WrongMapping: a key, word or field is missing or unknown; says which, and the nearest.
    """
    found = mapping_in(text, ("fields",))
    fields = picks_in(found.get("fields"), (*FIELDS, _ATTRIBUTE))
    if "id" not in fields:
        raise WrongMapping(
            "`fields.id` is missing.",
            remedy="Name the column, or make one: `id: {digest: [name, brand]}`.",
        )
    return ItemMapping(fields, shape_in(found))


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield an item for each row.

    Raises:
        WrongMapping: the mapping is missing, wrong, or names a column that the file lacks.
    """
    mapping = item_mapping(options.mapping)
    documents = read_documents(file, mapping.shape)
    named = {f"fields.{name}": how for name, how in mapping.fields.items()}
    check_columns(named, documents.columns)
    return each(documents.rows, partial(_item, mapping=mapping, options=options))


def _item(document: Document, mapping: ItemMapping, options: Options) -> Row:
    item: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for name, how in mapping.fields.items():
        value = pick(document.values, how, name)
        if value is None:
            continue
        if name.startswith(_ATTRIBUTE):
            attributes[name.removeprefix(_ATTRIBUTE)] = value
        elif name == "attributes" and isinstance(value, dict):
            attributes |= value
        else:
            item[name] = value
    if attributes:
        item["attributes"] = attributes
    return item_row(document.line, item, options)
