"""People are read into memory after a start, as they are on disk and no more than fit."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailorbird.profile.fold import fold
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.ids import PersonId
from tailorbird.storage.embedded.state import SqliteState
from tests.makers import an_event
from tests.shop import Shop

PROFILE: Profile = fold(EMPTY, an_event("Looked"))
PEOPLE = [PersonId(f"p_{number:03}") for number in range(450)]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    """A state that was opened anew, with people on disk."""

    async def filled() -> None:
        before = SqliteState(tmp_path / "state.db")
        await before.save(dict.fromkeys(PEOPLE, PROFILE))
        await before.mark(1)
        await before.flush()
        before.close()

    asyncio.run(filled())
    opened = SqliteState(tmp_path / "state.db")
    yield opened
    opened.close()


def test_a_server_reads_people_ahead_once_it_has_started(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent", anonymousId="ann")
    shop.restart()
    shop.run(asyncio.sleep(0.1))
    assert shop.workspace.state.profiles_table._clean  # noqa: SLF001


def test_everybody_is_in_memory_after_reading_ahead(state: SqliteState) -> None:
    asyncio.run(state.read_ahead())
    state.profiles_table._reader.close()  # noqa: SLF001 - whoever is in memory needs no file
    assert asyncio.run(state.load(PEOPLE)) == dict.fromkeys(PEOPLE, PROFILE)


def test_reading_ahead_stops_where_memory_ends(state: SqliteState) -> None:
    state.profiles_table._capacity = 220  # noqa: SLF001 - a smaller memory
    asyncio.run(state.read_ahead())
    assert len(state.profiles_table._clean) == 220  # noqa: SLF001


def test_what_changed_meanwhile_is_not_overwritten_by_reading_ahead(state: SqliteState) -> None:
    newer = fold(PROFILE, an_event("Left"))

    async def change_and_read() -> Profile | None:
        await state.save({PEOPLE[7]: newer})
        await state.mark(2)
        await state.read_ahead()
        return (await state.load(PEOPLE[7:8])).get(PEOPLE[7])

    assert asyncio.run(change_and_read()) == newer
