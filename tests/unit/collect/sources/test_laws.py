"""Laws of every reader: any bytes, every row accounted for, the same ids each time."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.collect.sources.opening import whole
from tailorbird.collect.sources.registry import SOURCES
from tailorbird.collect.sources.rows import BadRow, Row, WireRow
from tailorbird.spine.errors import BadRequest
from tests.unit.collect.sources.samples import rows_of
from tests.unit.collect.sources.test_registry import BEGINNINGS

MAPPING = """
source: any
event: {from: what, names: {view: Product Viewed}}
time: {from: at, format: epoch_s}
fields: {userId: who, properties.price: price, products.product_id: sku}
"""
HEADERS = {**BEGINNINGS, "mapping": "what,at,who,price,sku\n"}
WORDS = st.sampled_from(
    [
        "",
        "1",
        "7",
        "1600000000",
        "2016-05-06",
        "view",
        "-2",
        "1.5",
        "a b",
        '"',
        '"x"',
        "NA",
        "é",
        "\0",
    ]
)
MARKS = st.sampled_from(["\t", ",", ";", " "])
LINES = st.builds(lambda words, mark: mark.join(words), st.lists(WORDS, max_size=9), MARKS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["session", "events", "aid", "ts", "type", "event_name", "items", "userId"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("name", SOURCES)
@given(content=st.binary(max_size=300))
@settings(max_examples=25)
def test_any_bytes_become_rows_or_a_mistake_of_the_caller(name: str, content: bytes) -> None:
    read_or_mistake(name, content)
    read_or_mistake(name, HEADERS[name].encode() + content)


@pytest.mark.parametrize("name", SOURCES)
@given(lines=st.lists(LINES, max_size=12))
@settings(max_examples=40)
def test_rows_that_are_nearly_right_become_rows(name: str, lines: list[str]) -> None:
    read_or_mistake(name, (HEADERS[name] + "\n".join(lines)).encode())


@pytest.mark.parametrize("name", ["otto", "segment", "ga4", "sessions-jsonl", "mapping"])
@given(values=st.lists(JSON, max_size=6))
@settings(max_examples=60)
def test_every_json_line_is_accounted_for(name: str, values: list[object]) -> None:
    lines = [msgspec.json.encode(value) for value in values]
    rows = read_or_mistake(name, b"\n".join(lines))
    if rows is not None and name != "mapping":
        assert sum(row.rows for row in rows) == len(values)


@pytest.mark.parametrize("name", ["retailrocket", "rees46", "sessions", "diginetica"])
@given(lines=st.lists(st.integers(0, 4), max_size=40))
@settings(max_examples=30)
def test_every_row_of_a_table_is_accounted_for_and_no_id_comes_twice(
    name: str, lines: list[int]
) -> None:
    samples = {
        "retailrocket": "1600000000\t7\tview\t{}\t1\t1",
        "rees46": "2019-10-01 00:00:00 UTC,view,{},1,a.b,c,1.00,5,s",
        "sessions": "5\t{}\t1600000000",
        "diginetica": "1;NA;5;2016-05-06;{};a",
    }
    content = HEADERS[name] + "".join(f"{samples[name].format(n)}\n" for n in lines)
    rows = rows_of(name, content)
    assert sum(row.rows for row in rows) == len(lines)
    ids = [row.event["messageId"] for row in rows if isinstance(row, WireRow)]
    assert len(set(ids)) == len(ids)
    assert rows == rows_of(name, content)


def read_or_mistake(name: str, content: bytes) -> list[Row] | None:
    """Return the rows, or None where the file as a whole is a mistake of the caller."""
    try:
        with whole("file"):
            rows = rows_of(name, content, mapping=MAPPING)
    except BadRequest:
        return None
    for row in rows:
        if isinstance(row, BadRow):
            assert row.reason
            assert len(row.raw) <= 2_048
        elif isinstance(row, WireRow):
            assert row.event.get("userId") or row.event.get("anonymousId")
            assert row.event["timestamp"]
            assert row.event["messageId"]
    return rows
