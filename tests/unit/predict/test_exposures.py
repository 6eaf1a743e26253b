"""What was shown, and done with it, teaches a ranker; who looks where is allowed for."""

import msgspec
import numpy as np
import pytest

from tailorbird.decide.ports import DecisionRecord
from tailorbird.predict.hybrid.answers import CLIP, Slate, lessons_of, weight_of
from tailorbird.predict.hybrid.click_model import by_model
from tailorbird.predict.hybrid.describing import COLUMNS
from tailorbird.predict.hybrid.examination import EVEN, Examination, by_luck
from tailorbird.predict.hybrid.fitting import fit_hybrid
from tailorbird.predict.hybrid.impressions import Impression, impressions
from tailorbird.predict.hybrid.mixing import Asked, Taught, chosen_share, mixed
from tailorbird.predict.outcomes import (
    ADDED,
    CLICKED,
    DISMISSED,
    ORDERED,
    PASSED,
    ShownLine,
    ShownSlot,
    ToldExposure,
    TrainingDecision,
)
from tailorbird.predict.training import Diary, TrainingEvent, TrainingLine, read_diary
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import (
    ORDER_COMPLETED,
    PRODUCT_ADDED,
    PRODUCT_VIEWED,
    RECOMMENDATION_CLICKED,
    RECOMMENDATION_DISMISSED,
    RECOMMENDATION_VIEWED,
)

TRUE = np.array([1.0, 0.5, 0.3, 0.2])
PLACES = len(TRUE)
APPEAL, OLD_SCORE = COLUMNS.index("score_1"), COLUMNS.index("score_0")


def did(name: str, item: str = "", *, exposure: str | None = None, day: float = 0) -> TrainingEvent:
    return TrainingEvent(
        name,
        round(day * DAY_MS),
        anonymous_id="a",
        items=(TrainingLine(item),) if item else (),
        exposure=None if exposure is None else ToldExposure(exposure),
    )


def shown(*items: str, placement: str = "home") -> TrainingDecision:
    lines = [ShownLine(item, place, f"e{place}") for place, item in enumerate(items, 1)]
    return TrainingDecision(0, "a", None, (ShownSlot(placement, tuple(lines)),))


def of(diary: Diary, *items: str) -> list[Impression]:
    return impressions([shown(*items)], diary)


def diary_of(*events: TrainingEvent) -> Diary:
    return read_diary([[did(PRODUCT_VIEWED, "tent"), did(PRODUCT_VIEWED, "mat"), *events]])


CLICK = did(RECOMMENDATION_CLICKED, exposure="e1")


@pytest.mark.parametrize(
    ("after", "grade"),
    [
        ((), CLICKED),
        ((did(PRODUCT_ADDED, "tent", day=0.5),), ADDED),
        ((did(ORDER_COMPLETED, "tent", day=6),), ORDERED),
        ((did(ORDER_COMPLETED, "tent", day=8),), CLICKED),
        ((did(ORDER_COMPLETED, "mat", day=1),), CLICKED),
        ((did(RECOMMENDATION_DISMISSED, exposure="e1", day=1),), DISMISSED),
    ],
)
def test_an_exposure_is_graded_by_the_best_that_came_of_it_in_time(
    after: tuple[TrainingEvent, ...], grade: int
) -> None:
    [found] = of(diary_of(CLICK, *after), "tent", "mat")
    assert found.grades.tolist() == [grade, PASSED]


def test_an_addition_that_names_its_exposure_needs_no_click() -> None:
    [found] = of(diary_of(did(PRODUCT_ADDED, "mat", exposure="e2")), "tent", "mat")
    assert found.grades.tolist() == [PASSED, ADDED]


def test_what_was_not_on_the_screen_is_not_passed_over() -> None:
    seen = [did(RECOMMENDATION_VIEWED, exposure=f"e{place}") for place in (1, 2)]
    [found] = of(diary_of(*seen), "tent", "mat", "lamp")
    assert found.seen.tolist() == [True, True, False]


def test_a_list_that_nobody_saw_teaches_nothing() -> None:
    diary = diary_of(did(RECOMMENDATION_VIEWED, exposure="other"))
    assert of(diary, "tent", "mat") == []


def test_where_one_view_is_reported_a_list_the_whole_list_was_seen() -> None:
    [found] = of(diary_of(did(RECOMMENDATION_VIEWED, exposure="e1")), "tent", "mat")
    assert found.seen.all()


def test_what_another_arm_would_have_shown_was_shown_to_nobody() -> None:
    slots = [
        {"placement": "home", "items": [{"id": item, "position": 1, "exposureId": "e1"}]}
        for item in ("tent", "mat")
    ]
    ghost = {"experiment": "x", "variant": "control", "decision": slots[1]}
    record = DecisionRecord("d", 0, None, "a", None, None, 1.0, (slots[0],), (ghost,))
    found = msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=TrainingDecision)
    assert [line.id for one in found.decisions for line in one.items] == ["tent"]


def lists(count: int, *, luck: bool, seed: int = 0) -> list[Slate]:
    """Lists ordered by an old score that knows half of the appeal, and clicks by true curves."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        appeal = rng.random(PLACES) * 0.8
        old = appeal + rng.random(PLACES)
        order = np.argsort(-old)
        lucky = np.zeros(PLACES, np.bool_)
        if luck:
            place = int(rng.integers(0, PLACES))
            order = np.insert(order[:-1], place, order[-1])
            lucky[place] = True
        clicked = rng.random(PLACES) < TRUE * appeal[order]
        rows = np.zeros((PLACES, len(COLUMNS)))
        rows[:, APPEAL], rows[:, OLD_SCORE] = appeal[order], old[order]
        one = Impression(
            f"p{number}",
            float(number),
            "home",
            np.arange(PLACES, dtype=np.int32),
            np.arange(1, PLACES + 1),
            np.ones(PLACES, np.bool_),
            clicked.astype(np.int8),
            lucky,
        )
        made.append(Slate(one, np.arange(PLACES), rows))
    return made


def curve(found: Examination | None) -> list[float]:
    assert found is not None
    told: list[float] = found.of("home", np.arange(1, PLACES + 1)).tolist()
    return told


def test_luck_with_places_tells_who_looks_where() -> None:
    found = by_luck([one.shown for one in lists(4_000, luck=True)])
    assert curve(found) == pytest.approx(TRUE, abs=0.06)


def test_without_luck_nothing_is_told_by_luck() -> None:
    assert by_luck([one.shown for one in lists(4_000, luck=False)]) is None


def test_a_click_model_tells_who_looks_where_without_luck() -> None:
    pytest.importorskip("lightgbm")
    assert curve(by_model(lists(3_000, luck=False), 0)) == pytest.approx(TRUE, abs=0.08)


def test_few_clicks_tell_nothing() -> None:
    assert by_model(lists(50, luck=False), 0) is None


def ndcg(examination: Examination, share: float = 1.0) -> float:
    """How well a ranker taught on these lists orders others by their true appeal."""
    answers = lessons_of(lists(3_000, luck=False), examination)
    model = fit_hybrid(mixed([], answers, share), 0)
    assert model is not None
    discount = 1.0 / np.log2(np.arange(2, PLACES + 2))
    reached = []
    for one in lists(500, luck=False, seed=1):
        appeal = one.rows[:, APPEAL]
        order = np.argsort(-model.scores(one.rows), kind="stable")
        reached.append((appeal[order] @ discount) / (np.sort(appeal)[::-1] @ discount))
    return float(np.mean(reached))


def test_allowing_for_places_makes_a_ranker_that_is_truly_better() -> None:
    pytest.importorskip("lightgbm")
    true = Examination("true", {"": TRUE}, 0)
    assert ndcg(true) > ndcg(EVEN) + 0.003


def test_an_act_where_few_look_counts_for_more_but_never_for_too_many() -> None:
    assert (weight_of(1.0), weight_of(0.25), weight_of(0.001)) == (1.0, 4.0, CLIP)


def test_who_was_turned_down_belongs_behind_all_others() -> None:
    pytest.importorskip("lightgbm")
    turned_down = []
    for slate in lists(400, luck=False):
        grades = np.zeros(PLACES, np.int8)
        grades[int(np.argmax(slate.rows[:, APPEAL]))] = DISMISSED
        turned_down.append(slate._replace(shown=slate.shown._replace(grades=grades)))
    model = fit_hybrid(lessons_of(turned_down, EVEN), 0)
    assert model is not None
    one = lists(1, luck=False, seed=2)[0]
    assert np.argmin(model.scores(one.rows)) == np.argmax(one.rows[:, APPEAL])


def test_answers_get_their_share_of_the_weight() -> None:
    answers = lessons_of(lists(50, luck=False), EVEN)
    nexts = [one._replace(weight=1.0) for one in answers[:10]]
    found = mixed(nexts, answers, 0.25)
    told = sum(one.weight for one in found)
    assert sum(one.weight for one in found[10:]) / told == pytest.approx(0.25)


def test_of_few_answers_nothing_is_learned() -> None:
    few = lists(20, luck=False)
    nexts = [Asked(0.0, one) for one in lessons_of(few, EVEN)]
    assert chosen_share(Taught(nexts, few, EVEN), 0) == 0.0
