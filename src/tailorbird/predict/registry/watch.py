"""The watch: scores the serving version, and a challenger beside it, on what people really do next.

Each time somebody touches another item, that was the answer to a question: given this visit so far,
what comes next? A sample of these questions is asked again a little later, in a thread of its own,
of private copies of the models: no answer ever waits for it. The shopper sees only the champion's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tailorbird.predict.evaluation.metrics import AT
from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.next_item import NextItemModel
from tailorbird.predict.predictor import Predictor, Trained
from tailorbird.predict.recent import PAUSE_S, RecentSessions, Touches, sessions_of
from tailorbird.predict.registry.holdout import NAMES, Seen, look
from tailorbird.predict.registry.ports import Shadowed
from tailorbird.predict.registry.sampled import Sampled
from tailorbird.predict.registry.watched import Score, Watched, begun, settled, watched_from
from tailorbird.predict.sessions import Vocabulary
from tailorbird.predict.touching import SESSION_EVENTS
from tailorbird.spine.clock import Clock
from tailorbird.spine.events import Event

log = logging.getLogger("tailorbird.predict")

MOST_WAITING = 200
"""Questions that may wait for a round; of more, the oldest go unasked, and are counted."""

_BREATH_S = 0.001  # between questions, so that answers need not fight for the interpreter's lock
_MOST_VISITS = 20_000
_LONGEST = 20


class Question(NamedTuple):
    """Whose visit, its items so far, oldest first, and the one that was touched next."""

    visitor: str
    so_far: tuple[str, ...]
    answer: str


class Shadow:
    """A challenger that learns from what comes in, as it would if it served."""

    def __init__(self, folder: str, trained: Trained, model: NextItemModel) -> None:
        self.folder = folder
        self.name = trained.models.name
        self.vocabulary = Vocabulary.of(trained.vocabulary.ids)
        self.model = model
        self.recent = RecentSessions()

    def news(self) -> Touches | None:
        """Return copies of the touches since, if there are new ones; for `learn` in a thread."""
        return self.recent.touches() if self.recent.changed else None

    def learn(self, touches: Touches) -> None:
        """Take in touches; linear in their number."""
        self.model = self.model.with_recent(sessions_of(touches), len(self.vocabulary))


class Watch:
    """One workspace's watch; told of events in the event loop, at work in a thread."""

    def __init__(self, predictor: Predictor, registry: Shadowed, clock: Clock) -> None:
        self._predictor = predictor
        self._registry = registry
        self._clock = clock
        self._visits: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()
        self._waiting: deque[Question] = deque(maxlen=MOST_WAITING)
        self._sampled = Sampled()
        self._compared: str | None = None
        self._shadow: Shadow | None = None
        self._refused: str | None = None
        self.seen: Watched | None = None

    def observe(self, batch: Sequence[Event]) -> None:
        """Note what was touched next; cheap, and called in the order of the log."""
        for event in batch:
            if event.name not in SESSION_EVENTS or event.historical:
                continue
            visitor = event.anonymous_id or event.user_id or ""
            at_s = event.occurred_at_ms / 1000
            for line in event.items:
                self._touch(visitor, str(line.id), at_s)

    def forget(self, visitor: str) -> None:
        """Drop a visitor's visit and questions; what was counted already is nobody's."""
        self._visits.pop(visitor, None)
        kept = [one for one in self._waiting if one.visitor != visitor]
        self._waiting = deque(kept, MOST_WAITING)
        if self._shadow is not None:
            self._shadow.recent.forget(visitor)

    async def round(self) -> None:
        """Ask what waits, and write down how the versions do."""
        models, vocabulary = self._predictor.models, self._predictor.vocabulary
        if models.next_item is None:
            return
        await self._adopt()
        questions = list(self._waiting)
        self._waiting.clear()
        seen = self._begun(models.name)
        if not questions and seen is self.seen:
            return
        champion, shadow = models.next_item, self._shadow
        news = None if shadow is None else shadow.news()

        def work() -> Watched:
            # The serving model's working memory belongs to the event loop; a copy has its own.
            private = champion.apart()
            if shadow is not None and news is not None:
                shadow.learn(news)
            found = seen
            for question in questions:
                time.sleep(_BREATH_S)
                found = self._asked(found, question, (private, vocabulary), shadow)
            return found

        found = await asyncio.to_thread(work)
        self.seen = msgspec.structs.replace(found, at_ms=self._clock(), drift=self._sampled.drift())
        await asyncio.to_thread(self._registry.write_watch, msgspec.json.encode(self.seen))

    def _touch(self, visitor: str, item: str, at_s: float) -> None:
        last_s, so_far = self._visits.pop(visitor, (at_s, ()))
        if abs(at_s - last_s) > PAUSE_S:
            so_far = ()
        if self._shadow is not None:
            code = self._shadow.vocabulary.learn(item)
            self._shadow.recent.touch(visitor, code, at_s)
        if so_far and so_far[-1] != item:
            if len(self._waiting) == MOST_WAITING and self.seen is not None:
                skipped = self.seen.skipped + 1
                self.seen = msgspec.structs.replace(self.seen, skipped=skipped)
            self._waiting.append(Question(visitor, so_far, item))
        if not so_far or so_far[-1] != item:
            so_far = (*so_far[1 - _LONGEST :], item)
        self._visits[visitor] = (max(at_s, last_s), so_far)
        if len(self._visits) > _MOST_VISITS:
            self._visits.popitem(last=False)

    def _begun(self, name: str) -> Watched:
        """Return what was seen of these very versions, begun anew when they are others."""
        seen = self.seen or watched_from(self._registry.read_watch())
        if name != self._compared:
            card = next((one for one in self._registry.cards() if one.name == name), None)
            self._sampled.begin(() if card is None else card.shapes, NAMES)
            self._compared = name
        if seen is None or seen.champion.name != name:
            seen = Watched(self._clock(), Score(name))
        beside = None if self._shadow is None else self._shadow.name
        return begun(seen, name, beside)

    def _asked(
        self,
        seen: Watched,
        question: Question,
        champion: tuple[NextItemModel, Vocabulary],
        shadow: Shadow | None,
    ) -> Watched:
        ours = _look(*champion, question)
        self._sampled.add(ours.values)
        theirs = None
        if shadow is not None and seen.challenger is not None:
            theirs = _look(shadow.model, shadow.vocabulary, question).rank
        return settled(seen, ours.rank, theirs, AT)

    async def _adopt(self) -> None:
        """Take up the challenger that the registry names, or let the present one go."""
        wanted = self._registry.challenger()
        present = None if self._shadow is None else self._shadow.folder
        if wanted in {present, self._refused}:
            return
        self._refused = None
        if wanted is None:
            self._shadow = None
            return
        self._shadow = await asyncio.to_thread(self._read, wanted)
        if self._shadow is None:
            self._refused = wanted

    def _read(self, name: str) -> Shadow | None:
        try:
            trained = self._registry.read(name)
        except (ModelMissing, ModelUnreadable) as cause:
            log.warning("watch.challenger_refused version=%s reason=%s", name, cause.detail)
            return None
        model = trained.models.next_item
        return None if model is None else Shadow(name, trained, model)


def _look(model: NextItemModel, vocabulary: Vocabulary, question: Question) -> Seen:
    """Ask one question; what a version does not know of the visit it passes over."""
    query = vocabulary.encode(question.so_far)
    answer = vocabulary.codes.get(question.answer, -2)
    return look(model, query[query < model.item_count], answer, model.facts.popular)
