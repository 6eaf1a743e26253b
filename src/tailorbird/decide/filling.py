"""Filling one placement: items, content, an offer or payment methods, each with its reasons."""

from __future__ import annotations

import time
from math import inf

import msgspec
import numpy as np

from tailorbird.accounts.terms import Standing
from tailorbird.catalog.catalog import Catalog
from tailorbird.decide.accounts import open_to
from tailorbird.decide.bandits.serving import BanditSlots
from tailorbird.decide.explaining import explained, explained_place, rejected
from tailorbird.decide.fit import fit_of
from tailorbird.decide.last_shown import LastShown
from tailorbird.decide.levels import Level, has_history, level_of
from tailorbird.decide.moment import Moment
from tailorbird.decide.navigating import navigated, not_theirs
from tailorbird.decide.placements import Placement, PlacementKind, Ranker, Source
from tailorbird.decide.ranking import RankedList
from tailorbird.decide.reasons import reason
from tailorbird.decide.showing import best_creative
from tailorbird.decide.slate import Slate, is_hybrid, slate
from tailorbird.decide.wire import (
    DecideRequest,
    ExplainedItem,
    RankRequest,
    ShownArm,
    ShownContent,
    ShownItem,
    Slot,
    SlotDecision,
)
from tailorbird.decide.words import Words, trail_of
from tailorbird.predict.board import Ladder
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.tracing import traced
from tailorbird.spine.ids import PersonId

NO_CATALOG = "No items are known yet: PUT /v1/items, or run `tailorbird import items`."
NO_CATEGORIES = "Name the categories under `candidates`, or under `filters.categories`."
NO_CANDIDATES = "No item fits this placement's filters now."
_EXPLORE = Source.EXPLORE.value

SAFETY = 2.0
"""A stage is begun only if so many times its usual time is left."""


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A request on its way: who asks, what may be used, and until when.

    Attributes:
        rushed: there is no time for any model.
        until_s: the deadline, as `time.perf_counter` counts; none where nobody waits.
    """

    request: DecideRequest | RankRequest
    person: PersonId | None
    moment: Moment
    next_items: Ladder
    rushed: bool
    explain: bool
    standing: Standing | None = None
    until_s: float = inf


class Filler:
    """Fills the placements of one workspace's requests."""

    def __init__(
        self,
        predictor: Predictor,
        catalog: Catalog,
        rng: np.random.Generator,
        bandits: BanditSlots | None = None,
    ) -> None:
        self._bandits = bandits
        self._predictor = predictor
        self._catalog = catalog
        self._luck = rng.bit_generator.random_raw
        self._words = Words(predictor, catalog)
        self.last_shown = LastShown()

    def fill(self, placement: Placement, slot: Slot, asked: Asked, stem: str) -> SlotDecision:
        """Return the answer for one placement.

        Args:
            placement: its policy.
            slot: what the request said of it.
            asked: who asks, from where, and how much time there is.
            stem: what exposure ids begin with.
        """
        match placement.kind:
            case PlacementKind.ITEMS:
                return self._items(placement, slot, asked, stem)
            case PlacementKind.CONTENT:
                return self._content(placement, asked, stem)
            case PlacementKind.OFFER:
                return self._decision(placement, Level.BESTSELLERS, offer=None)
            case PlacementKind.PAYMENT_METHODS:
                return self._decision(placement, Level.BESTSELLERS, items=())
            case PlacementKind.NAVIGATION:
                names = tuple(str(one) for one in slot.candidates) or placement.filters.categories
                names = tuple(open_to(names, placement, asked.standing))
                return self.navigated(placement, (names, ()), slot.limit, asked, stem)
            case PlacementKind.ACTION:
                return self._decision(placement, Level.BESTSELLERS, actions=())

    def _items(self, placement: Placement, slot: Slot, asked: Asked, stem: str) -> SlotDecision:
        limit = slot.limit or placement.limit
        if asked.rushed:
            return self._hurried(placement, limit, asked, stem)
        arm = None
        if placement.bandit is not None:
            placement, arm = self.armed(placement, asked, stem)
        if placement.ranker is Ranker.HYBRID:
            placement = self._in_time(placement, asked)
        found = slate(placement, asked.moment, asked.next_items, self._predictor, limit, self._luck)
        level = level_of(asked.moment, found)
        items = self._shown(found, asked, stem)
        if asked.person is not None and not asked.request.dry_run:
            self.last_shown.keep(asked.person, placement.name, [one.id for one in items])
        more: dict[str, object] = {}
        if asked.explain:
            more["rejected"] = rejected(found, self._predictor)
            more["ranker"] = found.ranker.value
        if not items:
            more["notice"] = self._notice()
        if arm is not None:
            more["arm"] = arm
        runners_up = tuple(self._predictor.vocabulary.decode(found.runners_up))
        return self._decision(placement, level, items=items, runners_up=runners_up, **more)

    def _in_time(self, placement: Placement, asked: Asked) -> Placement:
        """Return a placement that leaves the order to weights where its ranker would be late."""
        if not is_hybrid(placement, asked.moment, self._predictor):
            return placement
        left_ms = (asked.until_s - time.perf_counter()) * 1000
        if left_ms >= self._predictor.weighing_ms * SAFETY:
            return placement
        self._predictor.weighing_skipped()
        return msgspec.structs.replace(placement, ranker=Ranker.BLEND)

    def armed(
        self, placement: Placement, asked: Asked, stem: str
    ) -> tuple[Placement, ShownArm | None]:
        """Return a list's placement under the policy that its bandit chose, and how it chose."""
        if self._bandits is None or asked.moment.generic:
            return placement, None
        recorded = not asked.request.dry_run
        found = self._bandits.policy(placement, asked.moment, stem, recorded=recorded)
        return (placement, None) if found is None else found

    def navigated(
        self,
        placement: Placement,
        names: tuple[tuple[str, ...], tuple[str, ...]],
        limit: int | None,
        asked: Asked,
        stem: str,
    ) -> SlotDecision:
        """Return the answer for a navigation: categories in this visitor's order.

        Args:
            placement: its policy.
            names: the categories, and those that come behind, since they are not for the account.
            limit: how many are wanted.
            asked: who asks, and from where.
            stem: what exposure ids begin with.
        """
        ahead, behind = names
        arm = None
        if placement.bandit is not None:
            placement, arm = self.armed(placement, asked, stem)
        found = navigated(
            placement, asked.moment, asked.next_items, self._predictor, ahead, self._words.title
        )
        found += [not_theirs(one) for one in dict.fromkeys(behind)]
        made = ExplainedItem if asked.explain else ShownItem
        items = tuple(
            made(
                id=one.name,
                position=place,
                exposure_id=f"{stem}-{place}",
                reason=one.reason,
                **({} if made is ShownItem else explained_place(one)),
            )
            for place, one in enumerate(found[:limit], start=1)
        )
        level = Level.BESTSELLERS
        if any(one.source in {Source.SESSION, Source.AFFINITY} for one in found):
            level = Level.PERSONAL if has_history(asked.moment) else Level.SESSION
        more: dict[str, object] = {} if found else {"notice": NO_CATEGORIES}
        if arm is not None:
            more["arm"] = arm
        return self._decision(placement, level, items=items, **more)

    def _hurried(self, placement: Placement, limit: int, asked: Asked, stem: str) -> SlotDecision:
        """Answer without asking a model: the person's last slate, else bestsellers."""
        table, popular = self._predictor.table, self._predictor.leaders.popular.codes
        known = self.last_shown.of(asked.person, placement.name)
        codes = self._predictor.vocabulary.encode(known)
        source, level = Source.LAST_KNOWN, Level.LAST_KNOWN
        if not len(codes):
            codes, source, level = popular, Source.POPULAR, Level.BESTSELLERS
        fit = fit_of(placement, asked.moment, table)
        codes = self._predictor.composer.fitting(codes[table.available[codes] > 0], fit)[:limit]
        items = tuple(
            ShownItem(
                id=table.items.ids[code],
                position=place + 1,
                exposure_id=f"{stem}-{place + 1}",
                reason=reason(source, None, None, None),
            )
            for place, code in enumerate(codes.tolist())
        )
        more = {} if items else {"notice": self._notice()}
        return self._decision(placement, level, items=items, **more)

    def _shown(
        self, found: Slate, asked: Asked, stem: str
    ) -> tuple[ShownItem | ExplainedItem, ...]:
        ids, certain, luck = self._predictor.table.items.ids, msgspec.UNSET, found.chance
        why = self._words.reasons(found.sources, found.grounds)
        items = tuple(
            [
                ShownItem(
                    ids[code],
                    place,
                    f"{stem}-{place}",
                    said,
                    source == _EXPLORE,
                    luck if source == _EXPLORE else certain,
                )
                for place, (code, source, said) in enumerate(
                    zip(found.codes, found.sources, why, strict=True), start=1
                )
            ]
        )
        if not asked.explain:
            return items
        return tuple(
            explained(item, place, found, self._predictor, asked.moment)
            for place, item in enumerate(items)
        )

    def _content(self, placement: Placement, asked: Asked, stem: str) -> SlotDecision:
        if placement.bandit is not None and self._bandits and not asked.moment.generic:
            shown = self._bandits.content(
                placement,
                asked.moment,
                f"{stem}-1",
                self._catalog,
                recorded=not asked.request.dry_run,
            )
            return self._decision(placement, Level.BESTSELLERS, content=shown)
        facets, spell = self._predictor.table.facets, self._catalog.spelling
        chosen = best_creative(placement.creatives, asked.moment, facets, spell)
        if chosen is None:
            return self._decision(placement, Level.BESTSELLERS, content=None)
        creative, why, personal = chosen
        content = ShownContent(
            id=creative.id, exposure_id=f"{stem}-1", reason=why, data=creative.data
        )
        level = Level.PERSONAL if personal else Level.BESTSELLERS
        return self._decision(placement, level, content=content)

    def _decision(self, placement: Placement, level: Level, **parts: object) -> SlotDecision:
        return SlotDecision(
            placement=placement.name,
            level=level,
            policy=placement.policy,
            model=self._predictor.models.name,
            **parts,  # type: ignore[arg-type]
        )

    def _notice(self) -> str:
        return NO_CANDIDATES if len(self._predictor.table.items) else NO_CATALOG

    def listed(
        self, placement: Placement, found: RankedList, asked: Asked, stem: str
    ) -> SlotDecision:
        """Return the answer for a list that the shop brought."""
        table = self._predictor.table
        codes = [table.items.codes.get(name, -1) for name in found.items]
        sources = np.array(found.sources, np.int8)
        matches = np.array(found.facets, np.int32)
        trail = trail_of(asked.moment, table)
        grounds = traced(np.array(codes, np.int32), sources, matches, trail, table.leaf)
        why = self._words.reasons(found.sources, grounds.tolist())
        items = tuple(
            ShownItem(id=name, position=place, exposure_id=f"{stem}-{place}", reason=said)
            for place, (name, said) in enumerate(zip(found.items, why, strict=True), start=1)
        )
        told = {Source(source) for source in found.sources}
        personal = Source.SESSION in told or any(facet >= 0 for facet in found.facets)
        level = Level.BESTSELLERS
        if personal:
            level = Level.PERSONAL if has_history(asked.moment) else Level.SESSION
        return self._decision(placement, level, items=items)
