"""RecBole .item files: tab-separated, each column named with its type."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

from tailorbird.catalog.feeds.item_fields import item_row
from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.opening import header_of
from tailorbird.collect.sources.recbole import TypedColumn, typed_columns, typed_value
from tailorbird.collect.sources.rows import Options, Row, WrongHeader
from tailorbird.collect.sources.tables import Layout, Record, read_table

# The data sets name these columns as they like; the first that is there is taken.
_SYNONYMS = {
    "id": ("item_id",),
    "title": ("title", "movie_title", "item_name", "name", "product_name"),
    "price": ("price",),
    "brand": ("brand", "brand_name"),
    "category": ("category", "categories", "category_id", "class", "genre"),
}


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield the item of each row.

    A category that is a sequence has lost where its words end, so it becomes tags. Columns without
    a field of ours become attributes.

    Raises:
        WrongHeader: there is no item_id, or a column has no type.
    """
    header = header_of(file, options.encoding, "\t")
    columns = typed_columns(header)
    if "item_id" not in {column.name for column in columns}:
        raise WrongHeader("The header lacks item_id:token.")
    layout = Layout(columns=tuple(header), delimiter="\t", quoted=False)
    build = partial(_item, columns=columns, options=options)
    return each(read_table(file, layout, options.encoding), build)


def _item(record: Record, columns: tuple[TypedColumn, ...], options: Options) -> Row:
    cells = zip(record.cells, columns, strict=True)
    values = {column.name: typed_value(cell, column) for cell, column in cells if cell}
    item: dict[str, Any] = {}
    for field, names in _SYNONYMS.items():
        name = next((name for name in names if name in values), None)
        if name is not None:
            item[field] = values.pop(name)
    category = item.pop("category", None)
    if isinstance(category, list):
        item["tags"] = [str(tag) for tag in category]
    elif category is not None:
        item["category"] = [str(category)]
    item["attributes"] = values
    return item_row(record.line, item, options)
