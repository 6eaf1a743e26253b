"""The hybrid ranker sees what each source says, learns from what came, and serves if better."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.blending import Pool
from tailorbird.predict.hybrid.describing import COLUMNS, Asker, Described, Facts, described
from tailorbird.predict.hybrid.fitting import Lesson, fit_hybrid, ranks
from tailorbird.predict.hybrid.lessons import acts_since
from tailorbird.predict.hybrid.model import Hybrid, load_hybrid
from tailorbird.predict.hybrid.trial import HybridTrial, tried_hybrid
from tailorbird.predict.model_files import ModelUnreadable, write_parts
from tailorbird.predict.predictor import Models, Trained
from tailorbird.predict.propensity.trees import Trees
from tailorbird.predict.training import Diary, TrainingEvent, TrainingLine, read_diary
from tailorbird.spine.events import PRODUCT_VIEWED

TENT, MAT, LAMP = range(3)
CAMPING, MSR = range(2)
FACTS = Facts(
    np.array([[CAMPING, MSR] + 10 * [-1], [CAMPING] + 11 * [-1], 12 * [-1]], np.int32),
    np.array([0, 1], np.int8),
    np.array([3.0, 2.0, 1.0], np.float32),
    np.array([0.0, 86_400.0, 0.0]),
)
NOBODY = np.zeros(0, np.int32)


def codes(*items: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(items, np.int32)


def pool(*candidates: tuple[int, float, int]) -> Pool:
    items, weights, sources = zip(*candidates, strict=True)
    return Pool(codes(*items), np.array(weights, np.float32), np.array(sources, np.int8))


def cell(found: Described, item: int, column: str) -> float:
    row = int(np.flatnonzero(found.codes == item)[0])
    return float(found.rows[row, COLUMNS.index(column)])


def row_of(item: int, asker: Asker, column: str) -> float:
    return cell(described(pool((item, 0.5, 0)), asker, FACTS), item, column)


def test_a_candidate_of_two_sources_has_one_row_with_both_scores() -> None:
    found = described(pool((MAT, 1.0, 0), (MAT, 0.5, 10)), Asker(NOBODY, NOBODY, 0.0), FACTS)
    assert found.codes.tolist() == [MAT]
    assert (cell(found, MAT, "score_0"), cell(found, MAT, "score_10")) == (1.0, 0.5)


def test_the_source_that_says_most_stands_for_the_item() -> None:
    found = described(pool((MAT, 0.2, 4), (MAT, 0.5, 10)), Asker(NOBODY, NOBODY, 0.0), FACTS)
    assert found.sources.tolist() == [10]


@pytest.mark.parametrize(
    ("column", "value"),
    [("category_now", 1.0), ("category_long", 0.0), ("brand_now", 0.0), ("steps_back_now", -1.0)],
)
def test_a_visit_leans_to_what_its_items_share(column: str, value: float) -> None:
    found = row_of(MAT, Asker(codes(TENT), NOBODY, 0.0), column)
    assert found == pytest.approx(value, abs=1e-6)


def test_a_past_leans_apart_from_the_visit() -> None:
    asker = Asker(NOBODY, codes(TENT), 0.0)
    assert row_of(MAT, asker, "category_long") == pytest.approx(1.0)


def test_an_item_of_the_visit_knows_how_far_back_it_was() -> None:
    assert row_of(TENT, Asker(codes(MAT, TENT), NOBODY, 0.0), "steps_back_now") == 2.0


def test_an_items_age_is_counted_in_days() -> None:
    assert row_of(MAT, Asker(NOBODY, NOBODY, 3 * 86_400.0), "age_days") == 2.0


def test_items_newer_than_the_last_refresh_wait_for_the_next() -> None:
    found = described(pool((99, 1.0, 0), (MAT, 1.0, 0)), Asker(codes(99), NOBODY, 0.0), FACTS)
    assert found.codes.tolist() == [MAT]


@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 1, width=32), st.integers(0, 10))))
@settings(max_examples=50, deadline=None)
def test_every_candidate_has_exactly_one_row(drawn: list[tuple[int, float, int]]) -> None:
    given_ = pool(*drawn) if drawn else Pool(NOBODY, np.zeros(0, np.float32), np.zeros(0, np.int8))
    found = described(given_, Asker(NOBODY, NOBODY, 0.0), FACTS)
    assert sorted(found.codes.tolist()) == sorted({item for item, _, _ in drawn})


def lessons(count: int) -> list[Lesson]:
    """Of two candidates, the one that the collaborative source names always comes."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(count):
        came = int(rng.integers(0, 2))
        drawn = pool((0, 1.0, 0), (1, 1.0, 0), (came, float(rng.uniform(0.5, 1.0)), 10))
        made.append(Lesson(described(drawn, Asker(NOBODY, NOBODY, 0.0), FACTS), came))
    return made


def taught() -> Hybrid:
    pytest.importorskip("lightgbm")
    model = fit_hybrid(lessons(400), seed=0)
    assert model is not None
    return model


def test_the_ranker_learns_which_source_to_believe() -> None:
    found = taught().weighed(
        pool((TENT, 1.0, 0), (MAT, 0.5, 0), (MAT, 0.9, 10)), Asker(NOBODY, NOBODY, 0.0), FACTS
    )
    assert found.codes[np.argmax(found.weights)] == MAT


def test_the_best_candidate_weighs_one_and_all_weigh_something() -> None:
    found = taught().weighed(
        pool((TENT, 1.0, 0), (MAT, 0.5, 10)), Asker(NOBODY, NOBODY, 0.0), FACTS
    )
    assert found.weights.max() == 1.0
    assert found.weights.min() > 0.0


def test_of_few_lessons_nothing_is_learned() -> None:
    assert fit_hybrid(lessons(199), seed=0) is None


def test_a_stored_ranker_answers_as_before(tmp_path: Path) -> None:
    model, rows = taught(), lessons(5)[0].candidates.rows
    model.save(tmp_path)
    assert load_hybrid(tmp_path).scores(rows).tolist() == model.scores(rows).tolist()


def test_a_ranker_of_other_columns_is_refused(tmp_path: Path) -> None:
    nothing, none = np.zeros(0, np.int32), np.zeros(0)
    trees = Trees(nothing, nothing, none, nothing, nothing, nothing)
    write_parts(tmp_path, "hybrid", {"columns": ["height"]}, trees._asdict())
    with pytest.raises(ModelUnreadable, match="other columns"):
        load_hybrid(tmp_path)


def test_arrays_that_are_no_trees_are_refused_with_the_folder_named(tmp_path: Path) -> None:
    model = taught()
    loop = model.trees._replace(left=np.zeros_like(model.trees.left))
    write_parts(tmp_path, "hybrid", {"columns": list(COLUMNS)}, loop._asdict())
    with pytest.raises(ModelUnreadable, match="no trees of a hybrid ranker"):
        load_hybrid(tmp_path)


def test_every_weight_falls_as_its_score_does() -> None:
    model, drawn = taught(), pool((TENT, 1.0, 0), (MAT, 0.5, 0), (LAMP, 0.4, 2), (MAT, 0.9, 10))
    asker = Asker(codes(TENT), codes(MAT, TENT), 0.0)
    scores = model.scores(described(drawn, asker, FACTS).rows)
    shares = np.exp(scores - scores.max())
    assert model.weighed(drawn, asker, FACTS).weights == pytest.approx(shares, rel=1e-6)


def test_of_no_candidates_none_are_weighed() -> None:
    empty = Pool(NOBODY, np.zeros(0, np.float32), np.zeros(0, np.int8))
    assert len(taught().weighed(empty, Asker(NOBODY, NOBODY, 0.0), FACTS).codes) == 0


def test_an_answer_that_was_no_candidate_is_missed() -> None:
    one = lessons(1)[0]
    assert ranks([np.zeros(2)], [one._replace(answer=7)]).tolist() == [np.inf]


def views(person: str, *items: str, start_s: int = 0, apart_s: int = 60) -> list[TrainingEvent]:
    return [
        TrainingEvent(
            PRODUCT_VIEWED,
            (start_s + place * apart_s) * 1000,
            anonymous_id=person,
            items=(TrainingLine(item),),
        )
        for place, item in enumerate(items)
    ]


def test_an_act_knows_only_what_was_before_it() -> None:
    diary = read_diary([[*views("a", "tent", "mat"), *views("a", "lamp", "cup", start_s=90_000)]])
    [_, last] = acts_since(diary, 90_000.0)
    assert (last.session.tolist(), last.past.tolist(), last.answer) == ([2], [2, 1, 0], 3)


def test_who_has_no_past_is_not_asked_about() -> None:
    assert [act.answer for act in acts_since(read_diary([views("a", "tent", "mat")]), 0.0)] == [1]


def test_the_diary_until_a_moment_holds_nothing_later() -> None:
    diary = read_diary([views("a", "tent", "mat", "lamp")]).until(120.0)
    assert diary.people() == [[(0.0, 0), (60.0, 1)]]


def tried(diary: Diary) -> HybridTrial:
    facets: list[tuple[str, ...]] = [() for _ in diary.vocabulary.ids]
    twin = Trained(Models("twin", 0), diary.vocabulary, facets, diary.standings(0.0))
    return tried_hybrid(diary, twin, 0.0, np.random.default_rng(0))


def test_of_few_acts_there_is_no_ranker_and_the_reason_is_said() -> None:
    found = tried(read_diary([views("a", "tent", "mat")]))
    assert found.hybrid is None
    assert found.reason == "1 acts of people with a past; 400 are needed"


def test_a_ranker_that_is_not_better_may_not_serve() -> None:
    pytest.importorskip("lightgbm")
    rng = np.random.default_rng(0)
    people = [
        views(f"p{number}", *(f"i{code}" for code in rng.permutation(30)[:4]))
        for number in range(300)
    ]
    found = tried(read_diary(people))
    assert found.hybrid is None
    assert found.reason.startswith("not better beyond doubt than: ")
