"""Offline equals online: a replay stopped at a moment gives what was served at that moment."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tailorbird.features.declaring import Entity, Value
from tailorbird.features.moment import Moment
from tailorbird.features.points import Point
from tailorbird.features.store import features_of, values
from tailorbird.flow.as_known import AsKnown
from tailorbird.flow.snapshots import Snapshot, snapshots
from tailorbird.identity.resolve import DEFAULT_WINDOW_MS
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId
from tailorbird.storage.embedded.log import SqliteEventLog
from tailorbird.storage.embedded.log_reader import LogReader
from tailorbird.storage.embedded.reading import read_only
from tailorbird.storage.embedded.state import SqliteState
from tests.makers import DAY, HOUR, MINUTE, NOON_MS, an_event, an_item
from tests.unit.identity.histories import BROWSERS, USERS, World, events

PEOPLE = [f"user:{user}" for user in USERS] + [f"anonymous:{browser}" for browser in BROWSERS]
SERVED = features_of(Entity.PERSON, Entity.SESSION)
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - hundreds of worlds

splits = st.tuples(st.sampled_from(BROWSERS), st.sampled_from(USERS)).map(
    lambda pair: an_event(
        "Person Split", kind="split", anonymous_id=pair[0], user_id=pair[1], at=NOON_MS
    )
)
pauses = st.sampled_from((0, MINUTE, HOUR, 9 * DAY, 40 * DAY))
arrivals = st.lists(
    st.tuples(pauses, st.one_of(events(), events(), splits)), min_size=1, max_size=14
)


def live(history: Sequence[tuple[int, Event]]) -> list[Event]:
    """Return events received one after the other, each after a pause; none from the future."""
    now_ms, found = NOON_MS, []
    for pause, event in history:
        now_ms += pause
        at_ms = min(event.occurred_at_ms, now_ms)
        found.append(replace(event, occurred_at_ms=at_ms, received_at_ms=now_ms))
    return found


def served(world: World, at_ms: int) -> dict[str, dict[str, Value]]:
    """Return what the live state says of everybody."""

    async def look() -> dict[str, dict[str, Value]]:
        shown = {}
        for name in PEOPLE:
            found = await world.resolver.find(name)
            loaded = {} if found is None else await world.state.load([found[0]])
            profile = EMPTY if found is None else loaded.get(found[0], EMPTY)
            shown[name] = values(SERVED, Moment(at_ms, profile))
        return shown

    return world.run(look())


def replayed(folder: Path, points: Sequence[Point]) -> list[Snapshot]:
    """Return the snapshots of a folder's log."""

    async def all_of_them() -> list[Snapshot]:
        connection = read_only(folder / "log.db")
        with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
            state = SqliteState(Path(place) / "state.db")
            log = AsKnown(LogReader(connection))
            found = [one async for one in snapshots(log, state, points, DEFAULT_WINDOW_MS)]
            state.close()
        connection.close()
        return found

    return asyncio.run(all_of_them())


def logged(folder: Path, history: Sequence[Event]) -> None:
    """Write a log."""

    async def write() -> None:
        log = SqliteEventLog(folder / "log.db")
        await log.append(history)
        log.close()

    asyncio.run(write())


def told(history: Sequence[Event], points: Sequence[Point]) -> list[dict[str, Value]]:
    """Return the features that a log gives at some points."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        logged(Path(folder), history)
        return [values(SERVED, one.moment) for one in replayed(Path(folder), points)]


def test_a_view_counts_from_when_it_came_in() -> None:
    late = an_event(at=NOON_MS, received_at_ms=NOON_MS + HOUR)
    points = [Point("anonymous:a1", NOON_MS + after) for after in (HOUR - 1, HOUR)]
    assert [row["product_views"] for row in told([late], points)] == [0, 1]


def test_imported_history_counts_from_when_it_happened() -> None:
    past = an_event(at=NOON_MS, received_at_ms=NOON_MS + 99 * DAY, historical=True)
    points = [Point("anonymous:a1", NOON_MS + after) for after in (-1, 0)]
    assert [row["product_views"] for row in told([past], points)] == [0, 1]


def test_before_a_login_the_browser_is_a_person_of_its_own() -> None:
    seen = an_event(at=NOON_MS, anonymous_id="b1")
    login = an_event("Identified", kind="identify", user_id="u1", anonymous_id="b1", at=NOON_MS + 5)
    points = [Point("user:u1", NOON_MS + after) for after in (4, 5)]
    assert [row["product_views"] for row in told([seen, login], points)] == [0, 1]


def test_an_item_of_a_pair_is_what_an_event_stamped_on_it_last() -> None:
    first = an_event("Product Viewed", an_item("t", brand="msr"), at=NOON_MS)
    second = an_event("Product Viewed", an_item("t", brand="petzl"), at=NOON_MS + HOUR)
    points = [Point("anonymous:a1", NOON_MS + n, ItemId("t")) for n in (1, HOUR)]
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        logged(Path(folder), [first, second])
        brands = [one.moment.facets[-1] for one in replayed(Path(folder), points)]
    assert brands == ["brand:msr", "brand:petzl"]


@given(arrivals)
@settings(max_examples=25, deadline=None)
def test_a_replay_stopped_at_a_moment_gives_what_was_served_then(
    history: list[tuple[int, Event]],
) -> None:
    online: dict[tuple[str, int], dict[str, Value]] = {}
    with tempfile.TemporaryDirectory(dir=_MEMORY) as place:
        world = World(Path(place))
        try:
            for event in live(history):
                world.fold([event])
                # Of events received at once, the last one's look is the one that stands.
                at_ms = event.received_at_ms
                online.update({(name, at_ms): row for name, row in served(world, at_ms).items()})
            points = [Point(name, at_ms) for name, at_ms in online]
            offline = {
                (one.point.person, one.point.at_ms): values(SERVED, one.moment)
                for one in replayed(Path(place), points)
            }
        finally:
            world.close()
    assert offline == online


@given(arrivals, st.integers(0, 14))
@settings(max_examples=25, deadline=None)
def test_what_comes_later_changes_no_snapshot(
    history: list[tuple[int, Event]], length: int
) -> None:
    whole = live(history)
    before = whole[:length] or whole[:1]
    at_ms = before[-1].received_at_ms
    known = [one for one in whole if one.received_at_ms <= at_ms]
    points = [Point(name, at_ms) for name in PEOPLE]
    assert told(whole, points) == told(known, points)


@given(arrivals)
@settings(max_examples=25, deadline=None)
def test_history_imported_afterwards_gives_what_it_would_have_given_live(
    history: list[tuple[int, Event]],
) -> None:
    in_time = [replace(one, occurred_at_ms=one.received_at_ms) for one in live(history)]
    imported = [
        replace(one, historical=True, received_at_ms=NOON_MS + 999 * DAY) for one in in_time
    ]
    points = [Point(name, in_time[-1].received_at_ms) for name in PEOPLE]
    assert told(imported, points) == told(in_time, points)
