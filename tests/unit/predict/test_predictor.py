"""The predictor learns from what comes in, and swaps models without losing what it learned."""

import asyncio

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.catalog.items import Item
from tailorbird.predict.fitting import fit
from tailorbird.predict.predictor import Models, Predictor, Trained
from tailorbird.predict.recent import PAUSE_S, RecentSessions, sessions_of
from tailorbird.predict.sessions import Sessions, Vocabulary
from tailorbird.predict.standing import Standings
from tailorbird.spine.clock import MINUTE_MS
from tailorbird.spine.events import PRODUCT_VIEWED, Event
from tailorbird.spine.ids import ItemId
from tests.makers import an_event, an_item

NOW_MS = 1_800_000_000_000


def views(visitor: str, *items: str, start_ms: int = NOW_MS) -> list[Event]:
    """A visitor views items a minute apart."""
    return [
        an_event(
            PRODUCT_VIEWED, an_item(item), at=start_ms + place * MINUTE_MS, anonymous_id=visitor
        )
        for place, item in enumerate(items)
    ]


def trained(rows: list[list[str]]) -> Trained:
    """A version trained on sessions of item names."""
    vocabulary = Vocabulary()
    coded = [[vocabulary.learn(item) for item in row] for row in rows]
    sessions = Sessions.of(coded, [NOW_MS / 1000 - len(rows) + place for place in range(len(rows))])
    model = fit(sessions, rng=np.random.default_rng(0), budget_seconds=2)
    models = Models(name="test@1", trained_offset=0, next_item=model)
    facets: list[tuple[str, ...]] = [() for _ in vocabulary.ids]
    return Trained(models, vocabulary, facets, Standings(NOW_MS / 1000))


def a_predictor() -> Predictor:
    """A predictor at a fixed time."""
    return Predictor(lambda: NOW_MS)


def test_what_is_viewed_becomes_popular_after_a_refresh() -> None:
    predictor = a_predictor()
    predictor.observe([*views("a", "x", "y"), *views("b", "x")])
    asyncio.run(predictor.refresh())
    codes = predictor.leaders.popular.codes.tolist()
    assert predictor.vocabulary.decode(codes) == ["x", "y"]


def test_an_item_out_of_stock_is_unavailable_at_once() -> None:
    predictor = a_predictor()
    predictor.stock([Item(id=ItemId("x"), stock=3)])
    predictor.stock([Item(id=ItemId("x"), stock=0)])
    assert predictor.table.available[predictor.vocabulary.codes["x"]] == 0


def test_new_sessions_reach_the_answers_by_a_refresh_without_training() -> None:
    predictor = a_predictor()
    predictor.adopt(trained([["a", "b"], ["c", "d"]] * 30))
    for visitor in range(20):
        predictor.observe(views(f"v{visitor}", "a", "new"))
    asyncio.run(predictor.refresh())
    found = predictor.next_items(predictor.codes((ItemId("a"),)))
    assert "new" in predictor.vocabulary.decode(found.codes.tolist())[:5]


def test_adopting_a_version_keeps_stock_and_standings_under_the_new_codes() -> None:
    predictor = a_predictor()
    predictor.observe(views("a", "z", "b"))
    predictor.stock([Item(id=ItemId("z"), stock=0), Item(id=ItemId("b"), stock=1)])
    predictor.adopt(trained([["a", "b"], ["c", "d"]] * 30))
    asyncio.run(predictor.refresh())
    assert predictor.vocabulary.ids[:2] == ["a", "b"]
    assert predictor.table.available[predictor.vocabulary.codes["z"]] == 0
    popular = predictor.vocabulary.decode(predictor.leaders.popular.codes.tolist())
    assert popular == ["b"]


def test_a_repeated_question_is_answered_from_memory_until_that_is_old_news() -> None:
    now_ms = NOW_MS
    predictor = Predictor(lambda: now_ms)
    predictor.adopt(trained([["a", "b"], ["c", "d"]] * 30))
    query = predictor.codes((ItemId("a"),))
    first = predictor.next_items(query)
    assert predictor.next_items(query) is first
    asyncio.run(predictor.refresh())
    now_ms += MINUTE_MS
    assert predictor.next_items(query) is not first


def test_a_skipped_model_is_tried_again_sooner_or_later() -> None:
    predictor = a_predictor()
    predictor.session_ms = 1_000.0
    for _ in range(200):
        predictor.skipped()
    assert predictor.session_ms < 1.0


def test_without_a_model_there_are_no_next_items() -> None:
    predictor = a_predictor()
    predictor.observe(views("a", "x"))
    assert not len(predictor.next_items(predictor.codes((ItemId("x"),))).codes)


def by_walking(touches: list[tuple[str, int, float]]) -> list[tuple[float, list[int]]]:
    """The visits with two items or more, found one touch after the other."""
    visits: dict[str, list[tuple[float, list[int]]]] = {}
    for visitor, code, at_s in touches:
        theirs = visits.setdefault(visitor, [])
        if not theirs or abs(at_s - theirs[-1][0]) > PAUSE_S:
            theirs.append((at_s, []))
        last, codes = theirs[-1]
        if not codes or codes[-1] != code:
            codes.append(code)
        theirs[-1] = (max(at_s, last), codes)
    return sorted(
        (ended, codes) for theirs in visits.values() for ended, codes in theirs if len(codes) > 1
    )


def found_in(recent: RecentSessions) -> list[tuple[float, list[int]]]:
    sessions = sessions_of(recent.touches())
    return [(ended, sessions[at].tolist()) for at, ended in enumerate(sessions.ended_at.tolist())]


TOUCHES = st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.floats(0.0, 3 * PAUSE_S))


@given(st.lists(TOUCHES, max_size=40))
def test_recent_touches_read_as_the_visits_that_they_made(
    touches: list[tuple[str, int, float]],
) -> None:
    recent = RecentSessions()
    for one in touches:
        recent.touch(*one)
    assert sorted(found_in(recent)) == by_walking(touches)


def test_the_oldest_touches_are_forgotten_past_the_limit() -> None:
    recent = RecentSessions(most=10)
    for visitor in range(100):
        recent.touch(f"v{visitor}", 1, float(visitor))
        recent.touch(f"v{visitor}", 2, float(visitor))
    assert (len(recent) <= 10, found_in(recent)[-1]) == (True, (99.0, [1, 2]))


def test_who_is_forgotten_leaves_no_recent_session() -> None:
    recent = RecentSessions()
    for visitor in ("gone", "stays"):
        for code, at_s in ((1, 0.0), (2, 10.0), (3, 90_000.0), (4, 90_010.0)):
            recent.touch(visitor, code, at_s)
    recent.forget("gone")
    assert (found_in(recent), len(recent)) == ([(10.0, [1, 2]), (90_010.0, [3, 4])], 4)


def test_to_forget_somebody_makes_the_index_anew() -> None:
    recent = RecentSessions()
    recent.touch("gone", 1, 0.0)
    recent.touches()
    recent.forget("gone")
    assert recent.changed


def test_recent_touches_follow_their_items_to_other_codes() -> None:
    recent = RecentSessions()
    for code in (0, 1):
        recent.touch("a", code, float(code))
    recent.move(np.array([7, 5], np.int32))
    assert found_in(recent) == [(1.0, [7, 5])]
