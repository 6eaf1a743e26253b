"""What the attributes of a Google Merchant product mean for an item."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tailorbird.catalog.feeds.item_fields import path_of
from tailorbird.collect.sources.fields import number
from tailorbird.collect.sources.rows import UnfitRow
from tailorbird.spine.clock import parse_time_ms

Attributes = Mapping[str, Sequence[str]]
"""A product's attributes by name, without the `g:`; some come several times."""

_PRICE = re.compile(r"\s*([A-Za-z]{3})?\s*(-?[\d.,\s]*\d)\s*([A-Za-z]{3})?\s*")
_AVAILABLE = frozenset({"in stock", "preorder", "backorder", ""})
_KEPT = (
    *("gtin", "mpn", "condition", "color", "size", "pattern", "material", "gender", "age_group"),
    *(f"custom_label_{place}" for place in range(5)),
)


def item_of(attributes: Attributes, now_ms: int | None) -> dict[str, Any]:
    """Return the item that a product is.

    Args:
        attributes: by name.
        now_ms: the moment by which a sale with dates is on; without it, all sales are.

    Raises:
        UnfitRow: title or availability is missing or odd, or a price is none.
    """
    price, currency = money(_one(attributes, "price"), "price")
    sale, _ = money(_one(attributes, "sale_price"), "sale_price")
    cost, _ = money(_one(attributes, "cost_of_goods_sold"), "cost_of_goods_sold")
    if not _one(attributes, "title"):
        raise UnfitRow("title is empty; Google requires one, and so do shoppers")
    dates = _one(attributes, "sale_price_effective_date")
    return {
        "id": _one(attributes, "id"),
        "title": _one(attributes, "title"),
        "description": _one(attributes, "description"),
        "url": _one(attributes, "link"),
        "image": _one(attributes, "image_link"),
        "price": price,
        "salePrice": sale if sale is not None and _on(dates, now_ms) else None,
        "currency": currency,
        "cost": cost,
        "stock": _stock(_one(attributes, "availability")),
        "category": _category(attributes),
        "brand": _one(attributes, "brand"),
        "groupId": _one(attributes, "item_group_id"),
        "attributes": {name: _one(attributes, name) for name in _KEPT if _one(attributes, name)},
    }


def money(text: str, name: str) -> tuple[float | None, str | None]:
    """Return the amount and the currency of a text such as `99.90 EUR`.

    Raises:
        UnfitRow: the text is no price.
    """
    if not text:
        return None, None
    found = _PRICE.fullmatch(text)
    if found is None:
        raise UnfitRow(f"{name} {text[:40]!r} is no price; write it as 99.90 EUR")
    before, digits, after = found.groups()
    amount = number(_pointed("".join(digits.split())), name)
    if amount < 0:
        raise UnfitRow(f"{name} {text[:40]!r} is below 0; write it as 99.90 EUR")
    code = after or before
    return amount, code.upper() if code else None


def _pointed(digits: str) -> str:
    """Return digits with a decimal point; a comma is one where it comes last and is no thousand."""
    whole, comma, rest = digits.rpartition(",")
    if comma and "." not in rest and (len(rest) != 3 or "." in whole):
        return f"{whole.replace('.', '').replace(',', '')}.{rest}"
    return digits.replace(",", "")


def _stock(availability: str) -> int | None:
    """Return 0 for what is out of stock, and None, which is not counted, for all that is sold."""
    word = availability.strip().lower().replace("_", " ")
    if word == "out of stock":
        return 0
    if word not in _AVAILABLE:
        raise UnfitRow(f"availability {availability[:40]!r} is unknown; use in_stock, out_of_stock")
    return None


def _category(attributes: Attributes) -> list[str]:
    """Return the shop's own path, else Google's where that is a path and not a number."""
    own = path_of(_one(attributes, "product_type"))
    general = _one(attributes, "google_product_category")
    return own or ([] if general.isdecimal() else path_of(general))


def _on(dates: str, now_ms: int | None) -> bool:
    if not dates or now_ms is None:
        return True
    start, slash, end = dates.partition("/")
    try:
        return parse_time_ms(start.strip()) <= now_ms < parse_time_ms(end.strip())
    except ValueError:
        detail = "is no interval" if slash else "has no slash"
        raise UnfitRow(
            f"sale_price_effective_date {dates[:60]!r} {detail}; write START/END in ISO 8601"
        ) from None


def _one(attributes: Attributes, name: str) -> str:
    values = attributes.get(name) or ("",)
    return values[0].strip()
