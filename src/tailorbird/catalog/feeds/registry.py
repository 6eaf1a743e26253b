"""The product feeds that can be read, by name, and which of them a file is."""

from collections.abc import Mapping
from pathlib import Path

from tailorbird.catalog.feeds import (
    google_merchant,
    mapped,
    ndjson,
    personalize_items,
    recbole_items,
    shopify_csv,
)
from tailorbird.catalog.feeds.shopify_columns import NEEDED, words_of
from tailorbird.collect.sources.detecting import Beginning, Sign, beginning_of
from tailorbird.collect.sources.opening import opened, unpacked, whole
from tailorbird.collect.sources.reading import OpenSource, Source
from tailorbird.collect.sources.registry import Detected, UnknownSource
from tailorbird.collect.sources.rows import NO_OPTIONS, Options

_ALL = (
    Source("shopify-csv", "Shopify product export (CSV)", shopify_csv.read),
    Source("google-merchant", "Google Merchant feed (RSS, Atom or TSV)", google_merchant.read),
    Source("amazon-personalize", "Amazon Personalize items (CSV)", personalize_items.read),
    Source("recbole", "RecBole atomic file: .item", recbole_items.read),
    Source("ndjson", "the items API's own fields (JSON lines)", ndjson.read),
    Source("mapping", "any JSON, NDJSON, CSV or Parquet, by a mapping in YAML", mapped.read),
)
FEEDS: Mapping[str, Source] = {feed.name: feed for feed in _ALL}


def open_feed(path: Path, name: str | None = None, options: Options = NO_OPTIONS) -> OpenSource:
    """Open a file of items.

    Args:
        path: the file, plain or gzip.
        name: its format; found out from its beginning when left out.
        options: what the file does not say about itself.

    Raises:
        UnknownSource: no format has this name, or the file's beginning fits none.
        UnreadableFile: the file is packed in a way that cannot be read.
    """
    known = FEEDS.get(name or detect_feed(path).source)
    if known is None:
        raise UnknownSource(f"No feed is called {name!r}.", remedy=f"Use {', '.join(FEEDS)}.")
    return OpenSource(path, known, options)


def detect_feed(path: Path) -> Detected:
    """Return the format that a file's beginning fits, with the reason.

    Raises:
        UnknownSource: it fits none.
        UnreadableFile: the file is packed in a way that cannot be read.
    """
    with whole(path.name), opened(path) as raw, unpacked(raw) as file:
        beginning = beginning_of(file)
    for sign in SIGNS:
        if sign.holds(beginning):
            return Detected(sign.source, f"{sign.why}: read as {sign.source}")
    raise UnknownSource(
        f"The beginning of {path.name} fits no known feed.",
        remedy=f"Use --from with one of {', '.join(FEEDS)}; `mapping` reads any table or JSON.",
    )


def _xml(beginning: Beginning) -> bool:
    return beginning.line.lstrip().startswith("<")


def _shopify(beginning: Beginning) -> bool:
    return set(NEEDED) <= set(words_of(list(beginning.columns)))


def _personalize(beginning: Beginning) -> bool:
    return "ITEM_ID" in beginning.columns and "USER_ID" not in beginning.columns


def _recbole(beginning: Beginning) -> bool:
    return any(column.startswith("item_id:") for column in beginning.columns)


def _own(beginning: Beginning) -> bool:
    return isinstance(beginning.value, dict) and "id" in beginning.value


def _merchant(beginning: Beginning) -> bool:
    return {"id", "title"} <= {name.lower().removeprefix("g:") for name in beginning.columns}


SIGNS = (
    Sign("google-merchant", "it is XML", _xml),
    Sign("shopify-csv", "the header is Shopify's", _shopify),
    Sign("amazon-personalize", "the header has ITEM_ID and no USER_ID", _personalize),
    Sign("recbole", "the header has item_id with a type", _recbole),
    Sign("ndjson", "the first line is an object with an id", _own),
    Sign("google-merchant", "the header has id and title", _merchant),
)
"""Surest first, since a header may fit two."""
