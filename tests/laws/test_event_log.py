"""Laws of the event log: in order, once each, kept, followed, and forgotten when asked."""

import asyncio
import itertools
from typing import Any

import pytest

from tailorbird.spine.events import Event
from tailorbird.spine.ids import anonymous_key, user_key
from tests.laws.conftest import Backend, Opener
from tests.makers import an_event

MARK = "zq7-somebody"


def events(count: int, **fields: Any) -> list[Event]:
    return [an_event("Looked", message_id=f"n{number}", **fields) for number in range(count)]


def ids(backend: Backend, after: int = 0) -> list[str]:
    return [one.event.message_id for one in backend.run(backend.log.read(after, 1_000))]


def test_order_is_kept(backend: Backend) -> None:
    backend.run(backend.log.append(events(50)))
    assert ids(backend) == [f"n{number}" for number in range(50)]


def test_offsets_rise(backend: Backend) -> None:
    for event in events(5):
        backend.run(backend.log.append([event]))
    offsets = [one.offset for one in backend.run(backend.log.read(0, 10))]
    assert all(one < other for one, other in itertools.pairwise(offsets))


def test_an_event_comes_back_as_it_was(backend: Backend) -> None:
    event = an_event("Looked", properties={"deep": [{"x": None}, 1.5, "ä\x00"]}, user_id="u1")
    backend.run(backend.log.append([event]))
    assert backend.run(backend.log.read(0, 1))[0].event == event


def test_the_same_message_twice_is_once(backend: Backend) -> None:
    backend.run(backend.log.append(events(3)))
    again = backend.run(backend.log.append(events(4)))
    assert (again.accepted, again.duplicates, len(ids(backend))) == (1, 3, 4)


def test_the_same_message_twice_in_one_append_is_once(backend: Backend) -> None:
    done = backend.run(backend.log.append(events(1) * 3))
    assert (done.accepted, done.duplicates) == (1, 2)


def test_the_same_message_id_of_two_sources_is_two(backend: Backend) -> None:
    for source in ("web", "app"):
        backend.run(backend.log.append([an_event("Looked", message_id="n", source=source)]))
    assert len(ids(backend)) == 2


def test_the_same_message_is_known_after_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.log.append(events(2)))
    second = opener()
    assert second.run(second.log.append(events(2))).duplicates == 2


def test_what_is_appended_outlasts_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.log.append(events(3)))
    assert ids(opener()) == ["n0", "n1", "n2"]


def test_appends_at_once_are_all_in(backend: Backend) -> None:
    async def at_once() -> None:
        await asyncio.gather(*(backend.log.append([event]) for event in events(40)))

    backend.run(at_once())
    assert sorted(ids(backend)) == sorted(f"n{number}" for number in range(40))


def test_nothing_appended_is_nothing_done(backend: Backend) -> None:
    assert backend.run(backend.log.append([])).accepted == 0


@pytest.mark.parametrize("seen", range(6))
def test_following_goes_on_after_any_offset(backend: Backend, seen: int) -> None:
    backend.run(backend.log.append(events(6)))
    after = [0, *(one.offset for one in backend.run(backend.log.read(0, 10)))][seen]

    async def followed() -> list[str]:
        found: list[str] = []
        async for batch in backend.log.follow(after):
            found += [one.event.message_id for one in batch]
            if found[-1] == "n5":
                break
        return found

    assert backend.run(followed()) == [f"n{number}" for number in range(seen, 6)]


def test_following_sees_what_comes_later(backend: Backend) -> None:
    async def followed() -> list[str]:
        following = backend.log.follow(0)
        waiting = asyncio.ensure_future(anext(aiter(following)))
        await asyncio.sleep(0)
        await backend.log.append(events(2))
        return [one.event.message_id for one in await waiting]

    assert backend.run(followed()) == ["n0", "n1"]


def test_following_sees_every_event_once_while_others_append(backend: Backend) -> None:
    async def followed() -> list[str]:
        appending = asyncio.gather(*(backend.log.append([event]) for event in events(30)))
        found: list[str] = []
        async for batch in backend.log.follow(0):
            found += [one.event.message_id for one in batch]
            if len(found) == 30:
                break
        await appending
        return found

    assert backend.run(followed()) == ids(backend)


def test_a_persons_events_are_found_by_each_identifier(backend: Backend) -> None:
    mine = [
        an_event("Looked", user_id="u1", anonymous_id=None),
        an_event("Looked", user_id="u1", anonymous_id="b1"),
        an_event("Looked", anonymous_id="b1"),
        an_event("Aliased", kind="alias", user_id="u9", anonymous_id=None, previous_id="b1"),
    ]
    backend.run(backend.log.append([*mine, *events(3, anonymous_id="other")]))
    found = backend.run(backend.log.of_subjects([user_key("u1"), anonymous_key("b1")]))
    assert [one.event for one in found] == mine


def test_splits_are_found(backend: Backend) -> None:
    split = an_event("Person Split", kind="split", user_id="u1")
    backend.run(backend.log.append([*events(2), split]))
    assert [one.event for one in backend.run(backend.log.splits())] == [split]


def test_what_is_erased_is_gone(backend: Backend) -> None:
    backend.run(backend.log.append(events(3, anonymous_id=MARK)))
    backend.run(backend.log.append([an_event("Looked", message_id="other")]))
    assert backend.run(backend.log.erase([anonymous_key(MARK)])) == 3
    assert ids(backend) == ["other"]


def test_what_is_erased_leaves_no_bytes(backend: Backend) -> None:
    backend.run(backend.log.append(events(200, anonymous_id=MARK, properties={"note": MARK})))
    backend.run(backend.log.append([an_event("Looked")]))
    backend.run(backend.log.erase([anonymous_key(MARK)]))
    assert MARK.encode() not in backend.written()


def test_an_erased_offset_is_not_given_again(backend: Backend) -> None:
    last = backend.run(backend.log.append(events(3, anonymous_id=MARK))).last_offset
    backend.run(backend.log.erase([anonymous_key(MARK)]))
    later = backend.run(backend.log.append([an_event("Looked")]))
    assert later.last_offset > last


def test_what_is_exported_is_what_is_there(backend: Backend) -> None:
    backend.run(backend.log.append([*events(2, anonymous_id=MARK), an_event("Looked")]))
    exported = backend.run(backend.log.export([anonymous_key(MARK)]))
    assert [one["messageId"] for one in exported] == ["n0", "n1"]
