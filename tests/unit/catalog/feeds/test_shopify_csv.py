"""Shopify exports: variants become items, and nothing of a product is lost or doubled."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.catalog.feeds.registry import FEEDS
from tailorbird.collect.sources.rows import ItemRow, WrongHeader
from tests.unit.collect.sources.samples import items_of, reasons_of, rows_of

SHOPIFY = FEEDS["shopify-csv"]
COLUMNS = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Status"),
    *("Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Variant SKU"),
    *("Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy"),
    *("Variant Price", "Variant Compare At Price", "Cost per item", "Image Src", "Variant Image"),
)


def an_export(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def a_row(**cells: str) -> dict[str, str]:
    names = {
        "handle": "Handle",
        "title": "Title",
        "body": "Body (HTML)",
        "vendor": "Vendor",
        "kind": "Type",
        "tags": "Tags",
        "published": "Published",
        "status": "Status",
        "name1": "Option1 Name",
        "option1": "Option1 Value",
        "name2": "Option2 Name",
        "option2": "Option2 Value",
        "sku": "Variant SKU",
        "price": "Variant Price",
        "was": "Variant Compare At Price",
        "tracker": "Variant Inventory Tracker",
        "stock": "Variant Inventory Qty",
        "policy": "Variant Inventory Policy",
        "cost": "Cost per item",
        "image": "Image Src",
        "variant_image": "Variant Image",
    }
    return {names[name]: cell for name, cell in ({"handle": "tent"} | cells).items()}


FIRST = a_row(
    title="Tent",
    body="<p>Warm &amp; dry</p><ul><li>2 kg</li></ul>",
    vendor="Acme",
    kind="Tents",
    tags="camping, green",
    published="true",
    name1="Size",
    option1="S",
    sku="T-S",
    price="90.00",
    image="a.jpg",
)


def test_a_variant_becomes_an_item_with_what_its_product_says() -> None:
    assert items_of(SHOPIFY, an_export(FIRST), currency="EUR") == [
        {
            "id": "T-S",
            "title": "Tent",
            "description": "Warm & dry\n2 kg",
            "url": "/products/tent",
            "image": "a.jpg",
            "price": 90.0,
            "currency": "EUR",
            "category": ["Tents"],
            "brand": "Acme",
            "vendor": "Acme",
            "tags": ["camping", "green"],
            "groupId": "tent",
            "attributes": {"size": "S"},
        }
    ]


def test_the_product_and_the_option_names_stand_on_its_first_row_only() -> None:
    second = a_row(option1="M", sku="T-M", price="95", variant_image="m.jpg")
    _, item = items_of(SHOPIFY, an_export(FIRST, second))
    assert (item["title"], item["groupId"], item["image"]) == ("Tent", "tent", "m.jpg")
    assert item["attributes"] == {"size": "M"}


def test_rows_with_pictures_only_are_counted_with_the_first_variant() -> None:
    rows = rows_of(SHOPIFY, an_export(FIRST, a_row(image="b.jpg"), a_row(image="c.jpg")))
    assert [row.rows for row in rows] == [3]


def test_a_compare_at_price_above_the_price_makes_it_a_sale() -> None:
    [item] = items_of(SHOPIFY, an_export(FIRST | a_row(was="120.00")))
    assert (item["price"], item["salePrice"]) == (120.0, 90.0)


def test_a_compare_at_price_that_is_not_above_the_price_says_nothing() -> None:
    [item] = items_of(SHOPIFY, an_export(FIRST | a_row(was="90.00")))
    assert item["price"] == 90.0
    assert "salePrice" not in item


@pytest.mark.parametrize(
    "cells", [{"published": "false"}, {"status": "draft"}, {"status": "archived"}]
)
def test_what_is_not_published_is_not_for_sale(cells: dict[str, str]) -> None:
    [item] = items_of(SHOPIFY, an_export(FIRST | a_row(**cells)))
    assert item["available"] is False


def test_stock_is_taken_where_the_shop_counts_it_and_stops_at_zero() -> None:
    counted = FIRST | a_row(tracker="shopify", stock="-2", policy="deny")
    [item] = items_of(SHOPIFY, an_export(counted))
    assert item["stock"] == 0


@pytest.mark.parametrize("cells", [{"tracker": ""}, {"tracker": "shopify", "policy": "continue"}])
def test_stock_that_does_not_stop_a_sale_is_left_out(cells: dict[str, str]) -> None:
    [item] = items_of(SHOPIFY, an_export(FIRST | a_row(stock="0", **cells)))
    assert "stock" not in item


def test_a_variant_without_a_sku_is_named_by_its_handle_and_options() -> None:
    rows = an_export(FIRST | a_row(sku="", option1="Navy Blue"), a_row(option1="Red/9", price="1"))
    assert [item["id"] for item in items_of(SHOPIFY, rows)] == ["tent-navy-blue", "tent-red-9"]


def test_the_default_variant_is_named_by_its_handle() -> None:
    row = FIRST | a_row(sku="", name1="Title", option1="Default Title")
    [item] = items_of(SHOPIFY, an_export(row))
    assert item["id"] == "tent"
    assert "attributes" not in item


def test_a_sku_that_is_taken_gives_way_to_the_handle() -> None:
    second = a_row(option1="M", sku="T-S", price="1")
    assert [item["id"] for item in items_of(SHOPIFY, an_export(FIRST, second))] == ["T-S", "tent-m"]


def test_the_apostrophe_before_a_number_is_a_spreadsheets() -> None:
    [item] = items_of(SHOPIFY, an_export(FIRST | a_row(sku="'0815")))
    assert item["id"] == "0815"


def test_new_exports_name_their_columns_otherwise() -> None:
    columns = ("Title", "URL handle", "Description", "Vendor", "Product category", "Price", "SKU")
    row = dict(
        zip(columns, ("Tent", "tent", "Dry", "Acme", "Sport > Tents", "9", "T1"), strict=True)
    )
    [item] = items_of(SHOPIFY, an_export(row, columns=columns))
    assert (item["id"], item["category"]) == ("T1", ["Sport", "Tents"])


def test_a_bad_variant_is_refused_and_its_siblings_are_read() -> None:
    rows = rows_of(SHOPIFY, an_export(FIRST, a_row(option1="M", price="cheap")))
    assert isinstance(rows[0], ItemRow)
    [reason] = reasons_of(SHOPIFY, an_export(FIRST, a_row(option1="M", price="cheap")))
    assert reason.startswith("Variant Price 'cheap' is not a number")


def test_rows_without_a_handle_or_a_variant_are_refused() -> None:
    content = an_export(a_row(handle=""), a_row(handle="bag", title="Bag", image="a.jpg"))
    assert len(reasons_of(SHOPIFY, content)) == 2


def test_another_table_is_no_export() -> None:
    with pytest.raises(WrongHeader, match="handle, title, price"):
        rows_of(SHOPIFY, "a,b\n1,2\n")


ROWS = st.builds(
    a_row,
    handle=st.sampled_from(["tent", "bag", ""]),
    title=st.sampled_from(["", "Tent"]),
    option1=st.sampled_from(["", "S", "M", "Default Title"]),
    sku=st.sampled_from(["", "x", "y"]),
    price=st.sampled_from(["", "1.00", "x"]),
    image=st.sampled_from(["", "a.jpg"]),
)


@given(st.lists(ROWS, max_size=30))
def test_every_row_is_an_item_or_refused_and_no_id_comes_twice(rows: list[dict[str, str]]) -> None:
    found = rows_of(SHOPIFY, an_export(*rows))
    assert sum(row.rows for row in found) == len(rows)
    ids = [row.item["id"] for row in found if isinstance(row, ItemRow)]
    assert len(set(ids)) == len(ids)
