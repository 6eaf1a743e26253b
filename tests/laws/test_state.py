"""Laws of derived state: it changes in whole batches only, whenever the process ends."""

from collections.abc import Callable
from typing import Any

import pytest

from tailorbird.consent.purposes import Permit, Purpose
from tailorbird.identity.graph import Link, Node
from tailorbird.profile.fold import fold
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.ids import PersonId, Subject, anonymous_key
from tests.laws.conftest import Backend, Opener
from tests.makers import an_event

KEY, PERSON = anonymous_key("zq7-browser"), PersonId("p_zq7")
LINK, NODE = Link(person=PERSON, last_seen_ms=1), Node(identifiers=(KEY,))
PROFILE: Profile = fold(EMPTY, an_event("Looked"))
PERMIT = Permit(subject=Subject(anonymous_id="zq7-browser"), purpose=Purpose.PERSONALIZATION)


async def stage(backend: Backend) -> None:
    """Put one person into the batch at work."""
    await backend.state.put({KEY: LINK}, {PERSON: NODE})
    await backend.state.save({PERSON: PROFILE})


async def staged(backend: Backend) -> None:
    """End in the middle of a batch."""
    await stage(backend)


async def abandoned(backend: Backend) -> None:
    """Give a batch up."""
    await stage(backend)
    await backend.state.abandon()


async def marked(backend: Backend) -> None:
    """End with a whole batch."""
    await stage(backend)
    await backend.state.mark(7)


async def half_of_the_next(backend: Backend) -> None:
    """End with a whole batch, and half of another."""
    await marked(backend)
    await backend.state.save({PERSON: None})


def held(backend: Backend) -> tuple[Any, Any, Any, int]:
    state = backend.state
    return (
        backend.run(state.links([KEY])).get(KEY),
        backend.run(state.nodes([PERSON])).get(PERSON),
        backend.run(state.load([PERSON])).get(PERSON),
        state.offset,
    )


NOTHING, ALL = (None, None, None, 0), (LINK, NODE, PROFILE, 7)


@pytest.mark.parametrize(
    ("ending", "left"),
    [(staged, NOTHING), (abandoned, NOTHING), (marked, ALL), (half_of_the_next, ALL)],
)
def test_only_whole_batches_outlast_a_restart(
    opener: Opener, ending: Callable[[Backend], Any], left: tuple[Any, ...]
) -> None:
    first = opener()
    first.run(ending(first))
    assert held(opener()) == left


def test_a_batch_at_work_is_seen_by_itself(backend: Backend) -> None:
    backend.run(stage(backend))
    assert held(backend) == (LINK, NODE, PROFILE, 0)


def test_an_abandoned_batch_is_not_seen(backend: Backend) -> None:
    backend.run(abandoned(backend))
    assert held(backend) == NOTHING


def test_a_flush_writes_everything_that_waits(backend: Backend) -> None:
    backend.run(marked(backend))
    backend.run(backend.state.flush())
    assert backend.state.dirty == 0


def test_what_is_put_away_is_gone_after_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(marked(first))
    first.run(first.state.flush())
    first.run(first.state.put({KEY: None}, {PERSON: None}))
    first.run(first.state.save({PERSON: None}))
    first.run(first.state.mark(8))
    assert held(opener()) == (None, None, None, 8)


def test_a_profile_is_read_with_a_permit_for_personalization(backend: Backend) -> None:
    backend.run(marked(backend))
    store: Any = backend.state
    assert backend.run(store.read(PERMIT, PERSON)) == PROFILE


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.PERSONALIZATION])
def test_a_permit_for_something_else_reads_nothing(backend: Backend, purpose: Purpose) -> None:
    backend.run(marked(backend))
    store: Any = backend.state
    permit = Permit(subject=PERMIT.subject, purpose=purpose)
    assert backend.run(store.read(permit, PERSON)) is None


def test_what_is_erased_leaves_no_bytes(backend: Backend) -> None:
    backend.run(marked(backend))
    store: Any = backend.state
    backend.run(backend.state.flush())
    backend.run(store.erase([KEY]))
    assert b"zq7" not in backend.written()
