"""Numbers and moments, as text and as arithmetic."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.collect.sources.fields import (
    moment_epoch,
    moment_ms,
    moment_s,
    moment_text,
    number,
    one_of,
    present,
    whole_number,
)
from tailorbird.collect.sources.rows import UnfitRow
from tailorbird.spine.clock import format_time

LAST_MS = int(datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp() * 1000)


@given(st.integers(0, LAST_MS))
def test_arithmetic_on_the_day_says_what_the_calendar_says(at_ms: int) -> None:
    assert moment_ms(at_ms, "Time") == format_time(at_ms)


def test_seconds_keep_their_milliseconds() -> None:
    assert moment_s("1600000000.94", "Time") == "2020-09-13T12:26:40.940Z"


@pytest.mark.parametrize("text", ["", "soon", "nan", "1e308", "-1", "9" * 5_000, "1500000000000"])
def test_what_is_no_count_of_seconds_names_its_column(text: str) -> None:
    with pytest.raises(UnfitRow, match="Time"):
        moment_s(text, "Time")


def test_microseconds_are_told_by_their_unit() -> None:
    assert moment_epoch("1600000000000000", 0.001, "t") == "2020-09-13T12:26:40.000Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-10-01 00:00:00 UTC", "2019-10-01T00:00:00.000Z"),
        ("2019-10-01", "2019-10-01T00:00:00.000Z"),
        ("2019-10-01T02:00:00+02:00", "2019-10-01T00:00:00.000Z"),
    ],
)
def test_a_date_and_time_is_taken_as_utc_unless_it_says_otherwise(text: str, expected: str) -> None:
    assert moment_text(text, "Time") == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2019-13-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnfitRow, match="2026-01-31"):
        moment_text(text, "Time")


@pytest.mark.parametrize("text", ["", "1,5", "inf", "nan", "x"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UnfitRow, match="price"):
        number(text, "price")


def test_a_whole_number_has_digits_only() -> None:
    with pytest.raises(UnfitRow, match="digits only"):
        whole_number("1.5", "Quantity")


def test_an_unknown_word_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnfitRow, match="use view, buy"):
        one_of({"view": "Viewed", "buy": "Bought"}, "look", "Type")


def test_an_empty_cell_that_is_needed_is_refused() -> None:
    with pytest.raises(UnfitRow, match="ItemId is empty"):
        present("", "ItemId")
