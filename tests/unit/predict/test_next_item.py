"""The default model answers always, learns the shop's habits, and survives a restart."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.encoder import no_encoder
from tailorbird.predict.fitting import fit
from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.next_item import NextItemModel, build, load, warm_up
from tailorbird.predict.recipe import default_recipe
from tailorbird.predict.sessions import Codes, Sessions


def codes(*items: int) -> Codes:
    return np.array(items, np.int32)


def plain(sessions: Sessions) -> NextItemModel:
    return build(sessions, default_recipe(sessions), no_encoder())


def walks(count: int, repeat: float, seed: int = 3) -> Sessions:
    """Visits that step from item to item around a ring, or stay with chance `repeat`."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        row = [int(rng.integers(30))]
        for _ in range(int(rng.integers(2, 6))):
            step = 0 if rng.random() < repeat else int(rng.integers(1, 3))
            row.append((row[-1] + step) % 30)
        rows.append(row)
    return Sessions.of(rows)


logs = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=5), min_size=1, max_size=12)


@given(logs, st.lists(st.integers(0, 12), max_size=6), st.integers(1, 8))
@settings(deadline=None)
def test_an_answer_names_each_item_once_and_best_first(
    rows: list[list[int]], query: list[int], k: int
) -> None:
    model = plain(Sessions.of(rows))
    ranked = model.recommend(codes(*query), k)
    assert len(ranked.codes) == min(k, model.item_count)
    assert len(set(ranked.codes.tolist())) == len(ranked.codes)
    assert np.all(np.diff(ranked.scores) <= 0)


def test_an_empty_session_gets_what_is_trending() -> None:
    assert plain(Sessions.of([[0], [1], [1], [2, 1]])).recommend(codes(), 1).codes.tolist() == [1]


def test_unknown_items_are_passed_over() -> None:
    model = plain(Sessions.of([[0, 1], [0, 1], [2, 3]]))
    known = model.recommend(codes(0), 2)
    assert model.recommend(codes(99, -1, 0), 2).codes.tolist() == known.codes.tolist()


def test_what_others_did_next_comes_first() -> None:
    model = plain(Sessions.of([[0, 1], [0, 1], [0, 2], [3, 4]]))
    assert model.recommend(codes(0), 4).codes.tolist().index(1) < 2


def test_a_session_just_ended_is_heard_without_a_refit() -> None:
    model = plain(Sessions.of([[0, 1]] * 3))
    heard = model.with_recent(Sessions.of([[0, 7]] * 5, [10.0 + i for i in range(5)]))
    assert 7 in heard.recommend(codes(0), 3).codes.tolist()
    assert 7 not in model.recommend(codes(0), 3).codes.tolist()


def test_recent_sessions_replace_those_of_the_call_before() -> None:
    model = plain(Sessions.of([[0, 1]] * 3))
    once = model.with_recent(Sessions.of([[0, 5]], [9.0]))
    twice = once.with_recent(Sessions.of([[0, 6]], [9.0]), item_count=9)
    assert twice.item_count == 9
    assert len(twice.recent.fresh) == 1


def test_a_repeated_item_stays_a_candidate_where_shops_repeat() -> None:
    model = fit(walks(900, repeat=0.7), rng=np.random.default_rng(0))
    assert model.recommend(codes(3, 4), 3).codes[0] == 4


def test_the_current_item_steps_back_where_shops_never_repeat() -> None:
    model = fit(walks(900, repeat=0.0), rng=np.random.default_rng(0))
    assert set(model.recommend(codes(3, 4), 2).codes.tolist()) == {5, 6}


def test_a_short_log_gets_the_default_recipe() -> None:
    sessions = Sessions.of([[0, 1], [1, 2]])
    model = fit(sessions, rng=np.random.default_rng(0))
    assert model.recipe.settings == default_recipe(sessions).settings


def test_no_log_at_all_still_answers() -> None:
    model = fit(Sessions.none(), rng=np.random.default_rng(0))
    assert model.recommend(codes(1), 5).codes.tolist() == []
    assert model.with_recent(Sessions.of([[0, 1]])).recommend(codes(0), 2).codes.tolist()


def test_a_spent_budget_still_gives_a_model() -> None:
    ticks = iter(range(0, 10**9, 1000))
    model = fit(
        walks(600, repeat=0.2),
        rng=np.random.default_rng(0),
        budget_seconds=1.0,
        clock=lambda: float(next(ticks)),
    )
    assert len(model.recommend(codes(3), 5).codes) == 5


def test_a_saved_model_answers_as_before(tmp_path: Path) -> None:
    model = fit(walks(600, repeat=0.2), rng=np.random.default_rng(0))
    model.save(tmp_path)
    back = load(tmp_path)
    for query in (codes(), codes(4), codes(1, 2, 2, 9)):
        before, after = model.recommend(query, 10), back.recommend(query, 10)
        assert after.codes.tolist() == before.codes.tolist()
        assert after.scores.tolist() == pytest.approx(before.scores.tolist())


def test_the_same_luck_gives_the_same_model() -> None:
    one, other = (fit(walks(600, 0.2), rng=np.random.default_rng(5)) for _ in range(2))
    assert one.recommend(codes(2, 3), 9).scores.tolist() == pytest.approx(
        other.recommend(codes(2, 3), 9).scores.tolist()
    )


def test_an_empty_folder_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        load(tmp_path)


@pytest.mark.parametrize("damage", ["array", "manifest", "missing"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    plain(Sessions.of([[0, 1], [1, 2]])).save(tmp_path)
    match damage:
        case "array":
            (tmp_path / "items.npy").write_bytes(b"\x93NUMPY")
        case "manifest":
            (tmp_path / "manifest.json").write_text("{")
        case _:
            (tmp_path / "encoder_kin.npy").unlink()
    with pytest.raises(ModelUnreadable):
        load(tmp_path)


def test_a_model_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    plain(Sessions.of([[0, 1], [1, 2]])).save(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(ModelUnreadable, match="newer release"):
        load(tmp_path)


def test_a_model_apart_answers_alike_out_of_memory_of_its_own() -> None:
    model = plain(walks(40, 0.1))
    other = model.apart()
    expected = model.recommend(codes(1), 5)
    model.parts.scratch.evidence[:] = np.nan
    found = other.recommend(codes(1), 5)
    assert found.codes.tolist() == expected.codes.tolist()
    assert found.scores.tolist() == expected.scores.tolist()


def test_warming_up_needs_no_data() -> None:
    warm_up()
