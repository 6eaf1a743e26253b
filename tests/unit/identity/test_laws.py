"""Laws of identity that hold for every history: who is one person, and how a join is undone."""

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tailorbird.spine.events import Event
from tests.unit.identity.histories import (
    USERS,
    as_if_never_joined,
    but_for_the_split,
    histories,
    world,
)

_bits = msgspec.msgpack.Encoder().encode
some = settings(max_examples=40, deadline=None)


@some
@given(histories)
def test_two_known_users_are_never_one_person(history: list[Event]) -> None:
    with world() as here:
        here.fold(history)
        known = [node for node in here.nodes().values() if node.user_id is not None]
        users = {key for node in known for key in node.identifiers if key.startswith("user:")}
        assert all(sum(key in users for key in node.identifiers) == 1 for node in known)


@some
@given(histories)
def test_an_identifier_is_one_persons(history: list[Event]) -> None:
    with world() as here:
        here.fold(history)
        for table, key, value in here.everything():
            if table == "links":
                node = here.nodes()[value.person]  # type: ignore[attr-defined]
                assert key in node.identifiers


@some
@given(histories)
def test_every_join_is_on_record_with_the_event_that_made_it(history: list[Event]) -> None:
    with world() as here:
        here.fold(history)
        carried = {event.message_id: event for event in history}
        for node in here.nodes().values():
            for join in node.joinings:
                event = carried[join.message_id]
                browser = event.previous_id if event.kind == "alias" else event.anonymous_id
                assert (join.user, join.anonymous) == (
                    f"user:{event.user_id}",
                    f"anonymous:{browser}",
                )


@some
@given(histories)
def test_nothing_is_lost_or_counted_twice(history: list[Event]) -> None:
    with world() as here:
        here.fold(history)
        counted = sum(
            tally.count
            for table, _, profile in here.everything()
            if table == "profiles"
            for tally in profile.tallies.values()  # type: ignore[attr-defined]
        )
        assert counted == len(history)


@some
@given(histories, st.lists(st.integers(0, 25), max_size=6))
def test_batches_make_no_difference(history: list[Event], ends: list[int]) -> None:
    with world() as one, world() as other:
        one.fold(history)
        other.fold(history, ends)
        assert _bits(one.everything()) == _bits(other.everything())


@some
@given(histories, st.lists(st.integers(0, 25), max_size=6))
def test_a_replay_equals_the_live_state_bit_for_bit(history: list[Event], ends: list[int]) -> None:
    with world() as here:
        here.fold(history, ends)
        assert _bits(here.replayed()) == _bits(here.everything())


@settings(max_examples=100, deadline=None)
@given(histories, histories, st.randoms(use_true_random=False))
def test_after_a_split_all_is_as_if_the_join_had_never_been(
    before: list[Event], after: list[Event], luck: object
) -> None:
    with world() as here, world() as elsewhere:
        here.fold(before)
        joins = here.joins()
        assume(joins)
        browser, user = luck.choice(sorted(joins))  # type: ignore[attr-defined]
        here.split(browser, user)
        here.fold(after)
        elsewhere.fold(as_if_never_joined([*before, *after], browser, user))
        restored = but_for_the_split(here.everything())
        assert _bits(restored) == _bits(but_for_the_split(elsewhere.everything()))


@settings(max_examples=40, deadline=None)
@given(histories, histories, st.randoms(use_true_random=False))
def test_a_replay_with_splits_equals_the_live_state(
    before: list[Event], after: list[Event], luck: object
) -> None:
    with world() as here:
        here.fold(before)
        for _ in range(2):
            joins = here.joins()
            assume(joins)
            browser, user = luck.choice(sorted(joins))  # type: ignore[attr-defined]
            here.split(browser, user)
            here.fold(after[: len(after) // 2])
        assert _bits(here.replayed()) == _bits(here.everything())


@some
@given(histories, st.sampled_from(USERS))
def test_who_is_erased_from_the_state_leaves_no_trace(history: list[Event], user: str) -> None:
    with world() as here:
        here.fold(history)
        keys = here.erase(user)
        left = _bits(here.everything())
        assert not [key for key in keys if _bits(key) in left]
