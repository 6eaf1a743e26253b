"""Uplift learned from a shop's own lots: judged on the newest, gated, and worth its depth."""

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("lightgbm", reason="the extra `models` is not installed")

from tailorbird.predict.uplift.depth_table import MARGINS, Bounds, DepthRow, depth_rows
from tailorbird.predict.uplift.earning import earned
from tailorbird.predict.uplift.lesson import Exposed, Gained, Lesson, Taught, first_of_each, taught
from tailorbird.predict.uplift.training import Learned, Task, gate, train
from tailorbird.predict.uplift.trial import NoTrial
from tests.makers import DAY, NOON_MS

LOTS = {0.0: 0.25, 5.0: 0.25, 10.0: 0.25, 20.0: 0.25}
TENTH = tuple(range(1, 11))


def drew(person: str, *, at: int = NOON_MS, depth: float = 10.0, **more: object) -> Exposed:
    chances: Mapping[float, float] = {0.0: 0.5, 10.0: 0.5}
    return Exposed(person, at, depth, **{"chances": chances, "features": {}, **more})  # type: ignore[arg-type]


def lesson_of(exposed: list[Exposed], gained: list[Gained]) -> Taught:
    return taught(first_of_each(exposed), gained, ("visits",), until_ms=NOON_MS + 30 * DAY)


def lots(seed: int, people: int, *, lift: float = 0.3, since_ms: int = 0) -> Lesson:
    """Return lots of people of whom the half with a positive first feature is moved by an offer."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(people, 4))
    depth = rng.choice(np.array([0.0, 5.0, 10.0, 20.0]), people)
    moved = lift * (features[:, 0] > 0.0) * (depth > 0.0)
    bought = (rng.random(people) < 0.1 + moved).astype(np.float64)
    profit = bought * (50.0 - depth)
    gained = {"order": bought, "revenue": 100.0 * bought, "profit": profit}
    at_ms = np.arange(people) + since_ms
    names = tuple(f"x{number}" for number in range(4))
    meant = np.full(people, 10.0)
    return Lesson(
        features, names, at_ms, depth, meant, tuple(LOTS), np.full((people, 4), 0.25), gained
    )


def together(one: Lesson, other: Lesson) -> Lesson:
    def both(name: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(one, name), getattr(other, name)])

    gained = {name: np.concatenate([one.gained[name], other.gained[name]]) for name in one.gained}
    return Lesson(
        both("features"),
        one.names,
        both("at_ms").astype(np.int64),
        both("depth"),
        both("meant"),
        one.depths,
        both("chances"),
        gained,
    )


def learned(lesson: Lesson, before: Learned | None = None) -> Learned:
    task = Task("sale", 1_800_000_000_000 + len(lesson), 9, "code", "settings")
    served = None if before is None else before.model
    return train(Taught(lesson, {}), task, served, np.random.default_rng(0))


@pytest.fixture(scope="module", name="first")
def a_first_version() -> Learned:
    return learned(lots(1, 3_000))


def a_luck() -> np.random.Generator:
    return np.random.default_rng(0)


def depths_at(rows: tuple[DepthRow, ...], margin: float) -> list[float | None]:
    return [one.depth for one in rows[MARGINS.index(margin)].depths]


def test_the_first_lot_counts_and_later_ones_do_not() -> None:
    found = lesson_of([drew("a", at=NOON_MS + DAY, depth=0.0), drew("a")], [])
    assert found.lesson.depth.tolist() == [10.0]


def test_who_may_not_be_learned_from_is_left_out_and_counted() -> None:
    people = [
        drew("refused", features=None),
        drew("young", at=NOON_MS + 29 * DAY),
        drew("certain", chances={10.0: 1.0}),
        drew("kept"),
    ]
    found = lesson_of(people, [])
    assert len(found.lesson) == 1
    assert found.left_out == {
        "refused to be profiled": 1,
        "window not passed": 1,
        "no chance of the other arm": 1,
    }


def test_what_follows_a_lot_within_its_window_counts() -> None:
    gained = [Gained("a", NOON_MS + day * DAY, 1.0, 30.0, 9.0) for day in (-1, 1, 2, 8)]
    found = lesson_of([drew("a")], gained).lesson.gained
    assert {name: values.tolist() for name, values in found.items()} == {
        "order": [1.0],
        "revenue": [60.0],
        "profit": [18.0],
    }


def test_a_version_says_how_a_twin_did_on_the_newest_people(first: Learned) -> None:
    tail = first.model.card.tail
    assert tail is not None
    assert tail.people == 900
    assert tail.qini.low > 0.0
    assert first.model.card.varies


def test_predictions_of_a_version_hold_on_people_who_come_later(first: Learned) -> None:
    later = learned(together(lots(1, 3_000), lots(2, 2_000, since_ms=3_000)), first)
    assert later.checked is not None
    assert later.checked.holds


def test_a_version_worse_than_the_serving_one_does_not_pass(first: Learned) -> None:
    tail = lots(3, 2_000, since_ms=3_000)
    right = tail.features[:, 0]
    worse, alike = (gate(tail, raw, first.model, a_luck()) for raw in (-right, right))
    assert not worse.passed
    assert "below that of the model that serves" in worse.reason
    assert alike.passed


def test_too_few_who_drew_are_refused_in_words() -> None:
    with pytest.raises(NoTrial, match="200 of each are the least"):
        learned(lots(5, 300))


def test_depths_go_to_those_who_are_moved_and_never_below_the_margin_floor(first: Learned) -> None:
    rows = depth_rows(lots(1, 3_000), first.tenth, Bounds(5.0, 20.0, 0.25))
    at_half = depths_at(rows, 0.5)
    assert at_half[0] is not None
    assert at_half[9] is None
    for row in rows:
        for one in row.depths:
            assert one.depth is None or row.margin - one.depth >= 0.25 * (1.0 - one.depth)


def test_a_depth_outside_floor_and_ceiling_is_in_no_table(first: Learned) -> None:
    rows = depth_rows(lots(1, 3_000), first.tenth, Bounds(10.0, 10.0))
    found = {one.depth for row in rows for one in row.depths}
    assert found <= {None, 0.1}


def test_an_offer_that_changes_nothing_is_offered_to_nobody() -> None:
    lesson = lots(6, 3_000, lift=0.0)
    tenth = np.random.default_rng(0).integers(1, 11, 3_000)
    rows = depth_rows(lesson, tenth, Bounds())
    assert {one.depth for row in rows for one in row.depths} == {None}


def test_what_an_offer_earned_is_its_profit_after_the_discount() -> None:
    found = earned("sale", lots(7, 8_000), 7.0, {})
    effects = {one.outcome: one for one in found.effects}
    assert effects["order"].low < 0.15 < effects["order"].high
    assert effects["profit"].low < 0.25 * 40.0 - 0.1 * 50.0 < effects["profit"].high
    assert found.total == pytest.approx(effects["profit"].effect * found.given)
