"""Exports of Segment, Google Analytics 4, Amazon Personalize and RecBole."""

import json

import pytest

from tailorbird.collect.sources.rows import WireRow, WrongHeader
from tests.unit.collect.sources.samples import events_of, reasons_of, rows_of

TRACK = {
    "type": "track",
    "event": "Signed Up",
    "userId": "u1",
    "messageId": "m1",
    "timestamp": "2026-01-01T00:00:00Z",
}
VIEW = {
    "event_name": "view_item",
    "event_timestamp": "1600000000123456",
    "user_pseudo_id": "12.34",
    "user_id": None,
    "batch_event_index": "1",
    "event_params": [
        {"key": "ga_session_id", "value": {"string_value": None, "int_value": "77"}},
        {"key": "currency", "value": {"string_value": "EUR"}},
        {"key": "page_location", "value": {"string_value": "https://shop.example/t"}},
    ],
    "items": [
        {
            "item_id": "t1",
            "item_name": "Tent",
            "item_brand": "(not set)",
            "item_category": "Camping",
            "item_category2": "Tents",
            "price": 99.5,
            "quantity": "1",
        }
    ],
    "device": {"category": "mobile", "language": "de-de"},
    "geo": {"country": "Germany"},
    "traffic_source": {"source": "google", "medium": "organic", "name": "(organic)"},
}


def test_a_segment_event_comes_as_it_is() -> None:
    assert events_of("segment", json.dumps(TRACK)) == [TRACK]


def test_what_the_transport_added_is_left_out_and_may_fill_the_time() -> None:
    sent = {key: value for key, value in TRACK.items() if key != "timestamp"}
    sent |= {"originalTimestamp": "2026-01-02T00:00:00Z", "sentAt": "2026-01-03T00:00:00Z"}
    [event] = events_of("segment", json.dumps(sent))
    assert event["timestamp"] == "2026-01-02T00:00:00Z"
    assert "sentAt" not in event
    assert "originalTimestamp" not in event


def test_a_missing_message_id_is_made_of_line_and_content() -> None:
    line = json.dumps({key: value for key, value in TRACK.items() if key != "messageId"}) + "\n"
    first, second = (event["messageId"] for event in events_of("segment", line * 2))
    assert first != second
    assert [first, second] == [event["messageId"] for event in events_of("segment", line * 2)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "tarck"}, "type 'tarck' is unknown"),
        ({"type": ["track"]}, "is unknown"),
        ({"userId": ""}, "userId and anonymousId are both missing"),
        ({"timestamp": None}, "timestamp is missing"),
        ({"batch": []}, "is a batch"),
    ],
)
def test_a_segment_line_that_is_no_event_is_refused(change: dict[str, object], reason: str) -> None:
    [found] = reasons_of("segment", json.dumps(TRACK | change))
    assert reason in found


def test_a_line_of_broken_json_is_refused_and_the_next_is_read() -> None:
    rows = rows_of("segment", '{"type":\n' + json.dumps(TRACK))
    assert [isinstance(row, WireRow) for row in rows] == [False, True]


def test_a_ga4_view_becomes_a_product_viewed() -> None:
    [event] = events_of("ga4", json.dumps(VIEW))
    assert event["event"] == "Product Viewed"
    assert event["anonymousId"] == "12.34"
    assert event["timestamp"] == "2020-09-13T12:26:40.123Z"
    assert event["properties"] == {
        "ga_session_id": 77,
        "currency": "EUR",
        "url": "https://shop.example/t",
        "product_id": "t1",
        "name": "Tent",
        "price": 99.5,
        "quantity": "1",
        "category": "Camping > Tents",
    }
    assert event["context"]["device"] == {"type": "mobile"}
    assert event["context"]["campaign"]["medium"] == "organic"
    assert event["context"]["sessionId"] == "77"


def test_a_ga4_cart_event_of_two_items_is_two_events() -> None:
    items = [{"item_id": "a"}, {"item_id": "b"}]
    rows = rows_of("ga4", json.dumps(VIEW | {"event_name": "add_to_cart", "items": items}))
    assert [row.rows for row in rows] == [1, 0]
    assert len({row.event["messageId"] for row in rows if isinstance(row, WireRow)}) == 2


def test_a_ga4_purchase_is_an_order_with_its_money() -> None:
    bought = {"transaction_id": "o1", "purchase_revenue": 10.5, "tax_value": None}
    [event] = events_of("ga4", json.dumps(VIEW | {"event_name": "purchase", "ecommerce": bought}))
    assert event["event"] == "Order Completed"
    assert event["properties"]["order_id"] == "o1"
    assert event["properties"]["revenue"] == 10.5
    assert len(event["properties"]["products"]) == 1


def test_a_ga4_page_view_is_a_page_and_an_unknown_event_keeps_its_name() -> None:
    page, scroll = (
        events_of("ga4", json.dumps(VIEW | {"event_name": name, "items": []}))[0]
        for name in ("page_view", "scroll")
    )
    assert page["type"] == "page"
    assert scroll["event"] == "scroll"


def test_a_ga4_id_does_not_depend_on_the_line_where_the_export_has_batch_fields() -> None:
    lines = [json.dumps(VIEW), json.dumps(VIEW | {"batch_event_index": "2"})]
    ids = {event["messageId"] for event in events_of("ga4", "\n".join(lines))}
    assert ids == {event["messageId"] for event in events_of("ga4", "\n".join(lines[::-1]))}


def test_ga4_twins_of_an_old_export_are_two_events() -> None:
    line = json.dumps({key: value for key, value in VIEW.items() if key != "batch_event_index"})
    ids = [event["messageId"] for event in events_of("ga4", f"{line}\n{line}\n")]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"event_name": None},
        {"user_pseudo_id": None},
        {"event_timestamp": "soon"},
        {"event_params": [1]},
        {"items": [{"price": 1}]},
        {"items": [1]},
    ],
)
def test_an_odd_ga4_line_is_refused(change: dict[str, object]) -> None:
    assert len(reasons_of("ga4", json.dumps(VIEW | change))) == 1


PERSONALIZE = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,IMPRESSION,RECOMMENDATION_ID\n"


def test_a_personalize_interaction_keeps_its_impression_and_recommendation() -> None:
    [event] = events_of("amazon-personalize", PERSONALIZE + "u,i,1600000000,Click,2,a|i,r1\n")
    assert event["event"] == "Product Clicked"
    assert event["properties"] == {
        "product_id": "i",
        "value": 2.0,
        "impression": ["a", "i"],
        "recommendation_id": "r1",
    }


def test_a_personalize_purchase_is_an_order_and_another_word_a_custom_event() -> None:
    content = PERSONALIZE + "u,i,1600000000,Purchase,,,\nu,i,1600000000,Watched,,,\n"
    assert [event["event"] for event in events_of("amazon-personalize", content)] == [
        "Order Completed",
        "Watched",
    ]


def test_personalize_interactions_without_a_type_are_views() -> None:
    content = "ITEM_ID,USER_ID,TIMESTAMP\ni,u,1600000000\n"
    assert events_of("amazon-personalize", content)[0]["event"] == "Product Viewed"


def test_personalize_users_are_identified_with_their_traits() -> None:
    [event] = events_of("amazon-personalize", "USER_ID,AGE,PLAN\nu,30,\n")
    assert event["type"] == "identify"
    assert event["traits"] == {"age": "30"}


def test_bad_personalize_rows_are_refused() -> None:
    content = PERSONALIZE + ",i,1600000000,View,,,\nu,i,then,View,,,\nu,i,1600000000,View,x,,\n"
    starts = [reason.split(" ")[0] for reason in reasons_of("amazon-personalize", content)]
    assert starts == ["USER_ID", "TIMESTAMP", "EVENT_VALUE"]


def test_a_recbole_interaction_with_a_rating_is_a_review() -> None:
    content = "user_id:token\titem_id:token\trating:float\ttimestamp:float\nu\ti\t4\t1600000000\n"
    [event] = events_of("recbole", content)
    assert event["event"] == "Product Reviewed"
    assert event["properties"] == {"product_id": "i", "rating": 4.0}
    assert event["timestamp"] == "2020-09-13T12:26:40.000Z"


def test_a_recbole_interaction_without_a_time_has_a_made_up_one() -> None:
    [event] = events_of("recbole", "item_id:token\tuser_id:token\ni\tu\n")
    assert event["event"] == "Product Viewed"
    assert event["context"] == {"syntheticTime": True}


def test_a_recbole_user_is_identified_with_typed_traits() -> None:
    [event] = events_of("recbole", "user_id:token\tage:float\tlikes:token_seq\nu\t30\ta b\n")
    assert event["traits"] == {"age": 30.0, "likes": ["a", "b"]}


def test_a_recbole_item_file_is_sent_to_the_feeds() -> None:
    with pytest.raises(WrongHeader) as refused:
        rows_of("recbole", "item_id:token\ttitle:token\ni\tTent\n")
    assert "import items" in refused.value.remedy


def test_a_column_without_a_type_is_no_recbole_file() -> None:
    with pytest.raises(WrongHeader, match="'item_id' has no RecBole type"):
        rows_of("recbole", "user_id:token\titem_id\nu\ti\n")


def test_bad_recbole_rows_are_refused() -> None:
    content = "user_id:token\titem_id:token\trating:float\nu\ti\tgood\n\ti\t1\nu\n"
    assert len(reasons_of("recbole", content)) == 3
