"""Brands are shown as the catalog writes them."""

import pytest

from tailorbird.catalog.items import Item
from tailorbird.catalog.spelling import Spelling
from tailorbird.decide.reasons import leaning_words
from tailorbird.spine.ids import ItemId
from tests.shop import Shop

TENT = {"id": "tent", "title": "Tent", "category": "Camping > Tents", "brand": "MSR"}


def test_a_brand_is_spelled_as_an_item_writes_it() -> None:
    spelling = Spelling()
    spelling.learn([Item(id=ItemId("tent"), brand=" MSR ")])
    assert spelling("msr") == "MSR"


def test_a_brand_of_no_item_begins_with_a_capital() -> None:
    assert Spelling()("tallvik of norway") == "Tallvik Of Norway"


@pytest.fixture
def liked(shop: Shop) -> Shop:
    """A shop in which somebody looked at a tent before a restart."""
    shop.stock(TENT, {**TENT, "id": "tarp"})
    for _ in range(3):
        shop.track("Product Viewed", product_id="tent")
    shop.restart()
    return shop


def test_the_evidence_of_an_intent_spells_brands_as_the_catalog_does(liked: Shop) -> None:
    evidence = liked.get("/v1/people/anonymous:a1").json()["intent"]["evidence"]
    assert evidence == ["looked at 1 item in Camping > Tents by MSR"]


def test_a_leaning_is_told_with_the_catalogs_spelling(liked: Shop) -> None:
    spelling = liked.workspace.catalog.spelling
    assert leaning_words("brand:msr", spelling) == "You seem to like MSR"
