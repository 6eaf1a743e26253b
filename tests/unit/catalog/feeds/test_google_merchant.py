"""Google Merchant feeds: three forms, one item; and XML that is not to be trusted."""

import pytest

from tailorbird.catalog.feeds.merchant_fields import money
from tailorbird.catalog.feeds.registry import FEEDS
from tailorbird.collect.sources.rows import (
    NO_OPTIONS,
    ItemRow,
    UnfitRow,
    UnreadableFile,
    WrongHeader,
)
from tailorbird.spine.clock import parse_time_ms
from tests.unit.collect.sources.samples import items_of, opened, reasons_of, rows_of

MERCHANT = FEEDS["google-merchant"]
SPACE = 'xmlns:g="http://base.google.com/ns/1.0"'
PRODUCT = """
<g:id>t1</g:id><title>Tent &amp; pegs</title><description>Warm &lt;b&gt;dry&lt;/b&gt;</description>
<link>https://shop.example/t1</link><g:image_link>https://shop.example/t1.jpg</g:image_link>
<g:availability>in stock</g:availability><g:price>1,299.90 EUR</g:price>
<g:product_type>Camping &gt; Tents</g:product_type>
<g:google_product_category>1014</g:google_product_category>
<g:brand>Acme</g:brand><g:item_group_id>tent</g:item_group_id><g:color>green</g:color>
<g:shipping><g:price>4.90 EUR</g:price></g:shipping>
"""
TENT = {
    "id": "t1",
    "title": "Tent & pegs",
    "description": "Warm dry",
    "url": "https://shop.example/t1",
    "image": "https://shop.example/t1.jpg",
    "price": 1299.9,
    "currency": "EUR",
    "category": ["Camping", "Tents"],
    "brand": "Acme",
    "groupId": "tent",
    "attributes": {"color": "green"},
}


def rss(*products: str, before: str = "") -> str:
    listed = "".join(f"<item>{product}</item>" for product in products)
    return (
        f'{before}<rss version="2.0" {SPACE}><channel><title>Shop</title>{listed}</channel></rss>'
    )


def test_an_rss_feed_is_read() -> None:
    assert items_of(MERCHANT, '<?xml version="1.0"?>\n' + rss(PRODUCT)) == [TENT]


def test_an_atom_feed_has_its_link_in_an_attribute() -> None:
    entry = PRODUCT.replace(
        "<link>https://shop.example/t1</link>", '<link href="https://shop.example/t1"/>'
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" {SPACE}><entry>{entry}</entry></feed>'
    assert items_of(MERCHANT, feed) == [TENT]


def test_a_text_feed_may_write_its_names_with_spaces() -> None:
    names = "id\ttitle\tdescription\tlink\timage link\tavailability\tprice\tproduct type\tbrand"
    cells = "t1\tTent\tDry\thttps://s.example\ta.jpg\tout_of_stock\t9.90 EUR\tA > B\tAcme"
    [item] = items_of(MERCHANT, f"{names}\n{cells}\n")
    assert (item["image"], item["stock"], item["category"]) == ("a.jpg", 0, ["A", "B"])


def test_a_large_feed_is_read_in_pieces() -> None:
    products = [PRODUCT.replace("t1", f"t{n}") for n in range(500)]
    assert [item["id"] for item in items_of(MERCHANT, rss(*products))] == [
        f"t{n}" for n in range(500)
    ]


def test_a_sale_counts_while_its_dates_hold() -> None:
    sale = PRODUCT + (
        "<g:sale_price>999 EUR</g:sale_price><g:sale_price_effective_date>"
        "2026-01-01T00:00+01:00/2026-01-31T00:00+01:00</g:sale_price_effective_date>"
    )
    inside, outside = (parse_time_ms(f"2026-{month}-15T00:00Z") for month in ("01", "02"))
    assert items_of(MERCHANT, rss(sale), now_ms=inside)[0]["salePrice"] == 999.0
    assert "salePrice" not in items_of(MERCHANT, rss(sale), now_ms=outside)[0]
    assert items_of(MERCHANT, rss(sale))[0]["salePrice"] == 999.0


def test_a_googles_own_category_is_taken_where_the_shop_has_none() -> None:
    product = PRODUCT.replace("product_type", "x").replace("1014", "Sport &gt; Camping")
    assert items_of(MERCHANT, rss(product))[0]["category"] == ["Sport", "Camping"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<g:id>t1</g:id>", "", "id is empty"),
        ("Tent &amp; pegs", "", "title is empty"),
        ("1,299.90 EUR", "cheap", "price 'cheap' is no price"),
        ("1,299.90 EUR", "-1 EUR", "below 0"),
        ("in stock", "maybe", "availability 'maybe' is unknown"),
    ],
)
def test_a_bad_product_is_refused_with_its_attribute(old: str, new: str, reason: str) -> None:
    assert reason in reasons_of(MERCHANT, rss(PRODUCT.replace(old, new)))[0]


def test_dates_of_a_sale_that_are_no_interval_are_refused() -> None:
    name = "sale_price_effective_date"
    sale = f"<g:sale_price>9 EUR</g:sale_price><g:{name}>May</g:{name}>"
    [reason] = reasons_of(MERCHANT, rss(PRODUCT + sale), now_ms=0)
    assert reason.startswith("sale_price_effective_date 'May'")


def test_entities_that_swell_are_not_even_declared() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    with pytest.raises(UnreadableFile, match="DTD"):
        rows_of(MERCHANT, rss(PRODUCT.replace("Acme", "&b;"), before=bomb))


def test_entities_that_read_other_files_are_not_even_declared() -> None:
    thief = '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    with pytest.raises(UnreadableFile, match="DTD"):
        rows_of(MERCHANT, rss(PRODUCT.replace("Acme", "&f;"), before=thief))


@pytest.mark.parametrize("content", ["<rss><channel>", "<rss></feed>", "<"])
def test_xml_that_is_not_well_formed_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableFile, match="not well formed"):
        rows_of(MERCHANT, content)


def test_products_before_a_break_in_the_xml_are_read() -> None:
    rows = MERCHANT.read(opened(rss(PRODUCT)[:-8]), NO_OPTIONS)
    assert isinstance(next(rows), ItemRow)
    with pytest.raises(UnreadableFile):
        next(rows)


def test_a_table_without_id_and_title_is_no_feed() -> None:
    with pytest.raises(WrongHeader, match="title"):
        rows_of(MERCHANT, "id\tprice\n1\t2\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("99.90 EUR", (99.9, "EUR")),
        ("99,90 EUR", (99.9, "EUR")),
        ("1.299,90 EUR", (1299.9, "EUR")),
        ("1,299 USD", (1299.0, "USD")),
        ("usd 5", (5.0, "USD")),
        ("5", (5.0, None)),
        ("", (None, None)),
    ],
)
def test_prices_are_read_as_shops_write_them(
    text: str, expected: tuple[float | None, str | None]
) -> None:
    assert money(text, "price") == expected


@pytest.mark.parametrize("text", ["free", "1.2.3 EUR", "EUR", "5 EURO"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(UnfitRow, match="price"):
        money(text, "price")
