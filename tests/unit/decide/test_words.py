"""A reason names what the shopper did, never the page they are on."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tailorbird.catalog.catalog import Catalog
from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Source
from tailorbird.decide.wire import RequestContext
from tailorbird.decide.words import Words, trail_of
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.tracing import traced
from tailorbird.spine.ids import ItemId
from tailorbird.storage.embedded.items import SqliteItems
from tests.makers import NOON_MS

TENTS, STOVES = ("category:Tents",), ("category:Stoves",)
SHOP = {"tent-a": TENTS, "tent-b": TENTS, "stove": STOVES, "tent-c": TENTS}


class Speaker:
    """Gives reasons out of three tents and a stove."""

    def __init__(self, folder: Path) -> None:
        self._items = SqliteItems(folder / "catalog.db")
        self.catalog = Catalog(self._items, lambda: NOON_MS)
        self._predictor = Predictor(lambda: NOON_MS)
        self._table = self._predictor.table
        for item, facets in SHOP.items():
            self._table.describe(item, facets, available=True, published_s=0)
        self._words = Words(self._predictor, self.catalog)

    def why(
        self,
        session: list[str],
        page: str | None,
        source: Source = Source.SESSION,
        shown: str = "tent-c",
    ) -> str:
        """Return why an item is shown to somebody who is on a page, after some views."""
        code_of = self._table.items.codes
        here = Moment(
            now_ms=NOON_MS,
            context=RequestContext(),
            session=np.array([code_of[item] for item in session], np.int32),
            page_item=None if page is None else ItemId(page),
        )
        item, no_facet = np.array([code_of[shown]], np.int32), np.full(1, -1, np.int32)
        trail = trail_of(here, self._table)
        found = traced(item, np.array([source], np.int8), no_facet, trail, self._table.leaf)
        return self._words.reasons([source], found.tolist())[0]

    def close(self) -> None:
        """Close the file."""
        self._items.close()


@pytest.fixture
def speaker(tmp_path: Path) -> Iterator[Speaker]:
    """Whoever gives reasons."""
    speaker = Speaker(tmp_path)
    yield speaker
    speaker.close()


def test_on_another_page_the_last_view_of_the_kind_is_named(speaker: Speaker) -> None:
    assert speaker.why(["tent-a", "tent-b", "stove"], None) == "Because you viewed tent-b"


def test_on_its_own_page_an_item_is_not_named_as_viewed(speaker: Speaker) -> None:
    assert speaker.why(["tent-a"], "tent-a") == "Fits what you are looking at"


def test_on_an_items_page_a_view_of_the_same_kind_before_it_is_named(speaker: Speaker) -> None:
    assert speaker.why(["tent-b", "stove", "tent-a"], "tent-a") == "Because you viewed tent-b"


def test_on_an_items_page_a_view_of_another_kind_is_no_ground(speaker: Speaker) -> None:
    assert speaker.why(["stove", "tent-a"], "tent-a") == "Fits what you are looking at"


def test_what_is_alike_names_the_last_item_where_none_is_of_its_kind(speaker: Speaker) -> None:
    assert speaker.why(["stove"], "stove", Source.SIMILAR) == "Similar to stove"


def test_an_item_that_is_shown_again_is_not_its_own_reason(speaker: Speaker) -> None:
    assert speaker.why(["stove", "tent-c"], None) == "Because you viewed stove"


def test_a_title_that_has_changed_is_said_at_once(speaker: Speaker) -> None:
    before = speaker.why(["tent-a"], None)
    asyncio.run(speaker.catalog.put(b'{"id": "tent-a", "title": "Alpine tent"}'))
    assert (before, speaker.why(["tent-a"], None)) == (
        "Because you viewed tent-a",
        "Because you viewed Alpine tent",
    )
