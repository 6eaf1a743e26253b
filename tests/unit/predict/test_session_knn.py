"""The compiled neighbor model answers as the plain one does, with and without a recent index."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.evidence import Settings
from tailorbird.predict.session_knn import SessionKnn
from tailorbird.predict.sessions import Sessions
from tests.unit.predict.plain_neighbors import votes

logs = st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=6), min_size=1, max_size=25)
queries = st.lists(st.integers(0, 12), min_size=1, max_size=8)
knobs = st.builds(
    Settings,
    position_decay=st.sampled_from([0.5, 2.0]),
    anchor_decay=st.sampled_from([0.5, 3.0]),
    rarity=st.sampled_from([0.0, 3.0]),
    half_life=st.sampled_from([2.0, 100.0]),
    sample=st.sampled_from([2, 100]),
    neighbors=st.just(100),
)


def scores(model: SessionKnn, query: list[int]) -> dict[int, float]:
    ranked = model.recommend(np.array(query, np.int32), 100)
    return dict(zip(ranked.codes.tolist(), ranked.scores.tolist(), strict=True))


@given(logs, queries, knobs)
@settings(deadline=None)
def test_the_kernel_votes_like_a_plain_loop(
    rows: list[list[int]], query: list[int], chosen: Settings
) -> None:
    ends = [float(number) for number in range(len(rows))]
    known = [item for item in query if item < Sessions.of(rows).item_count]
    expected = votes(rows, ends, known, chosen)
    model = SessionKnn.over(Sessions.of(rows), chosen)
    assert scores(model, query) == pytest.approx(expected, rel=1e-3, abs=1e-5)


@given(logs, logs, queries, knobs)
@settings(deadline=None)
def test_a_recent_index_answers_like_a_refit_on_the_union(
    old: list[list[int]], new: list[list[int]], query: list[int], chosen: Settings
) -> None:
    before = Sessions.of(old)
    after = Sessions.of(new, [float(len(old) + number) for number in range(len(new))])
    refit = scores(SessionKnn.over(before + after, chosen), query)
    # Votes scale with the moment at which a session weighs one: only their ratios count.
    appended = scores(SessionKnn.over(before, chosen, after), query)
    scale = max(refit.values(), default=1.0) / max(appended.values(), default=1.0)
    rescaled = {item: score * scale for item, score in appended.items()}
    assert rescaled == pytest.approx(refit, rel=1e-3, abs=1e-5)


@given(logs, queries)
@settings(deadline=None)
def test_an_answer_leaves_the_working_memory_clean(rows: list[list[int]], query: list[int]) -> None:
    model = SessionKnn.over(Sessions.of(rows), Settings())
    first = scores(model, query)
    assert scores(model, query) == first
    assert not model.scratch.evidence.any()
    assert not model.scratch.likeness.any()


def test_only_the_nearest_sessions_vote() -> None:
    rows = [[0, 1], [0, 2], [0, 3, 4, 5]]
    model = SessionKnn.over(Sessions.of(rows), Settings(neighbors=2, half_life=1e9))
    assert set(scores(model, [0])) == {0, 1, 2}


def test_an_empty_session_has_no_neighbors() -> None:
    model = SessionKnn.over(Sessions.of([[0, 1]]), Settings())
    assert scores(model, []) == {}
