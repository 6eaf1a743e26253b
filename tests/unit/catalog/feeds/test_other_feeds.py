"""Items of Amazon Personalize, RecBole, our own fields, and any file by a mapping."""

from pathlib import Path

import pytest

from tailorbird.catalog.feeds.html_text import html_text
from tailorbird.catalog.feeds.registry import FEEDS, detect_feed, open_feed
from tailorbird.collect.sources.mapping_text import WrongMapping
from tailorbird.collect.sources.registry import UnknownSource
from tailorbird.collect.sources.rows import WrongHeader
from tests.unit.collect.sources.samples import items_of, packed, reasons_of, rows_of

PERSONALIZE, RECBOLE, OWN, MAPPED = (
    FEEDS[name] for name in ("amazon-personalize", "recbole", "ndjson", "mapping")
)


def test_a_personalize_item_has_its_levels_as_category_and_the_rest_as_tags() -> None:
    content = (
        "ITEM_ID,PRICE,CATEGORY_L1,CATEGORY_L2,PRODUCT_DESCRIPTION,CREATION_TIMESTAMP,COLOR\n"
        "t1,9.5,Sport|Gifts,Tents,Dry,1600000000,green\n"
    )
    assert items_of(PERSONALIZE, content) == [
        {
            "id": "t1",
            "price": 9.5,
            "category": ["Sport", "Tents"],
            "tags": ["Gifts"],
            "description": "Dry",
            "publishedAt": "2020-09-13T12:26:40.000Z",
            "attributes": {"color": "green"},
        }
    ]


def test_bad_personalize_items_are_refused() -> None:
    content = "ITEM_ID,PRICE\n,1\nt1,cheap\n"
    assert [reason.split(" ")[0] for reason in reasons_of(PERSONALIZE, content)] == ["id", "PRICE"]


def test_a_table_without_item_id_is_no_personalize_file() -> None:
    with pytest.raises(WrongHeader, match="ITEM_ID"):
        rows_of(PERSONALIZE, "ID,PRICE\n1,2\n")


def test_a_recbole_item_keeps_unknown_columns_as_attributes() -> None:
    content = (
        "item_id:token\tmovie_title:token\tclass:token_seq\tyear:float\ni\tUp\tfun new\t2009\n"
    )
    assert items_of(RECBOLE, content) == [
        {"id": "i", "title": "Up", "tags": ["fun", "new"], "attributes": {"year": 2009.0}}
    ]


def test_a_recbole_category_that_is_one_word_is_a_category() -> None:
    assert items_of(RECBOLE, "item_id:token\tcategory:token\ni\tTents\n")[0]["category"] == [
        "Tents"
    ]


def test_a_recbole_file_without_items_is_refused() -> None:
    with pytest.raises(WrongHeader, match="item_id"):
        rows_of(RECBOLE, "user_id:token\nu\n")


def test_an_item_with_our_own_fields_comes_as_it_is() -> None:
    line = '{"id": 7, "title": "Tent", "price": 9.5, "tags": ["a"], "image": null}'
    assert items_of(OWN, line) == [{"id": "7", "title": "Tent", "price": 9.5, "tags": ["a"]}]


def test_a_field_that_items_do_not_have_is_refused_with_the_nearest() -> None:
    assert reasons_of(OWN, '{"id": "7", "tittle": "Tent"}') == [
        "tittle is no field of an item; did you mean title?"
    ]


def test_a_line_that_is_no_item_is_refused() -> None:
    assert len(reasons_of(OWN, '[1]\n{"title": "Tent"}\n{')) == 3


def test_prices_without_a_currency_get_the_one_that_is_given() -> None:
    assert items_of(OWN, '{"id": "7", "price": 1}', currency="EUR")[0]["currency"] == "EUR"
    assert "currency" not in items_of(OWN, '{"id": "7"}', currency="EUR")[0]


def test_a_mapping_steps_into_nested_json() -> None:
    mapping = """
fields:
  id: {digest: [name, maker.name]}
  title: name
  brand: maker.name
  price: {from: "offers[0].cents", scale: 0.01}
  available: offers[0].live
  attributes: {from: options, pairs: {name: title, value: values}}
  attributes.weight: {from: weight, type: number}
"""
    content = (
        '[{"name": "Tent", "maker": {"name": "Acme"}, "offers": [{"cents": 1999, "live": false}],'
        ' "options": [{"title": "Size", "values": ["S", "M"]}], "weight": "2.5"}]'
    )
    [item] = items_of(MAPPED, content, mapping=mapping)
    assert len(item.pop("id")) == 16
    assert item == {
        "title": "Tent",
        "brand": "Acme",
        "price": 19.99,
        "available": False,
        "attributes": {"Size": ["S", "M"], "weight": 2.5},
    }


def test_missing_fields_of_nested_json_are_left_out() -> None:
    mapping = "fields:\n  id: id\n  price: offers[0].price\n  image: images[0]\n"
    assert items_of(MAPPED, '[{"id": 1, "offers": [], "images": {}}]', mapping=mapping) == [
        {"id": "1"}
    ]


def test_a_mapping_of_items_needs_an_id() -> None:
    with pytest.raises(WrongMapping, match=r"fields\.id"):
        rows_of(MAPPED, "[]", mapping="fields: {title: name}")


def test_a_field_that_items_do_not_have_is_a_mistake_in_the_mapping() -> None:
    with pytest.raises(WrongMapping, match="did you mean `salePrice`"):
        rows_of(MAPPED, "[]", mapping="fields: {id: id, sale_price: p}")


BEGINNINGS = {
    "shopify-csv": "Handle,Title,Variant Price\n",
    "google-merchant": '<?xml version="1.0"?><rss/>',
    "amazon-personalize": "ITEM_ID,PRICE\n",
    "recbole": "item_id:token\ttitle:token\n",
    "ndjson": '{"id": "1"}\n',
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_a_feed_is_told_by_its_beginning(name: str, tmp_path: Path) -> None:
    assert detect_feed(packed(tmp_path / "feed", BEGINNINGS[name])).source == name


def test_a_merchant_table_is_told_by_id_and_title(tmp_path: Path) -> None:
    assert detect_feed(packed(tmp_path / "feed", "id\ttitle\tprice\n")).source == "google-merchant"


def test_an_unknown_feed_lists_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource) as unknown:
        detect_feed(packed(tmp_path / "feed", "a,b\n"))
    assert "shopify-csv" in unknown.value.remedy
    with pytest.raises(UnknownSource):
        open_feed(tmp_path / "feed", "shopify")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ("a&nbsp;&amp;<br>b", "a &\nb"),
        ("<style>x{}</style>a<script>b()</script>", "a"),
        ("<b>a</b> <i>b", "a b"),
        ("2 < 3", "2 < 3"),
    ],
)
def test_a_description_is_what_a_reader_would_see(html: str, text: str) -> None:
    assert html_text(html) == text
