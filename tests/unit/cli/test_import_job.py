"""An import at work: in order, in chunks, and nothing read is lost when the file breaks off."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from tailorbird.catalog.catalog import ItemRejection
from tailorbird.cli.import_job import Job
from tailorbird.cli.import_report import Counts
from tailorbird.cli.import_resume import Mark, Resume
from tailorbird.cli.ports import Unread
from tailorbird.collect.collector import Outcome, Rejection
from tailorbird.collect.sources.rows import BadRow, ItemRow, Row, UnreadableFile, WireRow


class Place:
    """A destination that remembers what came, in order, and refuses what it is told to."""

    def __init__(self, refused: tuple[int, ...] = ()) -> None:
        self.came: list[tuple[str, int]] = []
        self._refused = refused

    async def events(self, raws: Sequence[bytes]) -> Awaitable[Outcome]:
        self.came.append(("events", len(raws)))
        rejected = [
            Rejection(index=i, message_id=None, reason="no", field="") for i in self._refused
        ]
        taken = len(raws) - len(rejected)
        outcome = Outcome(accepted=taken, duplicates=0, withheld=0, rejected=rejected)
        return asyncio.sleep(0, outcome)

    async def items(self, raws: Sequence[bytes]) -> Sequence[ItemRejection]:
        self.came.append(("items", len(raws)))
        return [ItemRejection(index=i, reason="no") for i in self._refused]

    async def unread(self, rows: Sequence[Unread]) -> None:
        if rows:
            self.came.append(("unread", len(rows)))


@pytest.fixture
def resume(tmp_path: Path) -> Resume:
    source = tmp_path / "file"
    source.write_text("")
    return Resume(tmp_path / "imports", "x", source)


def an_event(line: int) -> WireRow:
    return WireRow(line, {"type": "track", "event": "Looked", "anonymousId": "a"})


def done(place: Place, rows: Iterable[Row], resume: Resume, kind: str = "events") -> Counts:
    return asyncio.run(Job(place, resume, "x", kind).run(iter(rows), resume.fresh(), lambda: None))


def broken_off(rows: int) -> Iterator[Row]:
    yield from map(an_event, range(rows))
    raise UnreadableFile


def test_a_long_file_goes_in_chunks_of_two_thousand(resume: Resume) -> None:
    place = Place()
    done(place, map(an_event, range(4_100)), resume)
    assert place.came == [("events", 2_000), ("events", 2_000), ("events", 100)]


def test_items_come_before_the_events_that_name_them(resume: Resume) -> None:
    place = Place()
    done(place, [an_event(1), ItemRow(2, {"id": "i"}, 0)], resume)
    assert place.came == [("items", 1), ("events", 1)]


def test_what_was_done_before_is_not_sent_again(resume: Resume) -> None:
    place = Place()
    mark = Mark("file", 0, 0, values=4_000)
    rows = map(an_event, range(4_100))
    asyncio.run(Job(place, resume, "x", "events").run(rows, mark, lambda: None))
    assert place.came == [("events", 100)]


def test_what_came_before_a_file_breaks_off_is_kept(resume: Resume) -> None:
    place = Place()
    with pytest.raises(UnreadableFile):
        done(place, broken_off(2_500), resume)
    assert place.came == [("events", 2_000), ("events", 500)]


def test_a_file_that_broke_off_can_be_gone_on_with(resume: Resume) -> None:
    with pytest.raises(UnreadableFile):
        done(Place(), broken_off(2_500), resume)
    mark = resume.found()
    assert mark is not None
    assert mark.values == 2_500


def test_a_refused_event_names_its_line(resume: Resume) -> None:
    counts = done(Place(refused=(1,)), [an_event(8), an_event(9)], resume)
    assert counts.reasons["no"].lines == [9]


def test_the_rows_of_a_refused_event_are_refused(resume: Resume) -> None:
    order = WireRow(2, {"type": "track"}, rows=5)
    counts = done(Place(refused=(0,)), [order], resume)
    assert (counts.rows_taken, counts.rows_refused) == (0, 5)


def test_a_row_that_cannot_be_read_is_kept_for_later(resume: Resume) -> None:
    place = Place()
    done(place, [BadRow(3, "torn", "x")], resume)
    assert place.came == [("unread", 1)]


def test_an_item_refused_beside_events_is_no_refused_event(resume: Resume) -> None:
    counts = done(Place(refused=(0,)), [ItemRow(2, {"id": ""}, 0)], resume)
    assert (counts.refused, counts.items_refused) == (0, 1)


def test_an_item_refused_in_a_feed_counts(resume: Resume) -> None:
    counts = done(Place(refused=(0,)), [ItemRow(2, {"id": ""})], resume, "items")
    assert (counts.read, counts.accepted, counts.refused) == (1, 0, 1)


def test_every_import_reconciles(resume: Resume) -> None:
    rows: list[Row] = [an_event(2), BadRow(3, "torn", "x"), ItemRow(4, {"id": "i"}, 0), an_event(5)]
    assert done(Place(refused=(0,)), rows, resume).reconciled
