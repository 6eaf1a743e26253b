"""How brands are spelled: facets know them in lower case, shoppers as the catalog writes them."""

from collections.abc import Iterable

from tailorbird.catalog.items import Item
from tailorbird.spine.facets import brand_facet


class Spelling:
    """The catalog's spelling of each brand, as it was last written."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def learn(self, items: Iterable[Item]) -> None:
        """Remember how the brands of some items are written."""
        for item in items:
            if item.brand:
                self._known[brand_facet(item.brand)] = item.brand.strip()

    def __call__(self, brand: str) -> str:
        """Return a brand as people write it: `msr` becomes `MSR`, or `Msr` if no item is of it."""
        return self._known.get(f"brand:{brand}") or brand.title()
