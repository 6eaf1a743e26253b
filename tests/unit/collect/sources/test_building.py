"""Records into rows: one or several each, or gathered by what they share."""

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.collect.sources.building import each_many, gathered
from tailorbird.collect.sources.rows import BadRow, Row, UnfitRow, WireRow


class Line(msgspec.Struct, frozen=True):
    """A record with a key."""

    line: int
    key: int
    raw: str = ""


@given(st.lists(st.integers(0, 200), max_size=400))
def test_gathering_loses_no_record_and_doubles_none(keys: list[int]) -> None:
    lines = [Line(number, key) for number, key in enumerate(keys)]
    found = [line for group in gathered(lines, lambda line: line.key) for line in _lines(group)]
    assert sorted(line.line for line in found) == list(range(len(keys)))


@given(st.lists(st.integers(0, 60), max_size=400))
def test_keys_that_interleave_a_little_are_gathered_in_one_group_each(keys: list[int]) -> None:
    lines = [Line(number, key) for number, key in enumerate(keys)]
    groups = list(gathered(lines, lambda line: line.key))
    assert len(groups) == len(set(keys))


def test_a_key_that_comes_back_much_later_begins_a_new_group() -> None:
    keys = [0, *range(1, 66), 0]
    lines = [Line(number, key) for number, key in enumerate(keys)]
    assert len(list(gathered(lines, lambda line: line.key))) == 67


def test_a_refused_row_passes_through_gathering() -> None:
    bad = BadRow(1, "why", "raw")
    records: list[Line | BadRow] = [bad, Line(2, 1)]
    assert list(gathered(records, lambda line: line.key)) == [bad, [Line(2, 1)]]


def test_a_record_that_is_found_unfit_half_way_is_refused_as_a_whole() -> None:
    def half(line: Line) -> Iterable[Row]:
        yield WireRow(line.line, {})
        raise UnfitRow("the second half is odd")

    assert list(each_many([Line(7, 1, "raw")], half)) == [
        BadRow(7, "the second half is odd", "raw")
    ]


def _lines(group: list[Line] | BadRow) -> list[Line]:
    assert not isinstance(group, BadRow)
    return group
