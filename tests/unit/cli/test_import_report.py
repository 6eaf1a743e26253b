"""What an import counts: two sums that always hold, and reasons without anybody's data."""

from hypothesis import given
from hypothesis import strategies as st

from tailorbird.cli.import_report import Counts, Report

ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans()), max_size=60)


@given(ROWS)
def test_what_is_read_is_accepted_or_refused(rows: list[tuple[int, bool, bool]]) -> None:
    counts = Counts()
    for many, readable, fit in rows:
        if not readable:
            counts.refuse("no", 1, many, taken=False)
            continue
        counts.take(many)
        if fit:
            counts.accepted += 1
        else:
            counts.refuse("unfit", 1, many, taken=True)
    assert counts.reconciled


def test_a_count_that_is_lost_is_noticed() -> None:
    counts = Counts()
    counts.take(1)
    assert not counts.reconciled


def test_like_reasons_are_counted_together() -> None:
    counts = Counts()
    for line, kind in enumerate(("stolen", "lost"), start=2):
        counts.refuse(f"Type {kind!r} is unknown", line, 1, taken=False)
    assert [found.count for found in counts.reasons.values()] == [2]


def test_a_reason_keeps_nothing_that_was_quoted() -> None:
    counts = Counts()
    counts.refuse("UserId 'ada@mail.example' is odd, and 4917012345678 too", 2, 1, taken=False)
    assert list(counts.reasons) == ["UserId … is odd, and … too"]


def test_an_apostrophe_is_no_quotation() -> None:
    counts = Counts()
    counts.refuse("a bank's charges, not an item's price", 2, 1, taken=False)
    assert list(counts.reasons) == ["a bank's charges, not an item's price"]


def test_a_reason_names_where_it_was_met_first() -> None:
    counts = Counts()
    for line in range(2, 40):
        counts.refuse("no", line, 1, taken=False)
    assert counts.reasons["no"].lines == [2, 3, 4, 5, 6]


def test_reasons_without_end_are_counted_as_others() -> None:
    counts = Counts()
    for number in range(500):
        counts.refuse("because " + "o" * number, 2, 1, taken=False)
    assert sum(found.count for found in counts.reasons.values()) == 500


def test_a_rate_is_of_this_run_alone() -> None:
    report = Report("f", "x", "why", "main", "events", Counts(rows=900), 400, 2.0, rows_now=100)
    assert report.rows_per_second == 50
