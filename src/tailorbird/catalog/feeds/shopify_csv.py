"""Shopify product exports: the rows of one handle are one product, each variant of it an item."""

import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tailorbird.catalog.feeds.item_fields import item_row, path_of
from tailorbird.catalog.feeds.shopify_columns import NEEDED, ShopifyRow, words_of
from tailorbird.collect.sources.building import gathered
from tailorbird.collect.sources.documents import Document, Shape, read_documents
from tailorbird.collect.sources.fields import whole_number
from tailorbird.collect.sources.rows import (
    BadRow,
    Options,
    Row,
    UnfitRow,
    WrongHeader,
    bad_row,
)

_NOT_WORDS = re.compile(r"[^a-z0-9]+")
_NOTHING = "Default Title"


def read(file: io.BufferedReader, options: Options) -> Iterator[Row]:
    """Yield an item for each variant, with the handle as its group.

    A variant's id is its SKU, or the handle and its options where the SKU is empty or taken. Where
    there is a compare-at price above the price, that is the price and the price is on sale. Stock
    is left out where the shop does not count it or sells on without it. What is a draft, archived
    or unpublished comes as not available. Rows with further pictures are counted with the first
    variant.

    Raises:
        WrongHeader: it is no product export.
    """
    found = read_documents(file, Shape(form="csv", delimiter=",", encoding=options.encoding))
    header = [name.strip() for name in found.columns or ()]
    words = words_of(header)
    missing = [word for word in NEEDED if word not in words]
    if missing:
        raise WrongHeader(f"The header has no column for {', '.join(missing)}; is it Shopify's?")
    taken: set[str] = set()
    for group in gathered(_rows(found.rows, words), key=lambda row: row["handle"]):
        if isinstance(group, BadRow):
            yield group
        else:
            yield from _items(group, taken, options)


def _rows(
    documents: Iterable[Document | BadRow], words: dict[str, str]
) -> Iterator[ShopifyRow | BadRow]:
    for document in documents:
        if isinstance(document, BadRow):
            yield document
            continue
        cells = {word: document.values[name] for word, name in words.items()}
        raw = document.raw if isinstance(document.raw, str) else ""
        if cells["handle"]:
            yield ShopifyRow(document.line, raw, cells)
        else:
            yield bad_row(document.line, "Handle is empty; each row names its product", raw)


def _items(rows: list[ShopifyRow], taken: set[str], options: Options) -> Iterator[Row]:
    """Yield the product's variants; the first of them stands for the picture rows as well."""
    variants = [row for row in rows if row.is_variant]
    if not variants:
        reason = "the product has no variant: no row with a price, an option or a SKU"
        yield bad_row(rows[0].line, reason, rows[0].raw, len(rows))
        return
    pictures = len(rows) - len(variants)
    product = _product(rows)
    for index, variant in enumerate(variants):
        count = 1 if index else 1 + pictures
        try:
            item = {**product, **_variant(variant, rows[0])}
            item["id"] = _id(variant, taken)
            yield item_row(variant.line, item, options, count)
        except UnfitRow as why:
            yield bad_row(variant.line, str(why), variant.raw, count)


def _product(rows: list[ShopifyRow]) -> dict[str, Any]:
    """Return what all variants share; only the product's first row carries it."""
    first = rows[0]
    kind = first["kind"].strip()
    category = path_of(first["category"]) or ([kind] if kind else path_of(first["google"]))
    for_sale = first["status"].lower() in {"", "active"} and first["published"].lower() != "false"
    return {
        "title": first["title"].strip(),
        "description": first["body"],
        "url": f"/products/{first['handle']}",
        "image": next((row["image"] for row in rows if row["image"]), ""),
        "category": category,
        "brand": first["vendor"].strip(),
        "vendor": first["vendor"].strip(),
        "tags": [tag.strip() for tag in first["tags"].split(",") if tag.strip()],
        "groupId": first["handle"],
        "available": None if for_sale else False,
    }


def _variant(row: ShopifyRow, first: ShopifyRow) -> dict[str, Any]:
    """Return what is the variant's own.

    Raises:
        UnfitRow: a price or the stock is no number.
    """
    price, compare = row.amount("price", "Variant Price"), row.amount("compare", "Compare At Price")
    item: dict[str, Any] = {"price": price, "cost": row.amount("cost", "Cost per item")}
    if price is not None and compare is not None and compare > price:
        item |= {"price": compare, "salePrice": price}
    if row["tracker"] and row["stock"] and not row.says_yes("policy"):
        # Shopify counts below 0 when it sold more than there was.
        item["stock"] = max(0, whole_number(row["stock"], "Variant Inventory Qty"))
    options = {
        first[f"name{place}"].strip().lower(): row[f"option{place}"].strip()
        for place in (1, 2, 3)
        if row[f"option{place}"] not in {"", _NOTHING} and first[f"name{place}"]
    }
    if row["barcode"]:
        options["barcode"] = row["barcode"].lstrip("'")
    if first.says_yes("gift"):
        options["giftCard"] = "true"
    item["attributes"] = options
    if row["variant_image"]:
        item["image"] = row["variant_image"]
    return item


def _id(row: ShopifyRow, taken: set[str]) -> str:
    """Return the variant's id, and remember it.

    Raises:
        UnfitRow: two variants have the same handle and options.
    """
    # Exports put an apostrophe before numbers, so that a spreadsheet keeps them as they are.
    sku = row["sku"].strip().lstrip("'")
    values = [row[f"option{place}"] for place in (1, 2, 3)]
    parts = [_NOT_WORDS.sub("-", value.lower()).strip("-") for value in values if value != _NOTHING]
    named = "-".join([row["handle"], *(part for part in parts if part)])
    found = sku if sku and sku not in taken else named
    if found in taken:
        raise UnfitRow(f"the variant {found} comes twice; give each its own options or SKU")
    taken.add(found)
    return found
