"""Benchmarks' sessions: Diginetica, YooChoose, lists a line, buyers a line, CDNOW."""

import pytest

from tailorbird.collect.sources.rows import WireRow, WrongHeader
from tests.unit.collect.sources.samples import events_of, reasons_of, rows_of

PURCHASES = "sessionId;userId;timeframe;eventdate;ordernumber;itemId\n"


def test_the_lines_of_a_diginetica_order_are_one_event_at_midnight() -> None:
    content = PURCHASES + "1;NA;500;2016-05-06;9;a\n2;7;1;2016-05-06;8;c\n1;NA;500;2016-05-06;9;b\n"
    first, second = events_of("diginetica", content)
    assert first["anonymousId"] == "dg-s1"
    assert second["anonymousId"] == "dg-u7"
    assert first["timestamp"] == "2016-05-06T00:00:00.000Z"
    assert [product["product_id"] for product in first["properties"]["products"]] == ["a", "b"]


def test_diginetica_rows_that_lack_something_are_refused_one_by_one() -> None:
    content = PURCHASES + "1;NA;x;2016-05-06;9;a\n1;NA;5;May;9;a\n1;NA;5;2016-05-06;;a\n"
    starts = [reason.split(" ")[0] for reason in reasons_of("diginetica", content)]
    assert starts == ["timeframe", "eventdate", "ordernumber"]


def test_diginetica_item_views_are_read_by_their_header() -> None:
    content = "sessionId;userId;itemId;timeframe;eventdate\n1;NA;501;1200;2016-05-09\n"
    [event] = events_of("diginetica", content)
    assert event["event"] == "Product Viewed"
    assert event["context"] == {"sessionId": "1", "timeframe": 1200}


def test_diginetica_sessions_are_read_as_lists() -> None:
    assert len(events_of("diginetica", "[1,2]\n[3]\n")) == 3


def test_another_semicolon_file_is_not_diginetica() -> None:
    with pytest.raises(WrongHeader, match="itemId, categoryId"):
        rows_of("diginetica", "itemId;categoryId\n1;2\n")


def test_a_click_is_a_view_and_category_zero_is_none() -> None:
    content = "SessionId\tItemId\tCatId\tTime\n5\ta\t0\t1600000000.5\n5\tb\t3\t1600000001\n"
    first, second = events_of("sessions", content)
    assert first["timestamp"] == "2020-09-13T12:26:40.500Z"
    assert first["properties"] == {"product_id": "a"}
    assert second["properties"] == {"product_id": "b", "category": "3"}


def test_clicks_need_no_category_column() -> None:
    content = "SessionId\tItemId\tTime\n5\ta\t1600000000\n"
    assert events_of("sessions", content)[0]["anonymousId"] == "session-5"


def test_a_list_a_line_gets_made_up_times_in_its_order_and_says_so() -> None:
    events = events_of("sessions-jsonl", "[11,12]\n", start_ms=0)
    assert [event["timestamp"] for event in events] == [
        "1970-01-01T00:01:00.000Z",
        "1970-01-01T00:01:30.000Z",
    ]
    assert all(event["context"] == {"syntheticTime": True} for event in events)


def test_equal_lists_on_two_lines_are_two_visitors() -> None:
    events = events_of("sessions-jsonl", "[1]\n[1]\n")
    assert len({event["anonymousId"] for event in events}) == 2


def test_the_same_line_number_of_two_files_is_two_visitors() -> None:
    one, other = (events_of("sessions-jsonl", text)[0] for text in ("[1]\n", "[2]\n"))
    assert one["anonymousId"] != other["anonymousId"]


def test_the_lines_that_repeat_a_test_session_add_rows_but_no_views() -> None:
    content = "[[1,2,3],4]\n[[1,2],3]\n[[1],2]\n[[1,2],9]\n[[1],2]\n"
    rows = [row for row in rows_of("sessions-jsonl", content) if isinstance(row, WireRow)]
    assert [row.event["properties"]["product_id"] for row in rows] == [*"1234", *"129"]
    assert [row.rows for row in rows] == [3, 0, 0, 0, 2, 0, 0]


def test_a_test_session_that_begins_alike_but_is_longer_is_its_own() -> None:
    rows = rows_of("sessions-jsonl", "[[1],2]\n[[1,2],3]\n")
    assert [row.rows for row in rows] == [1, 0, 1, 0, 0]


@pytest.mark.parametrize("line", ["{}", "[]", "[[1,2]]", "[1,[2]]", "[1.5]", "7", "[null]"])
def test_a_line_that_is_no_session_is_refused(line: str) -> None:
    [reason] = reasons_of("sessions-jsonl", line + "\n")
    assert "neither a list of item numbers" in reason


def test_a_buyer_is_known_and_each_item_is_an_order() -> None:
    events = events_of("buyers", "7 100 101\n8 100\n")
    assert [event["userId"] for event in events] == ["7", "7", "8"]
    assert {event["event"] for event in events} == {"Order Completed"}


def test_a_buyer_without_items_is_refused() -> None:
    assert len(reasons_of("buyers", "7\n")) == 1


def test_a_cdnow_line_is_an_order_of_dollars_and_discs() -> None:
    [event] = events_of("cdnow", " 90001 0077 19980214  3   41.25\r\n")
    assert event["userId"] == "90001"
    assert event["timestamp"] == "1998-02-14T00:00:00.000Z"
    assert event["properties"]["revenue"] == 41.25
    assert event["properties"]["quantity"] == 3


def test_the_cdnow_master_file_has_no_second_number() -> None:
    [event] = events_of("cdnow", " 90001 19980214  3   41.25\n")
    assert event["userId"] == "90001"


def test_two_equal_cdnow_lines_are_two_orders() -> None:
    events = events_of("cdnow", " 90001 0077 19980214  3   41.25\n" * 2)
    assert len({event["properties"]["order_id"] for event in events}) == 2


@pytest.mark.parametrize("line", ["90001 0077 19981318  3   41.25", "90001 1998", "x", "1 2 3 4"])
def test_odd_cdnow_lines_are_refused(line: str) -> None:
    assert len(reasons_of("cdnow", line)) == 1
