"""The laws of profiles, for every history: a profile is a sum, and events are added to it."""

import random
from math import isfinite

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.profile.fold import fold, fold_many
from tailorbird.profile.intent import intent
from tailorbird.profile.merge import merge
from tailorbird.profile.profile import EMPTY, pack, unpack
from tailorbird.profile.session import session_items
from tailorbird.profile.view import view
from tailorbird.spine.events import Event
from tests.makers import DAY, NOON_MS, an_event, an_item, an_order
from tests.unit.profile.strategies import a_moment_of_life, histories, moments, same

few = settings(max_examples=60, deadline=None)


@few
@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(history: list[Event], luck: random.Random) -> None:
    shuffled = list(history)
    luck.shuffle(shuffled)
    assert same(fold_many(EMPTY, history), fold_many(EMPTY, shuffled))


@few
@given(histories, histories, a_moment_of_life())
def test_folding_into_a_merge_is_merging_with_a_fold(
    mine: list[Event], theirs: list[Event], event: Event
) -> None:
    p, q = fold_many(EMPTY, mine), fold_many(EMPTY, theirs)
    assert same(fold(merge(p, q), event), merge(fold(p, event), q))


@few
@given(histories, histories)
def test_a_merge_equals_one_life_from_the_start(mine: list[Event], theirs: list[Event]) -> None:
    merged = merge(fold_many(EMPTY, mine), fold_many(EMPTY, theirs))
    assert same(merged, fold_many(EMPTY, mine + theirs))


@few
@given(histories, histories, histories)
def test_merging_is_associative(a: list[Event], b: list[Event], c: list[Event]) -> None:
    p, q, r = (fold_many(EMPTY, history) for history in (a, b, c))
    assert same(merge(merge(p, q), r), merge(p, merge(q, r)))


@few
@given(histories, histories)
def test_merging_is_commutative_to_the_last_bit(a: list[Event], b: list[Event]) -> None:
    p, q = fold_many(EMPTY, a), fold_many(EMPTY, b)
    assert merge(p, q) == merge(q, p)


@few
@given(histories)
def test_merging_with_nobody_changes_nothing(history: list[Event]) -> None:
    profile = fold_many(EMPTY, history)
    assert merge(profile, EMPTY) == profile == merge(EMPTY, profile)


@few
@given(histories)
def test_a_batch_is_folded_as_its_events_one_by_one(history: list[Event]) -> None:
    profile = EMPTY
    for event in history:
        profile = fold(profile, event)
    assert pack(fold_many(EMPTY, history)) == pack(profile)


@few
@given(histories)
def test_a_replay_gives_the_same_bytes(history: list[Event]) -> None:
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(history), type=list[Event])
    assert pack(fold_many(EMPTY, stored)) == pack(fold_many(EMPTY, history))


@few
@given(histories)
def test_a_profile_survives_its_bytes(history: list[Event]) -> None:
    profile = fold_many(EMPTY, history)
    assert unpack(pack(profile)) == profile


@few
@given(histories, a_moment_of_life())
def test_folding_leaves_the_old_profile_as_it_was(history: list[Event], event: Event) -> None:
    profile = fold_many(EMPTY, history)
    before = pack(profile)
    fold(profile, event)
    merge(profile, profile)
    assert pack(profile) == before


@few
@given(histories, moments)
def test_every_profile_can_be_shown_at_any_moment(history: list[Event], now_ms: int) -> None:
    profile = fold_many(EMPTY, history)
    shown = view(profile, now_ms)
    assert 0 <= shown.intent.confidence <= 1
    for facets in (*shown.affinity.short.values(), *shown.affinity.long.values()):
        assert all(isfinite(facet.score) and 0 <= facet.share <= 1 for facet in facets)
    assert len(session_items(profile, now_ms)) <= 64 + len(profile.orders.kept) * 3


@few
@given(histories, st.randoms(use_true_random=False), moments)
def test_what_is_shown_does_not_depend_on_the_order_of_arrival(
    history: list[Event], luck: random.Random, now_ms: int
) -> None:
    shuffled = list(history)
    luck.shuffle(shuffled)
    one, other = fold_many(EMPTY, history), fold_many(EMPTY, shuffled)
    assert intent(one, now_ms).stage == intent(other, now_ms).stage
    assert session_items(one, now_ms) == session_items(other, now_ms)
    assert view(one, now_ms).customer.orders == view(other, now_ms).customer.orders


def a_long_life(luck: random.Random) -> list[Event]:
    """Return more of everything than is kept, at few distinct moments, shuffled."""

    def some_time() -> int:
        return NOON_MS + luck.randrange(300) * DAY // 7

    history = []
    for number in range(150):
        item, at = an_item(f"i{number}", brand=f"b{number % 9}", price=number), some_time()
        named = {"ticket_id": f"t{number}", "payment_method": f"way {number}"}
        history += [
            an_event("Product Viewed", item, at=at),
            an_event("Product Added", item, at=some_time()),
            an_event("Recommendation Dismissed", item, at=some_time()),
            an_event("Products Searched", at=some_time(), query=f"q{number}"),
            an_event("Identified", kind="identify", at=some_time(), traits={f"t{number}": 1}),
            an_event("Ticket Opened", at=some_time(), properties=named),
            an_event("Payment Info Entered", at=some_time(), properties=named),
            an_event(f"Custom {number}", at=some_time(), group_id=f"g{number}"),
            an_order(item, total=number, at=some_time(), order_id=f"o{number}"),
            an_order(total=1, at=some_time(), order_id="o1", name="Order Refunded"),
        ]
    luck.shuffle(history)
    return history


def test_the_laws_hold_past_every_limit_but_that_of_facets() -> None:
    history = a_long_life(random.Random(7))
    whole = fold_many(EMPTY, history)
    assert same(whole, fold_many(EMPTY, history[::-1]))
    halves = fold_many(EMPTY, history[::2]), fold_many(EMPTY, history[1::2])
    assert same(whole, merge(*halves))
    assert unpack(pack(whole)) == whole
