"""The learned ranker is scored on what people touch next, a challenger beside it, unseen."""

import asyncio
from dataclasses import replace

import pytest

from tailorbird.identity.graph import Resolved
from tailorbird.predict.hybrid.watch import OrderWatch
from tailorbird.predict.predictor import Predictor, Trained
from tailorbird.predict.registry.card import Card
from tailorbird.predict.registry.drift import Shape
from tailorbird.predict.registry.watched import Watched
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.events import PRODUCT_VIEWED, Event, LoggedEvent
from tailorbird.spine.ids import PersonId, Subject
from tests.makers import an_event, an_item
from tests.unit.decide.test_slate import LATER_PLACES
from tests.unit.predict.registry.versions import NOW_MS, PATHS, a_version


class Shelf:
    """One version, and what is noted beside it, in memory."""

    def __init__(self, challenger: str | None, shapes: tuple[Shape, ...] = ()) -> None:
        trained, self._card = a_version(shapes=shapes)
        self._trained = replace(trained, models=replace(trained.models, hybrid=LATER_PLACES))
        self._challenger = challenger
        self._noted: dict[str, bytes] = {}

    def challenger(self) -> str | None:
        return self._challenger

    def read(self, _name: str) -> Trained:
        return self._trained

    def card(self, _name: str) -> Card | None:
        return self._card

    def note(self, file: str, content: bytes) -> None:
        self._noted[file] = content

    def noted(self, file: str) -> bytes | None:
        return self._noted.get(file)


def seen_after(shelf: Shelf, visitors: int = 3, *, willing: bool = True) -> Watched:
    """What is seen of visitors who go along a known path, an item each half minute."""
    now_ms = NOW_MS
    predictor = Predictor(lambda: now_ms)
    predictor.adopt(shelf.read(""))
    lives: dict[PersonId, list[Event]] = {}

    async def profile_of(_subject: Subject, person: PersonId) -> Profile | None:
        return fold_many(EMPTY, lives[person]) if willing else None

    async def walked() -> Watched | None:
        nonlocal now_ms
        await predictor.refresh()
        watch = OrderWatch(predictor, shelf, profile_of, lambda: now_ms)
        for item in PATHS[0]:
            for number in range(visitors):
                person = PersonId(f"p{number}")
                seen = an_event(PRODUCT_VIEWED, an_item(item), at=now_ms, anonymous_id=f"v{number}")
                lives.setdefault(person, []).append(seen)
                watch.observe([Resolved(person, LoggedEvent(1, seen))])
            now_ms += 2_000
            await watch.round()
            now_ms += 30_000
        return watch.seen

    found = asyncio.run(walked())
    assert found is not None
    return found


@pytest.mark.parametrize("beside", [None, "other"])
def test_champion_and_challenger_are_scored_on_the_same_touches(beside: str | None) -> None:
    seen = seen_after(Shelf(beside))
    assert (seen.champion.questions, seen.champion.hits) == (6, 6)
    assert (None if seen.challenger is None else seen.challenger.questions) == (
        None if beside is None else 6
    )


def test_of_those_who_refuse_nothing_is_asked() -> None:
    assert seen_after(Shelf(None), willing=False).champion.questions == 0
