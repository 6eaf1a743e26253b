"""The list of formats, and which of them a file is told to have."""

from pathlib import Path

import pytest

from tailorbird.collect.sources.registry import SOURCES, UnknownSource, detect, open_source
from tests.unit.collect.sources.samples import packed

BEGINNINGS = {
    "retailrocket": "Time\tUserId\tType\tItemId\tSessionId\tCatId\n",
    "rees46": (
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,"
        "user_session\n"
    ),
    "otto": '{"session":1,"events":[]}\n',
    "online-retail": (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    ),
    "diginetica": "sessionId;userId;timeframe;eventdate;ordernumber;itemId\n",
    "sessions": "SessionId\tItemId\tTime\n",
    "sessions-jsonl": "[1,2]\n",
    "buyers": "1 2 3\n",
    "amazon-personalize": "USER_ID,ITEM_ID,TIMESTAMP\n",
    "recbole": "user_id:token\titem_id:token\n",
    "segment": '{"type":"page"}\n',
    "ga4": '{"event_name":"x","event_timestamp":"1"}\n',
    "cdnow": " 90001 0077 19980214  3   41.25\r\n",
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_a_format_is_told_by_its_beginning(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbf" + BEGINNINGS[name].encode())
    assert detect(path).source == name
    assert detect(packed(path, BEGINNINGS[name])).source == name


def test_every_format_but_the_mapping_can_be_told() -> None:
    assert set(SOURCES) == {*BEGINNINGS, "mapping"}


def test_what_was_told_says_why(tmp_path: Path) -> None:
    path = packed(tmp_path / "file", BEGINNINGS["rees46"])
    assert detect(path).why == "the header is REES46's: read as rees46"


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "\x00\x01", '{"a":1}'])
def test_an_unknown_beginning_lists_the_formats(content: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(UnknownSource) as unknown:
        detect(path)
    assert "retailrocket" in unknown.value.remedy


def test_an_unknown_name_lists_the_formats(tmp_path: Path) -> None:
    with pytest.raises(UnknownSource, match="'csv'"):
        open_source(tmp_path / "file", "csv")


def test_every_format_says_what_it_is() -> None:
    assert all(source.about for source in SOURCES.values())
