"""The columns of a Shopify product export, under the names that they have had over the years."""

import msgspec

from tailorbird.collect.sources.fields import number
from tailorbird.collect.sources.rows import UnfitRow

# Our word for a column: the export's names for it, the oldest first.
_SYNONYMS = {
    "handle": ("Handle", "URL handle"),
    "title": ("Title",),
    "body": ("Body (HTML)", "Description"),
    "vendor": ("Vendor",),
    "category": ("Product Category", "Product category"),
    "google": ("Google Shopping / Google Product Category", "Google product category"),
    "kind": ("Type",),
    "tags": ("Tags",),
    "published": ("Published", "Published on online store"),
    "status": ("Status",),
    "sku": ("Variant SKU", "SKU"),
    "barcode": ("Variant Barcode", "Barcode"),
    "tracker": ("Variant Inventory Tracker", "Inventory tracker"),
    "stock": ("Variant Inventory Qty", "Inventory quantity"),
    "policy": ("Variant Inventory Policy", "Continue selling when out of stock"),
    "price": ("Variant Price", "Price"),
    "compare": ("Variant Compare At Price", "Compare-at price"),
    "cost": ("Cost per item",),
    "image": ("Image Src", "Product image URL"),
    "variant_image": ("Variant Image", "Variant image URL"),
    "gift": ("Gift Card", "Gift card"),
    "option1": ("Option1 Value", "Option1 value"),
    "option2": ("Option2 Value", "Option2 value"),
    "option3": ("Option3 Value", "Option3 value"),
    "name1": ("Option1 Name", "Option1 name"),
    "name2": ("Option2 Name", "Option2 name"),
    "name3": ("Option3 Name", "Option3 name"),
}
NEEDED = ("handle", "title", "price")
_YES = frozenset({"true", "continue", "yes"})


class ShopifyRow(msgspec.Struct, frozen=True):
    """One row of an export, its cells by our words."""

    line: int
    raw: str
    cells: dict[str, str]

    def __getitem__(self, word: str) -> str:
        """Return a cell, empty where the export has no such column."""
        return self.cells.get(word, "")

    @property
    def is_variant(self) -> bool:
        """Whether the row has something for sale, not only a further picture."""
        return bool(self["price"] or self["option1"] or self["sku"])

    def says_yes(self, word: str) -> bool:
        """Whether a cell says yes, in one of the export's ways."""
        return self[word].strip().lower() in _YES

    def amount(self, word: str, column: str) -> float | None:
        """Return a price, or None where there is none.

        Raises:
            UnfitRow: it is not a number, or below 0.
        """
        text = self[word].strip()
        if not text:
            return None
        value = number(text, column)
        if value < 0:
            raise UnfitRow(f"{column} {text!r} is below 0; write a price")
        return value


def words_of(header: list[str]) -> dict[str, str]:
    """Return which column of a header each of our words stands for."""
    return {word: name for word, names in _SYNONYMS.items() for name in names if name in header}
