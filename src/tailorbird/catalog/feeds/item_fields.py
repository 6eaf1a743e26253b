"""The fields that an item of a feed may have, and what is made sure of before it is handed on."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from tailorbird.catalog.feeds.html_text import html_text
from tailorbird.collect.sources.rows import ItemRow, Options, UnfitRow

FIELDS = (
    *("id", "title", "description", "url", "image", "price", "salePrice", "currency", "cost"),
    *("margin", "stock", "available", "restockedAt", "category", "brand", "tags", "attributes"),
    *("groupId", "markets", "publishedAt", "vendor"),
)
"""The items API's names; `available: false` is an item that is not for sale whatever its stock."""

_PRICES = ("price", "salePrice", "cost", "margin")


def item_row(line: int, item: Mapping[str, Any], options: Options, rows: int = 1) -> ItemRow:
    """Return an item without its empty fields, its description as plain text.

    Prices without a currency get that of the options.

    Raises:
        UnfitRow: it has no id, or a field that items do not have.
    """
    kept = {name: value for name, value in item.items() if not _empty(value)}
    for name in kept:
        if name not in FIELDS:
            raise UnfitRow(f"{name} is no field of an item; {nearest(name, FIELDS)}")
    if "id" not in kept:
        raise UnfitRow("id is empty; every item needs one that stays the same")
    kept["id"] = str(kept["id"])
    if isinstance(kept.get("description"), str):
        kept["description"] = html_text(kept["description"])
    if "currency" not in kept and options.currency and any(name in kept for name in _PRICES):
        kept["currency"] = options.currency
    return ItemRow(line, kept, rows)


def path_of(text: str) -> list[str]:
    """Return the levels of a category such as `Camping > Tents`."""
    return [level.strip() for level in text.split(">") if level.strip()]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a sentence that helps who has misspelt a word."""
    words = list(known)
    close = get_close_matches(word, words, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"there is {', '.join(words)}"


def _empty(value: object) -> bool:
    return value is None or value in ("", [], {})
