"""The feed: remembers the last hundred, counts all, and never waits for a slow viewer."""

import asyncio

from tailorbird.flow.feed import KEPT, Feed, Taken, Viewer, happening
from tailorbird.identity.graph import Resolved
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import PersonId
from tests.makers import NOON_MS, an_event, an_item


class Moving:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_ms = NOON_MS

    def __call__(self) -> int:
        return self.now_ms


def some(count: int, person: str = "p_1", first: int = 1) -> list[Resolved]:
    return [
        Resolved(PersonId(person), LoggedEvent(offset, an_event("Product Viewed", an_item())))
        for offset in range(first, first + count)
    ]


def take(viewer: Viewer) -> Taken:
    return asyncio.run(viewer.take(0.01))


def test_the_newest_comes_first() -> None:
    feed = Feed(Moving())
    feed.observe(some(3))
    assert [one.offset for one in feed.latest()] == [3, 2, 1]


def test_the_last_hundred_are_kept() -> None:
    feed = Feed(Moving())
    feed.observe(some(KEPT + 20))
    assert [feed.latest()[0].offset, feed.latest()[-1].offset] == [KEPT + 20, 21]


def test_all_are_counted_in_the_second_of_their_folding() -> None:
    clock = Moving()
    feed = Feed(clock)
    feed.observe(some(250))
    clock.now_ms += 1_000
    assert feed.pace()[-1] == 250


def test_what_is_recalled_is_not_counted() -> None:
    clock = Moving()
    feed = Feed(clock)
    feed.recall(some(5))
    clock.now_ms += 1_000
    assert (len(feed.latest()), sum(feed.pace())) == (5, 0)


def test_the_pace_forgets_what_is_older_than_a_minute() -> None:
    clock = Moving()
    feed = Feed(clock)
    feed.observe(some(9))
    clock.now_ms += 61_000
    assert sum(feed.pace()) == 0


def test_a_viewer_takes_what_came_since_the_last_time() -> None:
    feed = Feed(Moving())
    with feed.watch() as viewer:
        feed.observe(some(2))
        assert [one.offset for one in take(viewer).news] == [1, 2]
        assert take(viewer).news == ()


def test_a_slow_viewer_loses_the_oldest_and_is_told_how_many() -> None:
    viewer = Viewer(most=3)
    viewer.offer([happening(one) for one in some(2)])
    viewer.offer([happening(one) for one in some(3, first=3)])
    taken = take(viewer)
    assert ([one.offset for one in taken.news], taken.missed) == ([3, 4, 5], 2)


def test_of_a_flood_a_viewer_is_told_how_much_is_left_out() -> None:
    feed = Feed(Moving())
    with feed.watch() as viewer:
        feed.observe(some(KEPT + 40))
        assert take(viewer).missed == 40


def test_a_viewer_is_let_go_when_the_server_stops() -> None:
    feed = Feed(Moving())
    with feed.watch() as viewer:
        feed.end()
        assert take(viewer).ended


def test_who_comes_after_the_end_is_let_go_at_once() -> None:
    feed = Feed(Moving())
    feed.end()
    with feed.watch() as viewer:
        assert take(viewer).ended


def test_a_forgotten_person_is_gone_and_others_stay() -> None:
    feed = Feed(Moving())
    feed.observe([*some(1, "p_1"), *some(1, "p_2", first=2)])
    feed.forget(PersonId("p_1"))
    assert [one.person for one in feed.latest()] == ["p_2"]
