"""A reason names what the shopper did, never the page they are on."""

import numpy as np
import pytest

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Source
from tailorbird.decide.wire import RequestContext
from tailorbird.decide.words import Words
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.sessions import Vocabulary
from tailorbird.spine.ids import ItemId
from tests.makers import NOON_MS

TENTS, STOVES = ("category:Tents",), ("category:Stoves",)
SHOP = {"tent-a": TENTS, "tent-b": TENTS, "stove": STOVES, "tent-c": TENTS}


@pytest.fixture
def table() -> ItemTable:
    """Three tents and a stove."""
    table = ItemTable(Vocabulary())
    for item, facets in SHOP.items():
        table.describe(item, facets, available=True, published_s=0)
    return table


def why(table: ItemTable, session: list[str], page: str | None, shown: str = "tent-c") -> str:
    codes = np.array([table.items.codes[item] for item in session], np.int32)
    here = Moment(
        now_ms=NOON_MS,
        context=RequestContext(),
        session=codes,
        page_item=None if page is None else ItemId(page),
    )
    words = Words(here, table, lambda code: table.items.ids[code])
    return words.reason(table.items.codes[shown], Source.SESSION, -1)


def test_on_another_page_the_last_view_of_the_kind_is_named(table: ItemTable) -> None:
    assert why(table, ["tent-a", "tent-b", "stove"], None) == "Because you viewed tent-b"


def test_on_its_own_page_an_item_is_not_named_as_viewed(table: ItemTable) -> None:
    assert why(table, ["tent-a"], "tent-a") == "Fits what you are looking at"


def test_on_an_items_page_a_view_of_the_same_kind_before_it_is_named(table: ItemTable) -> None:
    assert why(table, ["tent-b", "stove", "tent-a"], "tent-a") == "Because you viewed tent-b"


def test_on_an_items_page_a_view_of_another_kind_is_no_ground(table: ItemTable) -> None:
    assert why(table, ["stove", "tent-a"], "tent-a") == "Fits what you are looking at"
