"""The segmenter between its store and the log: what was decided is told, even after a crash."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tailorbird.segments.ports import Known, Tell
from tailorbird.segments.segmenter import Segmenter
from tailorbird.spine.events import Event
from tailorbird.spine.ids import PersonId, user_key
from tailorbird.storage.embedded.segments import SqliteSegments
from tests.unit.segments.crowds import NOW, crowd

PEOPLE = crowd(60)


class Crowd:
    """Sixty people, as everybody is given to the segmenter; `meanwhile` runs after the last."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], None] = lambda: None

    async def as_of(self) -> int:
        """Return the day of the crowd."""
        return NOW

    async def known(self, as_of_ms: int) -> AsyncIterator[Known]:
        """Yield everybody."""
        assert as_of_ms == NOW
        for person, profile in PEOPLE.items():
            yield Known(person, user_key(person), profile)
        self.meanwhile()


class Crash(Exception):
    """The process ends here."""


class Log:
    """What the log was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def tell(self, events: Sequence[Event]) -> None:
        """Take events in."""
        self.events.extend(events)

    async def crash(self, events: Sequence[Event]) -> None:
        """Take some of the events in, and end the process."""
        self.events.extend(events[:7])
        raise Crash


def segmenter(store: SqliteSegments, tell: Tell, people: Crowd | None = None) -> Segmenter:
    """Return a segmenter of the crowd."""
    return Segmenter(store, people or Crowd(), tell, lambda: NOW, np.random.default_rng(0))


def test_what_a_crash_kept_from_the_log_is_told_at_the_next_start(tmp_path: Path) -> None:
    log = Log()

    async def story() -> None:
        store = SqliteSegments(tmp_path / "segments.db")
        with pytest.raises(Crash):
            await segmenter(store, log.crash).refresh()
        store.close()
        again = SqliteSegments(tmp_path / "segments.db")
        await segmenter(again, log.tell).tell_what_waits()
        again.close()

    asyncio.run(story())
    assert len({one.message_id for one in log.events}) == len(PEOPLE)


def test_what_was_told_is_told_once(tmp_path: Path) -> None:
    log = Log()

    async def story() -> None:
        store = SqliteSegments(tmp_path / "segments.db")
        await segmenter(store, log.tell).refresh()
        await segmenter(store, log.tell).refresh()
        store.close()

    asyncio.run(story())
    assert len(log.events) == len(PEOPLE)


def test_who_is_erased_during_a_run_is_not_put_back(tmp_path: Path) -> None:
    log, people = Log(), Crowd()
    gone = PersonId("p_0003")

    async def story() -> int:
        store = SqliteSegments(tmp_path / "segments.db")
        found = segmenter(store, log.tell, people)
        people.meanwhile = lambda: found.forget(gone)
        await found.refresh()
        held = len(await store.of_person(gone))
        store.close()
        return held

    assert asyncio.run(story()) == 0
    assert gone not in {one.user_id for one in log.events}


def test_a_run_that_is_not_due_is_not_made(tmp_path: Path) -> None:
    async def story() -> int:
        store = SqliteSegments(tmp_path / "segments.db")
        found = segmenter(store, Log().tell)
        await found.refresh_if_due()
        await found.refresh_if_due()
        run = (await store.segmentation()).run
        store.close()
        return run

    assert asyncio.run(story()) == 1
