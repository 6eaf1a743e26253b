"""Any file by a mapping: what a shop may write, and what it becomes."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from tailorbird.collect.sources import parquet
from tailorbird.collect.sources.rows import UnreadableFile, WireRow
from tests.unit.collect.sources.samples import ROOT, events_of, reasons_of, rows_of

BASIC = """
source: shop
event: {from: action, names: {view: Product Viewed, 1: Product Added}}
time: {from: at, format: epoch_s}
fields:
  userId: customer
  properties.product_id: sku
"""
CSV = "action,at,customer,sku\nview,1600000000,7,t1\n"


def one(mapping: str, content: str | bytes) -> dict[str, Any]:
    [event] = events_of("mapping", content, mapping=mapping)
    return event


def test_a_row_becomes_the_event_that_the_mapping_says() -> None:
    event = one(BASIC, CSV)
    assert event.pop("messageId").startswith("shop-2-")
    assert event == {
        "type": "track",
        "event": "Product Viewed",
        "userId": "7",
        "timestamp": "2020-09-13T12:26:40.000Z",
        "properties": {"product_id": "t1"},
    }


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
def test_the_delimiter_is_seen_from_the_header(mark: str) -> None:
    assert one(BASIC, CSV.replace(",", mark))["userId"] == "7"


def test_words_that_yaml_reads_as_numbers_are_words() -> None:
    assert one(BASIC, CSV.replace("view", "1"))["event"] == "Product Added"


def test_ids_that_json_has_as_numbers_become_texts() -> None:
    row = {"action": "view", "at": 1_600_000_000, "customer": 7, "sku": 12}
    event = one(BASIC, json.dumps(row))
    assert (event["userId"], event["properties"]["product_id"]) == ("7", "12")


def test_a_json_array_is_read_element_by_element() -> None:
    rows = [{"action": "view", "at": n, "customer": "u" * 999, "sku": n} for n in range(2_000)]
    events = events_of("mapping", json.dumps(rows, indent=1), mapping=BASIC)
    assert [event["properties"]["product_id"] for event in events] == [str(n) for n in range(2_000)]


@pytest.mark.parametrize(
    "content", ['[{"a": 1}', '[{"a": 1} {"a": 2}]', '[{"a"', "[", "[1,", "[nope]"]
)
def test_a_json_array_that_breaks_off_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableFile):
        rows_of("mapping", content, mapping=BASIC)


def test_an_element_that_is_no_object_is_refused() -> None:
    assert len(reasons_of("mapping", "[1, [2]]", mapping=BASIC)) == 2


def test_a_parquet_file_is_read_with_its_own_types() -> None:
    table = pa.table(
        {
            "action": ["view", "look"],
            "at": [datetime(2026, 1, 1, tzinfo=UTC)] * 2,
            "customer": [7, 8],
            "sku": ["t1", "t2"],
            "price": [Decimal("1.50"), None],
        }
    )
    sink = io.BytesIO()
    pq.write_table(table, sink)
    mapping = BASIC + "  properties.price: price\n"
    first, second = rows_of("mapping", sink.getvalue(), mapping=mapping)
    assert isinstance(first, WireRow)
    assert first.event["timestamp"] == "2026-01-01T00:00:00.000Z"
    assert first.event["properties"]["price"] == 1.5
    assert not isinstance(second, WireRow)


def test_a_damaged_parquet_file_is_unreadable() -> None:
    with pytest.raises(UnreadableFile, match="Parquet"):
        rows_of("mapping", b"PAR1" + bytes(50) + b"PAR1", mapping=BASIC)


def test_without_pyarrow_parquet_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "pa", None)
    with pytest.raises(UnreadableFile) as refused:
        rows_of("mapping", b"PAR1" + bytes(50), mapping=BASIC)
    assert "tailorbird[parquet]" in refused.value.remedy


@pytest.mark.parametrize(
    ("time", "text", "expected"),
    [
        ("{from: at, format: epoch_ms}", "1600000000123", "2020-09-13T12:26:40.123Z"),
        ("{from: at, format: epoch_us}", "1600000000123456", "2020-09-13T12:26:40.123Z"),
        ("at", "2020-09-13T14:26:40+02:00", "2020-09-13T12:26:40.000Z"),
        ("{from: at, zone: Europe/Berlin}", "2020-09-13 14:26:40", "2020-09-13T12:26:40.000Z"),
        (
            "{from: at, format: '%d.%m.%Y %H:%M', zone: Europe/Berlin}",
            "13.12.2020 12:26",
            "2020-12-13T11:26:00.000Z",
        ),
        ("{from: at, format: '%d/%m/%Y %z'}", "13/12/2020 +0200", "2020-12-12T22:00:00.000Z"),
    ],
)
def test_times_are_read_by_format_and_zone(time: str, text: str, expected: str) -> None:
    mapping = BASIC.replace("{from: at, format: epoch_s}", time)
    assert one(mapping, CSV.replace("1600000000", text))["timestamp"] == expected


@pytest.mark.parametrize("text", ["", "soon", "1600000000000000"])
def test_a_row_without_a_readable_time_is_refused(text: str) -> None:
    [reason] = reasons_of("mapping", CSV.replace("1600000000", text), mapping=BASIC)
    assert reason.startswith("at ")


def test_a_word_that_the_table_lacks_is_refused_by_name() -> None:
    [reason] = reasons_of("mapping", CSV.replace("view", "look"), mapping=BASIC)
    assert reason == "event: 'look' is not in `names` (view, 1); add it"


def test_a_row_about_nobody_is_refused() -> None:
    [reason] = reasons_of("mapping", CSV.replace(",7,", ",,"), mapping=BASIC)
    assert "userId and anonymousId are both empty" in reason


def test_constants_prefixes_patterns_lists_and_numbers_are_made_as_the_mapping_says() -> None:
    mapping = (
        BASIC
        + """
  anonymousId: {from: customer, prefix: v-}
  properties.currency: {value: EUR}
  properties.price: {from: cost, decimal: ",", scale: 0.01}
  properties.labels: {from: tags, split: "/"}
  properties.size: {from: sku, pattern: "(\\\\d+)"}
  context.campaign.name: {from: [none, promo]}
"""
    )
    content = (
        'action,at,customer,sku,cost,tags,none,promo\nview,1600000000,7,t41,"1.299,5",a/b,,may\n'
    )
    event = one(mapping, content)
    assert event["anonymousId"] == "v-7"
    assert event["properties"] == {
        "product_id": "t41",
        "currency": "EUR",
        "price": 12.995,
        "labels": ["a", "b"],
        "size": "41",
    }
    assert event["context"] == {"campaign": {"name": "may"}}


def test_a_constant_stands_in_where_a_row_says_nothing() -> None:
    mapping = BASIC + "  properties.currency: {from: money, value: EUR}\n"
    content = "action,at,customer,sku,money\nview,1600000000,7,t1,\nview,1600000000,7,t1,USD\n"
    found = events_of("mapping", content, mapping=mapping)
    assert [event["properties"]["currency"] for event in found] == ["EUR", "USD"]


def test_a_file_without_a_header_is_named_by_the_mapping() -> None:
    mapping = BASIC + "header: [sku, customer, at, action]\ndelimiter: ','\n"
    assert one(mapping, "t1,7,1600000000,view\n")["properties"] == {"product_id": "t1"}


def test_an_identify_needs_no_event_name() -> None:
    mapping = (
        "source: s\ntype: {value: identify}\ntime: at\nfields: {userId: id, traits.plan: plan}"
    )
    event = one(mapping, "id,at,plan\n7,2026-01-01,gold\n")
    assert (event["type"], event["traits"]) == ("identify", {"plan": "gold"})


def test_the_example_of_order_lines_gathers_each_order() -> None:
    mapping = (ROOT / "docs" / "examples" / "mappings" / "order-lines.yaml").read_text()
    content = (
        "order_no;kind;sold_on;customer;article;pieces;unit_price\n"
        "9;sale;05.01.2026 12:00;4;a1;2;1.299,50\n"
        "9;sale;05.01.2026 12:00;4;a2;1;3,00\n"
        "9;gift;05.01.2026 12:00;4;a3;1;3,00\n"
    )
    rows = rows_of("mapping", content, mapping=mapping)
    [order] = [row for row in rows if isinstance(row, WireRow)]
    assert order.rows == 2
    assert order.event["timestamp"] == "2026-01-05T11:00:00.000Z"
    assert order.event["properties"]["products"] == [
        {"product_id": "a1", "quantity": 2, "price": 1299.5},
        {"product_id": "a2", "quantity": 1, "price": 3.0},
    ]
    assert len(rows) == 2
