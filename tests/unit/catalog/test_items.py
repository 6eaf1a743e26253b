"""Items on the wire become items as they are kept; what is left out stays as it was."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tailorbird.catalog.catalog import Catalog, CatalogOutcome
from tailorbird.catalog.items import BadItem, Item, WireItem, item_from
from tailorbird.spine.ids import ItemId
from tailorbird.storage.embedded.items import SqliteItems
from tests.makers import NOON_MS


class Shelf:
    """A catalog over a real store, and what its watchers were told."""

    def __init__(self, folder: Path) -> None:
        self._store = SqliteItems(folder / "catalog.db")
        self._runner = asyncio.Runner()
        self.catalog = Catalog(self._store, lambda: NOON_MS)
        self.told: list[Sequence[Item]] = []
        self.catalog.watch(self.told.append)

    def put(self, *items: Any) -> CatalogOutcome:
        return self.put_bytes(json.dumps(items).encode())

    def put_bytes(self, body: bytes) -> CatalogOutcome:
        return self._runner.run(self.catalog.put(body))

    def patch(self, item: str, **fields: Any) -> Item | None:
        return self._runner.run(self.catalog.patch(ItemId(item), json.dumps(fields).encode()))

    def delete(self, item: str) -> bool:
        return self._runner.run(self.catalog.delete(ItemId(item)))

    def get(self, item: str = "tent") -> Item:
        found = self.catalog.get(ItemId(item))
        assert found is not None
        return found

    def close(self) -> None:
        self._store.close()
        self._runner.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty catalog."""
    opened = Shelf(tmp_path)
    yield opened
    opened.close()


def test_money_is_kept_in_minor_units_of_its_currency(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "price": "19.99", "salePrice": 15, "currency": "eur"})
    tent = shelf.get()
    assert (tent.price_minor, tent.sale_price_minor, tent.currency) == (1999, 1500, "EUR")


def test_a_currency_without_decimals_has_none(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "price": 500, "currency": "JPY"})
    assert shelf.get().price_minor == 500


def test_a_margin_is_kept_as_cost(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "price": 100, "margin": 30})
    assert (shelf.get().cost_minor, shelf.get().margin_minor) == (7000, 3000)


def test_a_margin_is_of_the_price_that_is_asked(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "price": 100, "salePrice": 80, "margin": 30})
    assert shelf.get().margin_minor == 3000


def test_a_margin_without_a_price_is_refused() -> None:
    with pytest.raises(BadItem, match="`margin` needs a `price`"):
        item_from(WireItem(id="tent", margin=3))


@pytest.mark.parametrize("category", ["Camping > Tents", "Camping/Tents", ["Camping", "Tents"]])
def test_a_category_is_a_path_however_it_is_written(shelf: Shelf, category: Any) -> None:
    shelf.put({"id": "tent", "category": category})
    assert shelf.get().category == ("Camping", "Tents")


def test_what_is_left_out_stays_as_it_was(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "title": "Tent", "price": 100})
    shelf.put({"id": "tent", "price": 90})
    assert (shelf.get().title, shelf.get().price_minor) == ("Tent", 9000)


def test_what_is_null_is_taken_away(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "salePrice": 80, "brand": "msr"})
    shelf.put({"id": "tent", "salePrice": None, "brand": None})
    assert (shelf.get().sale_price_minor, shelf.get().brand) == (None, None)


def test_the_same_item_twice_in_a_request_is_both_after_another(shelf: Shelf) -> None:
    outcome = shelf.put({"id": "tent", "title": "Tent"}, {"id": "tent", "stock": 3})
    assert (outcome.accepted, shelf.get().title, shelf.get().stock) == (1, "Tent", 3)


def test_a_number_is_an_id_too(shelf: Shelf) -> None:
    shelf.put({"id": 7})
    assert shelf.get("7").id == "7"


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": "a"}, {"id": "b"}]',
        b'{"id": "a"}\n{"id": "b"}',
        b'{"id": "a"}\r\n\r\n{"id": "b"}\r\n',
        b' \n{"id": "a"}\n{"id": "b"}\n',
    ],
)
def test_items_come_as_a_list_or_line_by_line(shelf: Shelf, body: bytes) -> None:
    assert shelf.put_bytes(body).accepted == 2


def test_one_item_may_take_several_lines(shelf: Shelf) -> None:
    assert shelf.put_bytes(b'{\n  "id": "a"\n}').accepted == 1


def test_a_broken_line_costs_its_neighbors_nothing(shelf: Shelf) -> None:
    outcome = shelf.put_bytes(b'{"id": "a"}\n{"id": \n{"id": "b"}')
    assert (outcome.accepted, [one.index for one in outcome.rejected]) == (2, [1])


def test_an_item_without_a_stock_count_is_in_stock(shelf: Shelf) -> None:
    shelf.put({"id": "tent"})
    assert shelf.get().in_stock


@pytest.mark.parametrize("fields", [{"stock": 0}, {"stock": -1}, {"available": False}])
def test_what_cannot_be_bought_is_out_of_stock(shelf: Shelf, fields: dict[str, Any]) -> None:
    shelf.put({"id": "tent", **fields})
    assert not shelf.get().in_stock


def test_an_item_is_new_since_it_was_first_heard_of(shelf: Shelf) -> None:
    shelf.put({"id": "tent"})
    assert shelf.get().new_since_ms == NOON_MS


def test_an_item_is_new_since_the_shop_says_so(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "publishedAt": "2020-01-01T00:00:00Z"})
    assert shelf.get().new_since_ms == 1_577_836_800_000


def test_a_patch_changes_what_it_names(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "title": "Tent", "stock": 3})
    shelf.patch("tent", stock=0)
    assert (shelf.get().stock, shelf.get().title) == (0, "Tent")


def test_a_patch_cannot_rename_an_item(shelf: Shelf) -> None:
    shelf.put({"id": "tent"})
    shelf.patch("tent", id="yurt")
    assert [one.id for one in shelf.catalog.all()] == ["tent"]


def test_there_is_nothing_to_patch_where_there_is_nothing(shelf: Shelf) -> None:
    assert shelf.patch("tent", stock=0) is None


def test_watchers_are_told_of_every_change(shelf: Shelf) -> None:
    shelf.put({"id": "tent"})
    shelf.patch("tent", stock=0)
    assert [one[0].stock for one in shelf.told] == [None, 0]


def test_watchers_are_told_that_a_deleted_item_is_not_available(shelf: Shelf) -> None:
    shelf.put({"id": "tent"})
    shelf.delete("tent")
    assert not shelf.told[-1][0].in_stock


def test_there_is_nothing_to_delete_where_there_is_nothing(shelf: Shelf) -> None:
    assert not shelf.delete("tent")


def test_facets_are_as_new_as_the_item(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "brand": "msr"})
    shelf.catalog.facets(ItemId("tent"))
    shelf.put({"id": "tent", "brand": "acme"})
    assert shelf.catalog.facets(ItemId("tent")) == ("brand:acme",)


def test_an_item_that_was_unknown_has_facets_once_it_is_known(shelf: Shelf) -> None:
    shelf.catalog.facets(ItemId("tent"))
    shelf.put({"id": "tent", "brand": "msr"})
    assert shelf.catalog.facets(ItemId("tent")) == ("brand:msr",)


def test_unknown_items_are_counted(shelf: Shelf) -> None:
    for _ in range(3):
        shelf.catalog.facets(ItemId("yurt"))
    assert shelf.catalog.unknown == 3


def test_a_reduced_item_has_a_facet_that_says_so(shelf: Shelf) -> None:
    shelf.put({"id": "tent", "price": 100, "salePrice": 80})
    assert "sale:true" in shelf.get().facets()
