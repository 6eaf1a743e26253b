"""Items with the items API's own fields, one JSON object a line."""

import io
from collections.abc import Iterator
from functools import partial

from tailorbird.catalog.feeds.item_fields import item_row
from tailorbird.collect.sources.building import each
from tailorbird.collect.sources.jsonlines import JsonLine, read_json_lines
from tailorbird.collect.sources.rows import Options, Row, UnfitRow


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield the item of each line."""
    return each(read_json_lines(file), partial(_item, options=options))


def _item(line: JsonLine, options: Options) -> Row:
    if not isinstance(line.value, dict):
        raise UnfitRow("the line is not a JSON object; write one item a line")
    return item_row(line.line, line.value, options)
