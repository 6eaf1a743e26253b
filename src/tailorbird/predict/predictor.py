"""The predictor: holds the models that serve now, learns from what comes in, offers candidates."""

from __future__ import annotations

import asyncio
import copy
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tailorbird.catalog.items import Item
from tailorbird.predict.answered import Answered
from tailorbird.predict.blending import Pool
from tailorbird.predict.board import NOBODY, Ladder
from tailorbird.predict.collaborative import Collaborative
from tailorbird.predict.composer import Composer
from tailorbird.predict.content import Description
from tailorbird.predict.drawing import Stock
from tailorbird.predict.hybrid.describing import Asker, Facts, facts_of
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.leaders import Leaders, leaders
from tailorbird.predict.lookalikes import Lookalikes, description_of
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.next_item import NextItemModel
from tailorbird.predict.price_lists import PriceLists
from tailorbird.predict.rebuying import Rebuys
from tailorbird.predict.recent import RecentSessions, sessions_of
from tailorbird.predict.sessions import Codes, Vocabulary
from tailorbird.predict.standing import Standings
from tailorbird.predict.touching import SESSION_EVENTS, TOUCH_WEIGHTS
from tailorbird.predict.warming import warm_up
from tailorbird.spine.clock import Clock
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId

log = logging.getLogger("tailorbird.predict")

SESSION_CANDIDATES = 80
_KEPT = (
    *("available", "facet_codes", "leaf", "brand", "published_s", "markets"),
    *("margin", "stock", "restocked_s", "vendor"),
)
_LONGEST_QUERY = 20

_ANY_QUERY: Codes = np.zeros(1, np.int32)
_NO_NEIGHBORS = Neighbors(np.zeros((0, 1), np.int32), np.zeros((0, 1), np.float32))

# Scored by place, 1/sqrt(place): blends of models differ in scale, places do not.
_FALLING = (1.0 / np.sqrt(np.arange(1, SESSION_CANDIDATES + 1))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Models:
    """What was trained together: one name, one vocabulary.

    Attributes:
        name: version as answers carry it, such as `blend@2026-11-20T02`; "none" before training.
        trained_offset: up to where of the log they know.
        next_item: what comes next in a session.
        complements: what is bought together or after.
        similar: what is alike by text and attributes.
        collaborative: what people with the same past came to.
        hybrid: puts the candidates of all sources into one order; None where none passed its gate.
        rebuys: how soon what was bought is bought again; None where too little was bought.
    """

    name: str
    trained_offset: int
    next_item: NextItemModel | None = None
    complements: Neighbors | None = None
    similar: Lookalikes | None = None
    collaborative: Collaborative | None = None
    hybrid: Hybrid | None = None
    rebuys: Rebuys | None = None


UNTRAINED = Models(name="none", trained_offset=0)


@dataclass(frozen=True, slots=True)
class Trained:
    """A version as it is stored: the models and what they mean by their codes.

    Attributes:
        models: what was fitted.
        vocabulary: item id ↔ code.
        facets: facets of each item by code, as events stamped them; empty where unknown.
        standings: who was in front when the log was read.
    """

    models: Models
    vocabulary: Vocabulary
    facets: list[tuple[str, ...]]
    standings: Standings


class Predictor:
    """One workspace's live models.

    Changed from the event loop only; heavy refreshes run in a thread and are swapped in whole.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.vocabulary = Vocabulary()
        self.table = ItemTable(self.vocabulary)
        self.price_lists = PriceLists()
        self.models = UNTRAINED
        self.leaders = Leaders()
        self._facts = facts_of(self.table, np.zeros(0))
        self._standings = Standings(clock() / 1000)
        self._recent = RecentSessions()
        stock = _stock(self.models, self.leaders)
        self.composer = Composer(clock, self.table, stock, self.leaders.discovery)
        # Answers of the session model by query: short sessions repeat a lot.
        self._answers = Answered()
        self._undescribed: dict[int, Description] = {}
        self._observed = False
        self.session_ms = 0.3
        self.weighing_ms = 0.5
        self.skips = 0  # answers that a model was left out of since it would have been late

    # Learning

    def observe(self, batch: Sequence[Event]) -> None:
        """Learn from logged events: who is in front, how sessions go, what items are."""
        self._observed = True
        for event in batch:
            weight = TOUCH_WEIGHTS.get(event.name)
            if weight is None:
                continue
            at_s = event.occurred_at_ms / 1000
            visitor = event.anonymous_id or event.user_id or ""
            for line in event.items:
                code = self.table.learn(line.id)
                if line.facets and not self.table.known(code):
                    self.table.stamp(code, line.facets)
                self._standings.touch(code, at_s, weight, event.context.channel)
                if event.name in SESSION_EVENTS:
                    self._recent.touch(visitor, code, at_s)

    def forget(self, visitor: str) -> None:
        """Drop a visitor's recent sessions; the next refresh serves without them.

        All else here is counts of items and answers to lists of items: it is nobody's.
        """
        self._recent.forget(visitor)

    def stock(self, items: Sequence[Item]) -> None:
        """Learn what items are like now; the very next answer heeds it."""
        for item in items:
            code = self.table.describe(
                item.id,
                item.facets(),
                available=item.in_stock,
                published_s=(item.new_since_ms or 0) / 1000,
            )
            self.table.sell_in(code, item.markets)
            self.table.trade(
                code,
                margin=item.margin_share,
                stock=item.stock,
                restocked_s=(item.restocked_at_ms or 0) / 1000,
            )
            self.table.supply(code, item.vendor)
            self.price_lists.learn(self.table, code, item)
            similar = self.models.similar
            if similar is not None and code >= len(similar.neighbors.codes):
                self._undescribed[code] = description_of(item)

    def adopt(self, trained: Trained) -> None:
        """Serve newly trained models; items learned since keep their places behind theirs.

        Standings are taken over only where nothing was counted yet: live ones know more.
        """
        known = self.table
        moved = Vocabulary.of([*trained.vocabulary.ids, *known.items.ids])
        table = ItemTable(moved)
        table.facets, table.market_bits = known.facets, known.market_bits
        table.vendors = known.vendors
        places = moved.encode(known.items.ids)
        count = len(places)
        for name in _KEPT:
            getattr(table, name)[places] = getattr(known, name)[:count]
        for code, facets in enumerate(trained.facets):
            if facets and not table.known(code):
                table.stamp(code, facets)
        if self._observed:
            self._standings.move(places)
        else:
            self._standings = trained.standings
        self._recent.move(places)
        self.price_lists = self.price_lists.moved(places, table.capacity)
        self.vocabulary, self.table, self.models = moved, table, trained.models
        self.leaders = Leaders()
        self._facts = facts_of(table, np.zeros(0))
        self._compose_over()
        self._answers = Answered()
        self._undescribed = {}

    async def refresh(self) -> None:
        """Bring leaders and the session model up to now; heavy work runs in a thread."""
        standing = self._standings.standing()
        touches = self._recent.touches() if self._recent.changed else None
        models, table = self.models, self.table
        described, self._undescribed = self._undescribed, {}
        now_s = self._clock() / 1000

        def work() -> tuple[Leaders, Models, Facts]:
            fresh, similar = models.next_item, models.similar
            if fresh is not None and touches is not None:
                fresh = fresh.with_recent(sessions_of(touches), len(table.items))
            if fresh is not None and fresh is not models.next_item:
                fresh.recommend(_ANY_QUERY, 1)  # compiles or loads the kernels, off the hot path
            _warm(models, table)
            if similar is not None and described:
                similar = similar.with_items(described)
            newer = replace(models, next_item=fresh, similar=similar)
            found = leaders(standing, table, now_s)
            warm_up(_stock(newer, found))
            return found, newer, facts_of(table, standing.long)

        found, newer, facts = await asyncio.to_thread(work)
        if self.models is models:
            self.leaders = found
            self.models = newer
            self._facts = facts
            self._compose_over()
            if touches is not None:
                self._answers.heard()

    def settle(self) -> None:
        """Bring leaders up to now at once, where no request is waiting."""
        standing = self._standings.standing()
        self.leaders = leaders(standing, self.table, self._clock() / 1000)
        self._compose_over()
        self._facts = facts_of(self.table, standing.long)

    def _compose_over(self) -> None:
        stock = _stock(self.models, self.leaders)
        self.composer.over(self.table, stock, self.leaders.discovery)

    def apart(self) -> Predictor:
        """Return a copy that may be asked in a thread, and changed, without touching this one.

        It serves the same models and items; its working memory, and what it learns, are its own.
        """
        other = copy.copy(self)
        other._answers, other._undescribed = Answered(), {}  # noqa: SLF001 - of its own kind
        other.composer = self.composer.apart()
        other._recent, other._observed = RecentSessions(), False  # noqa: SLF001 - of its own kind
        other._standings = Standings(self._clock() / 1000)  # noqa: SLF001 - of its own kind
        model = self.models.next_item
        if model is not None:
            other.models = replace(self.models, next_item=model.apart())
        return other

    # Answering

    def codes(self, items: Sequence[ItemId]) -> Codes:
        """Return the codes of known items, in order."""
        return self.vocabulary.encode(items) if items else NOBODY.codes

    def next_items(self, session: Codes) -> Ladder:
        """Return what may come next in a session, scores scaled to end at most at 1."""
        model = self.models.next_item
        if model is None or not len(session):
            return NOBODY
        query = session[-_LONGEST_QUERY:]
        key = query.tobytes()
        now_s = self._clock() / 1000
        known = self._answers.get(key, now_s)
        if known is not None:
            return known
        started = time.perf_counter()
        codes = model.recommend(query, SESSION_CANDIDATES).codes
        self.session_ms += 0.05 * ((time.perf_counter() - started) * 1000 - self.session_ms)
        found = Ladder(codes, _FALLING[: len(codes)])
        self._answers.keep(key, found, now_s)
        return found

    def tastes(self, past: Codes) -> Ladder:
        """Return what people with this past came to, scored by place.

        Args:
            past: int32[], different items of any visit, newest first.
        """
        model = self.models.collaborative
        return NOBODY if model is None else model.ladder(past, _FALLING)

    def facts(self) -> Facts:
        """Return what the hybrid ranker reads of items, as of the last refresh."""
        return self._facts

    def weighed(self, pool: Pool, session: Codes, past: Codes) -> Pool:
        """Return the candidates as the hybrid ranker weighs them; as they are where there is none.

        Args:
            pool: drawn with weights of 1.
            session: int32[], items of this visit, oldest first.
            past: int32[], different items of all visits, newest first.
        """
        model = self.models.hybrid
        if model is None:
            return pool
        asker = Asker(np.ascontiguousarray(session[::-1]), past, self._clock() / 1000)
        return model.weighed(pool, asker, self._facts)

    def skipped(self) -> None:
        """Note that the session model was not asked for lack of time.

        Its expected time shrinks a little each time, so that one slow spell is not held against it
        for ever: sooner or later it is asked, and timed, again.
        """
        self.session_ms *= 0.95
        self.skips += 1

    def weighing_took(self, took_ms: float) -> None:
        """Note how long the hybrid ranker took, with the candidates drawn for it.

        A longer time than expected counts at once for half: the next answers must not be late, too.
        """
        rate = 0.5 if took_ms > self.weighing_ms else 0.05
        self.weighing_ms += rate * (took_ms - self.weighing_ms)

    def weighing_skipped(self) -> None:
        """Note that the hybrid ranker was not asked for lack of time; forgiven as in `skipped`."""
        self.weighing_ms *= 0.95
        self.skips += 1


def _warm(models: Models, table: ItemTable) -> None:
    """Compile the kernels of a version's models, or load them, off the hot path."""
    if models.collaborative is not None:
        models.collaborative.folded_in(_ANY_QUERY, 1)
    if models.hybrid is not None:
        pool = Pool(_ANY_QUERY, np.ones(1, np.float32), np.zeros(1, np.int8))
        nothing = facts_of(table, np.zeros(0))
        models.hybrid.weighed(pool, Asker(_ANY_QUERY, _ANY_QUERY, 0.0), nothing)


def _stock(models: Models, lead: Leaders) -> Stock:
    """Return where candidates are drawn from."""
    together, similar = models.complements, models.similar
    return Stock(
        lead.board,
        lead.of_facets,
        _NO_NEIGHBORS if together is None else together,
        _NO_NEIGHBORS if similar is None else similar.neighbors,
    )
