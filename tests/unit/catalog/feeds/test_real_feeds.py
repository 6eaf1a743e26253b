"""The real catalogs: as many items as were counted, each with an id of its own."""

import pytest

from tailorbird.catalog.feeds.registry import detect_feed, open_feed
from tailorbird.collect.sources.rows import ItemRow, Options
from tests.unit.collect.sources.samples import ROOT, real

MAPPINGS = ROOT / "docs" / "examples" / "mappings"


@pytest.mark.parametrize(
    ("shop", "rows", "items", "products", "on_sale", "hidden"),
    [
        ("apparel", 104, 96, 25, 9, 0),
        ("bicycles", 1_399, 1_121, 284, 105, 171),
        ("jewelry", 30, 24, 19, 4, 0),
    ],
)
def test_a_shopify_export_gives_an_item_for_each_variant(
    shop: str, rows: int, items: int, products: int, on_sale: int, hidden: int
) -> None:
    path = real(f"catalogs/shopify_{shop}.csv.gz")
    assert detect_feed(path).source == "shopify-csv"
    with open_feed(path) as feed:
        found = list(feed.rows())
    made = [row.item for row in found if isinstance(row, ItemRow)]
    assert sum(row.rows for row in found) == rows
    assert len(found) == len(made) == len({item["id"] for item in made}) == items
    assert len({item["groupId"] for item in made}) == products
    assert sum("salePrice" in item for item in made) == on_sale
    assert sum(item.get("available") is False for item in made) == hidden


@pytest.mark.parametrize(
    ("path", "mapping", "items", "priced"),
    [
        ("catalogs/bestbuy.json.gz", "bestbuy-catalog.yaml", 3_291, 3_291),
        ("catalogs/mixed_nested.json.gz", "nested-catalog.yaml", 1_000, 865),
        ("events/diginetica_product-categories.csv.gz", "product-categories.yaml", 184_047, 0),
    ],
)
def test_the_example_mappings_read_the_real_catalogs(
    path: str, mapping: str, items: int, priced: int
) -> None:
    options = Options(mapping=(MAPPINGS / mapping).read_text())
    with open_feed(real(path), "mapping", options) as feed:
        made = [row.item for row in feed.rows() if isinstance(row, ItemRow)]
    assert len(made) == len({item["id"] for item in made}) == items
    assert sum("price" in item for item in made) == priced
    assert all(item["category"] for item in made)
