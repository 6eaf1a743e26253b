"""The real files: what is read agrees with what was counted in them, row for row."""

from functools import cache

import msgspec
import pytest

from tailorbird.collect.sources.registry import detect, open_source
from tailorbird.collect.sources.rows import BadRow, ItemRow, Row, WireRow
from tests.unit.collect.sources.samples import counted, real

# File, format that it must be told to have, rows in it, events made of them, rows refused.
FILES = [
    ("events/retailrocket_2015-09-11_18.tsv.gz", "retailrocket", 38_741, 38_741, 0),
    ("events/rees46_2019-10-01.csv.gz", "rees46", 17_435, 17_434, 1),
    ("events/otto_sample.jsonl.gz", "otto", 20, 862, 0),
    ("events/diginetica_train-purchases.csv.gz", "diginetica", 18_025, 13_506, 0),
    ("orders/online_retail_2010-12_2011-08.csv.gz", "online-retail", 320_705, 14_835, 2_395),
    ("orders/cdnow_sample.txt.gz", "cdnow", 6_919, 6_919, 0),
    ("sessions/diginetica/test.jsonl.gz", "sessions-jsonl", 60_858, 76_821, 0),
    ("sessions/yoochoose1_64/test.jsonl.gz", "sessions-jsonl", 55_898, 71_222, 0),
    ("sessions/yoochoose_100k/train_full.tsv.gz", "sessions", 70_278, 70_278, 0),
    ("sessions/yoochoose_100k/test.tsv.gz", "sessions", 13_568, 13_568, 0),
    ("sessions/rsc15_cut/train_full.tsv.gz", "sessions", 99_943, 99_943, 0),
    ("sessions/rsc15_cut/test.tsv.gz", "sessions", 7_299, 7_299, 0),
    ("sessions/amazon_beauty/sequences.txt.gz", "buyers", 22_363, 198_502, 0),
]
LARGE = [
    ("sessions/diginetica/train.jsonl.gz", "sessions-jsonl", 186_670, 906_140, 0),
    ("sessions/yoochoose1_64/train.jsonl.gz", "sessions-jsonl", 116_167, 486_026, 0),
]


@pytest.mark.parametrize(("path", "name", "rows", "events", "refused"), FILES)
def test_a_real_file_is_told_read_and_accounted_for(
    path: str, name: str, rows: int, events: int, refused: int
) -> None:
    agree(path, name, rows, events, refused)


@pytest.mark.long
@pytest.mark.parametrize(("path", "name", "rows", "events", "refused"), LARGE)
def test_a_large_real_file_is_told_read_and_accounted_for(
    path: str, name: str, rows: int, events: int, refused: int
) -> None:
    agree(path, name, rows, events, refused)


@cache
def invoices() -> tuple[Row, ...]:
    """Return what becomes of the largest file, read once for all tests."""
    with open_source(real("orders/online_retail_2010-12_2011-08.csv.gz")) as source:
        return tuple(source.rows())


def agree(path: str, name: str, rows: int, events: int, refused: int) -> None:
    file = real(path)
    assert detect(file).source == name
    with open_source(file) as source:
        found = counted(source.rows())
        assert source.bytes_read == source.bytes_total
    assert (found["rows"], found["events"], found["rows_refused"]) == (rows, events, refused)


def test_the_cut_last_line_of_rees46_is_the_one_bad_row() -> None:
    with open_source(real("events/rees46_2019-10-01.csv.gz")) as source:
        [bad] = [row for row in source.rows() if isinstance(row, BadRow)]
    assert bad.line == 17_436
    assert "cut short" in bad.reason


def test_retailrocket_visitors_and_sessions_are_as_many_as_were_counted() -> None:
    with open_source(real("events/retailrocket_2015-09-11_18.tsv.gz")) as source:
        events = [row.event for row in source.rows() if isinstance(row, WireRow)]
    assert len({event["anonymousId"] for event in events}) == 10_937
    assert len({event["context"]["sessionId"] for event in events}) == 12_213


def test_cdnow_customers_are_as_many_as_were_counted() -> None:
    with open_source(real("orders/cdnow_sample.txt.gz")) as source:
        users = {row.event["userId"] for row in source.rows() if isinstance(row, WireRow)}
    assert len(users) == 2_357


def test_online_retail_dirt_is_refused_by_kind() -> None:
    kinds: dict[str, int] = {}
    for row in invoices():
        if isinstance(row, BadRow):
            kind = row.reason.split(":")[0].split(", not")[0].split("; ")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
    assert kinds == {
        "UnitPrice is 0 and CustomerID empty": 1_776,
        "StockCode M is a manual entry": 367,
        "StockCode POST is postage on an invoice without goods": 89,
        "StockCode S is samples": 55,
        "StockCode D is a discount on account": 54,
        "StockCode AMAZONFEE is a marketplace's fee": 25,
        "StockCode BANK CHARGES is a bank's charges": 23,
        "InvoiceNo begins with A": 3,
        "StockCode C2 is postage on an invoice without goods": 2,
        "StockCode CRUK is a donation's commission": 1,
    }


def test_online_retail_events_fit_through_the_collectors_door() -> None:
    events = [row.event for row in invoices() if isinstance(row, WireRow)]
    assert max(len(msgspec.json.encode(event)) for event in events) < 32 * 1024
    assert max(len(event["properties"]["products"]) for event in events) == 200


def test_online_retail_items_are_told_of_once() -> None:
    items = [row.item["id"] for row in invoices() if isinstance(row, ItemRow)]
    assert len(items) == len(set(items)) == 3_541
