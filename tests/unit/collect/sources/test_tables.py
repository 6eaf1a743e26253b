"""Delimited text: headers by name, and torn rows refused one by one."""

import pytest

from tailorbird.collect.sources.rows import BadRow, WrongHeader
from tailorbird.collect.sources.tables import Layout, Record, read_table
from tests.unit.collect.sources.samples import opened

LAYOUT = Layout(columns=("id", "name"), optional=("note",))


def cells_of(
    content: str | bytes, layout: Layout = LAYOUT, encoding: str | None = None
) -> list[tuple[str, ...]]:
    found = read_table(opened(content), layout, encoding)
    return [row.cells for row in found if isinstance(row, Record)]


def refusals_of(content: str | bytes) -> list[BadRow]:
    return [row for row in read_table(opened(content), LAYOUT) if isinstance(row, BadRow)]


def test_cells_come_in_the_order_of_the_layout_whatever_that_of_the_file() -> None:
    assert cells_of("name,more,id\nTent,x,1\n") == [("1", "Tent", "")]


def test_a_quoted_cell_may_hold_delimiters_and_line_ends() -> None:
    assert cells_of('id,name\n1,"a, b\nc"\n2,d\n') == [("1", "a, b\nc", ""), ("2", "d", "")]


def test_a_row_knows_the_line_on_which_it_begins() -> None:
    rows = list(read_table(opened('id,name\n1,"a\nb"\n2,c\n'), LAYOUT))
    assert [row.line for row in rows] == [2, 4]


def test_blank_lines_are_no_rows() -> None:
    assert cells_of("id,name\n\n1,a\n\n") == [("1", "a", "")]


def test_a_row_cut_short_is_refused_with_the_column_where_it_ends() -> None:
    [bad] = refusals_of("id,name\n1,a\n2")
    assert (bad.line, bad.raw) == (3, "2")
    assert "ends after column 1 of 2" in bad.reason


def test_a_row_with_too_many_cells_is_refused_with_the_remedy() -> None:
    [bad] = refusals_of("id,name\n1,a,b\n")
    assert "quotes" in bad.reason


def test_a_quote_that_never_closes_refuses_all_the_rows_it_swallowed() -> None:
    content = 'id,name\n1,"a\n' + "2,bbbbbbbbbb\n" * 20_000
    rows = list(read_table(opened(content), LAYOUT))
    refused = [row for row in rows if isinstance(row, BadRow)]
    assert sum(row.rows for row in refused) + len(rows) - len(refused) == 20_001


def test_a_missing_column_refuses_the_file_and_says_what_the_header_has() -> None:
    with pytest.raises(WrongHeader, match="lacks name; it has id, nme"):
        cells_of("id,nme\n1,a\n")


def test_an_empty_file_lacks_every_column() -> None:
    with pytest.raises(WrongHeader, match="it has nothing"):
        cells_of("")


def test_a_byte_order_mark_is_not_part_of_the_header() -> None:
    assert cells_of("\ufeffid,name\n1,a\n") == [("1", "a", "")]


def test_utf_16_is_told_by_its_mark() -> None:
    assert cells_of("id,name\n1,é\n".encode("utf-16")) == [("1", "é", "")]


def test_a_row_that_is_not_utf_8_is_refused_and_the_next_one_is_read() -> None:
    content = "id,name\n1,é\n".encode("latin-1") + "2,é\n".encode()
    [bad] = refusals_of(content)
    assert "latin-1" in bad.reason
    assert cells_of(content) == [("2", "é", "")]


def test_another_encoding_can_be_named() -> None:
    assert cells_of("id,name\n1,é\n".encode("latin-1"), encoding="latin-1") == [("1", "é", "")]


def test_a_file_without_a_header_is_read_by_the_names_of_the_layout() -> None:
    layout = Layout(columns=("id", "name"), names=("name", "id"))
    assert cells_of("Tent,1\n", layout) == [("1", "Tent")]


def test_a_long_bad_row_is_clipped_to_two_kib() -> None:
    [bad] = refusals_of("id,name\n" + "x" * 5_000 + "\n")
    assert len(bad.raw) == 2_048
