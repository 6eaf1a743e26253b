"""The watch scores what serves, and what is in shadow, on what people touch next."""

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tailorbird.predict.model_files import ModelUnreadable
from tailorbird.predict.predictor import Predictor, Trained
from tailorbird.predict.registry.card import Card
from tailorbird.predict.registry.drift import Shape
from tailorbird.predict.registry.holdout import NAMES
from tailorbird.predict.registry.watch import MOST_WAITING, Watch
from tailorbird.predict.registry.watched import Watched, shown, watched_from
from tailorbird.spine.clock import MINUTE_MS
from tailorbird.spine.events import PRODUCT_VIEWED, Event
from tests.makers import an_event, an_item
from tests.unit.predict.registry.versions import NOW_MS, PATHS, a_version

STRANGE = (("tent", "tea"), ("kettle", "lamp"))
OTHER = "blend@2027-02-02T00-00-00"


class Shelf:
    """A registry in memory."""

    def __init__(self, *versions: tuple[Trained, Card]) -> None:
        self.versions = {card.name.replace("@", "-"): (trained, card) for trained, card in versions}
        self.wanted: str | None = None
        self.content: bytes | None = None
        self.broken = False

    def challenger(self) -> str | None:
        return self.wanted

    def read(self, name: str) -> Trained:
        if self.broken:
            raise ModelUnreadable("torn")
        return self.versions[name][0]

    def cards(self) -> Sequence[Card]:
        return [card for _, card in self.versions.values()]

    def read_watch(self) -> bytes | None:
        return self.content

    def write_watch(self, content: bytes) -> None:
        self.content = content


def visits(path: Sequence[str], count: int, first: int = 0, **more: Any) -> list[Event]:
    """So many visitors, each along a path; `first` numbers the first of them."""
    return [
        an_event(
            PRODUCT_VIEWED,
            an_item(item),
            at=NOW_MS + place * MINUTE_MS,
            anonymous_id=f"v{number}",
            **more,
        )
        for number in range(first, first + count)
        for place, item in enumerate(path)
    ]


def watching(shelf: Shelf) -> Watch:
    """A watch over a predictor that serves the first version of a shelf."""
    predictor = Predictor(lambda: NOW_MS)
    predictor.adopt(next(iter(shelf.versions.values()))[0])
    return Watch(predictor, shelf, lambda: NOW_MS)


def seen_after(watch: Watch, *batches: list[Event]) -> Watched:
    for batch in batches:
        watch.observe(batch)
        asyncio.run(watch.round())
    assert watch.seen is not None
    return watch.seen


def test_a_hit_is_an_item_touched_next_that_was_among_the_first_twenty() -> None:
    seen = seen_after(watching(Shelf(a_version())), visits(PATHS[0], 5))
    assert (seen.champion.questions, seen.champion.hits) == (10, 10)


def test_an_item_that_nobody_knew_is_a_miss() -> None:
    seen = seen_after(watching(Shelf(a_version())), visits(("tent", "unheard-of"), 3))
    assert (seen.champion.questions, seen.champion.hits) == (3, 0)


def test_imported_history_is_no_question() -> None:
    watch = watching(Shelf(a_version()))
    assert seen_after(watch, visits(PATHS[0], 3, historical=True)).champion.questions == 0


def test_after_a_pause_a_visit_begins_anew() -> None:
    watch = watching(Shelf(a_version()))
    late = an_event(PRODUCT_VIEWED, an_item("mat"), at=NOW_MS + 99 * MINUTE_MS, anonymous_id="v0")
    assert seen_after(watch, visits(("tent",), 1), [late]).champion.questions == 0


def test_a_challenger_is_scored_on_the_same_questions() -> None:
    shelf = Shelf(a_version(), a_version(OTHER, STRANGE))
    shelf.wanted = OTHER.replace("@", "-")
    seen = seen_after(watching(shelf), visits(PATHS[0], 20))
    assert seen.challenger is not None
    assert (seen.challenger.name, seen.challenger.questions) == (OTHER, 40)


def test_a_challenger_that_guesses_worse_shows_it() -> None:
    few = (("tent", *(f"x{n}" for n in range(30))), ("kettle", *(f"y{n}" for n in range(30))))
    shelf = Shelf(a_version(), a_version(OTHER, few))
    shelf.wanted = OTHER.replace("@", "-")
    seen = seen_after(watching(shelf), visits(("tent", "mat"), 30))
    assert seen.difference is not None
    assert seen.difference.value == -1.0


def test_a_challenger_learns_what_comes_in() -> None:
    shelf = Shelf(a_version(), a_version(OTHER, STRANGE))
    shelf.wanted = OTHER.replace("@", "-")
    watch = watching(shelf)
    seen_after(watch, [], visits(("tent", "unheard-of"), 30))
    before = watch.seen
    after = seen_after(watch, visits(("tent", "unheard-of"), 10, first=30))
    assert before is not None
    assert before.challenger is not None
    assert after.challenger is not None
    assert after.challenger.hits > before.challenger.hits


def test_a_challenger_that_cannot_be_read_is_left_out() -> None:
    shelf = Shelf(a_version(), a_version(OTHER))
    shelf.wanted, shelf.broken = OTHER.replace("@", "-"), True
    assert seen_after(watching(shelf), visits(PATHS[0], 2)).challenger is None


def test_the_serving_model_is_never_asked_itself_but_a_copy() -> None:
    watch = watching(Shelf(a_version()))
    model = watch._predictor.models.next_item  # noqa: SLF001 - the point of the test
    assert model is not None
    model.parts.scratch.evidence[:] = np.nan  # whoever is asked with this memory answers nonsense
    assert seen_after(watch, visits(PATHS[0], 5)).champion.hits > 0
    assert np.isnan(model.parts.scratch.evidence).all()


def test_what_was_seen_outlasts_a_restart() -> None:
    shelf = Shelf(a_version())
    seen_after(watching(shelf), visits(PATHS[0], 5))
    assert seen_after(watching(shelf), visits(PATHS[0], 5)).champion.questions == 20


def test_another_champion_begins_at_nothing() -> None:
    shelf = Shelf(a_version(), a_version(OTHER))
    watch = watching(shelf)
    seen_after(watch, visits(PATHS[0], 5))
    watch._predictor.adopt(shelf.versions[OTHER.replace("@", "-")][0])  # noqa: SLF001
    seen = seen_after(watch, visits(PATHS[1], 5, first=5))
    assert (seen.champion.name, seen.champion.questions) == (OTHER, 10)


def test_too_many_questions_at_once_are_counted_as_skipped() -> None:
    watch = watching(Shelf(a_version()))
    seen_after(watch, visits(PATHS[0], 1))
    seen = seen_after(watch, visits(("tent", "mat"), MOST_WAITING + 50, first=1))
    assert seen.skipped == 50


def test_drift_is_told_against_training() -> None:
    usual = tuple(Shape(name, (-1e9,), (1.0, 0.0), 1_000) for name in NAMES)
    watch = watching(Shelf(a_version(shapes=usual)))
    seen = seen_after(watch, visits(PATHS[0], 150))
    assert {one.name for one in seen.alarms} == set(NAMES)


def test_a_torn_file_of_what_was_seen_is_nothing_seen() -> None:
    assert watched_from(b'{"at_ms": 17') is None


@pytest.mark.parametrize("questions", [0, 7])
def test_rates_have_intervals_once_something_was_asked(questions: int) -> None:
    watch = watching(Shelf(a_version()))
    seen = seen_after(watch, visits(("tent", "mat"), questions))
    assert (shown(seen).champion.hit_rate is None) == (questions == 0)


def test_of_somebody_forgotten_no_question_is_left() -> None:
    watch = watching(Shelf(a_version()))
    watch.observe(visits(PATHS[0], 3))
    watch.forget("v1")
    assert seen_after(watch, []).champion.questions == 4


def test_a_visit_that_was_forgotten_is_not_gone_on_with() -> None:
    watch = watching(Shelf(a_version()))
    watch.observe(visits(("tent",), 1))
    watch.forget("v0")
    next_one = an_event(PRODUCT_VIEWED, an_item("mat"), at=NOW_MS + MINUTE_MS, anonymous_id="v0")
    assert seen_after(watch, [next_one]).champion.questions == 0
