"""RetailRocket, REES46 and OTTO: one visitor's views, cart and purchases."""

from tailorbird.collect.sources.rows import WireRow
from tests.unit.collect.sources.samples import events_of, reasons_of, rows_of

ROCKET = "Time\tUserId\tType\tItemId\tSessionId\tCatId\n"
REES46 = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
)


def test_a_rocket_view_is_anonymous_and_keeps_its_session_in_the_context() -> None:
    assert events_of("retailrocket", ROCKET + "1600000000\t7\tview\tsku-1\t70\t12\n") == [
        {
            "type": "track",
            "event": "Product Viewed",
            "anonymousId": "rr-u7",
            "messageId": "rr-2-1600000000-7-sku-1",
            "timestamp": "2020-09-13T12:26:40.000Z",
            "properties": {"product_id": "sku-1", "category": "12"},
            "context": {"sessionId": "70"},
        }
    ]


def test_a_rocket_purchase_is_an_order_of_one_item_with_a_number_of_its_own() -> None:
    rows = ROCKET + "1600000000\t7\ttransaction\ta\t70\t1\n1600000000\t7\ttransaction\ta\t70\t1\n"
    first, second = events_of("retailrocket", rows)
    assert first["properties"]["products"] == [{"product_id": "a", "category": "1", "quantity": 1}]
    assert first["properties"]["order_id"] != second["properties"]["order_id"]


def test_two_identical_rows_are_two_events() -> None:
    rows = ROCKET + "1600000000\t7\tview\ta\t70\t1\n" * 2
    assert len({event["messageId"] for event in events_of("retailrocket", rows)}) == 2


def test_bad_rocket_rows_name_the_column_and_the_remedy() -> None:
    rows = (
        ROCKET
        + "soon\t7\tview\ta\t1\t1\n1600000000\t7\tlook\ta\t1\t1\n1600000000\t\tview\ta\t1\t1\n"
    )
    time, kind, user = reasons_of("retailrocket", rows)
    assert time.startswith("Time 'soon' is not a number")
    assert kind == "Type 'look' is unknown; use view, addtocart, transaction"
    assert user.startswith("UserId is empty")


def test_a_rees46_row_carries_brand_category_path_and_price() -> None:
    row = "2019-10-01 00:00:07 UTC,cart,11,99,home.garden.rake,acme,12.40,5,s-1\n"
    [event] = events_of("rees46", REES46 + row, currency="USD")
    assert event["event"] == "Product Added"
    assert event["properties"] == {
        "product_id": "11",
        "category": "home > garden > rake",
        "category_id": "99",
        "brand": "acme",
        "price": 12.4,
        "quantity": 1,
        "currency": "USD",
    }


def test_a_rees46_price_of_zero_is_unknown_and_the_event_is_kept() -> None:
    [event] = events_of("rees46", REES46 + "2019-10-01 00:00:07 UTC,view,11,,,,0.00,5,s-1\n")
    assert event["properties"] == {"product_id": "11"}


def test_a_rees46_purchase_is_an_order_with_its_price_as_revenue() -> None:
    row = "2019-10-01 00:00:07 UTC,purchase,11,,,,12.5,5,s-1\n"
    [event] = events_of("rees46", REES46 + row)
    assert event["properties"]["revenue"] == 12.5
    assert event["properties"]["products"] == [{"product_id": "11", "price": 12.5, "quantity": 1}]


def test_the_last_line_of_a_cut_rees46_file_is_refused_alone() -> None:
    whole = "2019-10-01 00:00:07 UTC,view,11,99,,,1.00,5,s-1\n"
    first, last = rows_of("rees46", REES46 + whole + whole[:30])
    assert isinstance(first, WireRow)
    assert reasons_of("rees46", REES46 + whole[:30]) == [
        "the row ends after column 3 of 9; it is cut short: fetch it again"
    ]
    assert last.line == 3


def test_an_otto_line_holds_many_events_and_stands_for_one_row() -> None:
    line = (
        '{"session":3,"events":[{"aid":1,"ts":1600000000000,"type":"clicks"},'
        '{"aid":2,"ts":1600000001000,"type":"carts"},{"aid":2,"ts":1600000002000,"type":"orders"}]}'
    )
    rows = rows_of("otto", line)
    assert [row.event["event"] for row in rows if isinstance(row, WireRow)] == [
        "Product Viewed",
        "Product Added",
        "Order Completed",
    ]
    assert [row.rows for row in rows] == [1, 0, 0]


def test_one_odd_event_refuses_its_otto_line_as_a_whole() -> None:
    line = (
        '{"session":3,"events":[{"aid":1,"ts":1600000000000,"type":"clicks"},'
        '{"aid":2,"ts":1600000001000,"type":"likes"}]}'
    )
    assert reasons_of("otto", line) == [
        "events[1].type 'likes' is unknown; use clicks, carts, orders"
    ]


def test_otto_lines_of_another_shape_are_refused() -> None:
    rows = '{"session":3,"events":[]}\n[1]\n{"session":3,"events":[{"aid":1}]}\nnope\n'
    assert len(reasons_of("otto", rows)) == 4
