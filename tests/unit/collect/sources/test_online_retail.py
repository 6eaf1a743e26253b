"""UCI Online Retail: invoices become orders, and dirt is refused with its reason."""

from hypothesis import given
from hypothesis import strategies as st

from tailorbird.collect.sources.rows import BadRow, ItemRow, WireRow
from tests.unit.collect.sources.samples import events_of, items_of, reasons_of, rows_of

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def a_line(
    invoice: str = "100",
    code: str = "10001",
    *,
    title: str = "TEA CUP",
    quantity: int = 2,
    price: str = "1.25",
    customer: str = "501.0",
) -> str:
    return f"{invoice},{code},{title},{quantity},2011-01-04 10:00:00,{price},{customer},France\n"


def test_the_lines_of_an_invoice_are_one_order() -> None:
    [event] = events_of("online-retail", HEADER + a_line() + a_line(code="10002", quantity=1))
    assert event["event"] == "Order Completed"
    assert event["userId"] == "501"
    assert event["timestamp"] == "2011-01-04T10:00:00.000Z"
    assert event["context"] == {"location": {"country": "France"}}
    assert event["properties"] == {
        "order_id": "100",
        "revenue": 3.75,
        "total": 3.75,
        "currency": "GBP",
        "products": [
            {"product_id": "10001", "quantity": 2, "price": 1.25},
            {"product_id": "10002", "quantity": 1, "price": 1.25},
        ],
    }


def test_an_order_stands_for_all_its_lines() -> None:
    rows = rows_of("online-retail", HEADER + a_line() * 3)
    assert [row.rows for row in rows if isinstance(row, WireRow)] == [3]


def test_an_invoice_that_another_one_interrupts_is_still_one_order() -> None:
    content = HEADER + a_line() + a_line("C101", quantity=-1) + a_line()
    assert [event["properties"]["order_id"] for event in events_of("online-retail", content)] == [
        "100",
        "C101",
    ]


def test_a_c_invoice_is_a_refund_with_positive_pieces() -> None:
    [event] = events_of("online-retail", HEADER + a_line("C100", quantity=-3))
    assert event["event"] == "Order Refunded"
    assert event["properties"]["products"][0]["quantity"] == 3
    assert event["properties"]["revenue"] == 3.75


def test_an_order_without_a_customer_is_anonymous_by_its_invoice() -> None:
    [event] = events_of("online-retail", HEADER + a_line(customer=""))
    assert event["anonymousId"] == "online-retail-i100"
    assert "userId" not in event


def test_postage_is_the_shipping_of_its_order() -> None:
    content = HEADER + a_line() + a_line(code="POST", quantity=1, price="5.00")
    [event] = events_of("online-retail", content)
    properties = event["properties"]
    assert (properties["revenue"], properties["shipping"], properties["total"]) == (2.5, 5.0, 7.5)
    assert len(properties["products"]) == 1


def test_postage_alone_is_no_order() -> None:
    [reason] = reasons_of("online-retail", HEADER + a_line(code="DOT"))
    assert reason.startswith("StockCode DOT is postage on an invoice without goods")


def test_a_gift_to_a_known_customer_is_part_of_the_order() -> None:
    content = HEADER + a_line() + a_line(code="10002", price="0.0")
    [event] = events_of("online-retail", content)
    assert [product["price"] for product in event["properties"]["products"]] == [1.25, 0.0]


def test_what_is_no_sale_is_refused_with_the_column_that_says_so() -> None:
    content = HEADER + (
        a_line("A1", "B")
        + a_line(code="AMAZONFEE")
        + a_line(code="m")
        + a_line(price="0.0", customer="")
        + a_line(price="-5.0")
        + a_line(quantity=-2)
        + a_line("C1", quantity=2)
        + a_line(quantity=0)
        + a_line(price="free")
        + a_line("")
    )
    reasons = reasons_of("online-retail", content)
    starts = [reason.split(" ")[0] for reason in reasons]
    assert starts == [
        *("InvoiceNo", "StockCode", "StockCode", "UnitPrice", "UnitPrice"),
        *("Quantity", "Quantity", "Quantity", "UnitPrice", "InvoiceNo"),
    ]


def test_an_invoice_too_long_for_one_event_comes_in_parts() -> None:
    content = HEADER + "".join(a_line(code=f"{n:05}") for n in range(450))
    events = events_of("online-retail", content)
    assert [event["properties"]["order_id"] for event in events] == ["100", "100#2", "100#3"]
    assert len({event["messageId"] for event in events}) == 3


def test_each_item_is_told_of_once_with_its_title() -> None:
    content = HEADER + a_line() + a_line("101") + a_line("101", "POST", title="POSTAGE")
    assert items_of("online-retail", content) == [
        {"id": "10001", "title": "TEA CUP", "price": 1.25, "currency": "GBP"}
    ]


LINES = st.builds(
    a_line,
    invoice=st.sampled_from(["100", "101", "102", "C100", "C7", "A1", ""]),
    code=st.sampled_from(["10001", "10002a", "POST", "M", "D", "gift_0001_20", ""]),
    title=st.sampled_from(["TEA CUP", "", '"A, B"']),
    quantity=st.integers(-3, 3),
    price=st.sampled_from(["1.25", "0.0", "-1", "x", ""]),
    customer=st.sampled_from(["501.0", "", "502"]),
)


@given(st.lists(LINES, max_size=60))
def test_every_row_is_in_an_event_or_refused(lines: list[str]) -> None:
    rows = rows_of("online-retail", HEADER + "".join(lines))
    assert sum(row.rows for row in rows) == len(lines)
    assert all(row.rows == 0 for row in rows if isinstance(row, ItemRow))
    assert all(row.rows == 1 for row in rows if isinstance(row, BadRow))


@given(st.lists(LINES, max_size=60))
def test_reading_twice_gives_the_same_ids_and_no_id_twice(lines: list[str]) -> None:
    content = HEADER + "".join(lines)
    ids = [
        [
            row.event["messageId"]
            for row in rows_of("online-retail", content)
            if isinstance(row, WireRow)
        ]
        for _ in range(2)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])
