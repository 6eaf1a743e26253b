"""A generated shop's recommendations: what was shown, who looked where, and who clicked, by truth.

Shoppers and their tastes are `simulate`'s; each visit of the newest part meets lists of twelve,
ordered by the default weights, with one item drawn by luck at a place drawn by luck. A click needs
that the place is looked at, with a chance that falls with the place, and that the item appeals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.catalog.items import WireItem, item_from
from tailorbird.predict.evaluation.examined import asked_at, examined_twin
from tailorbird.predict.hybrid.describing import Described
from tailorbird.predict.hybrid.lessons import described_at, moments_of
from tailorbird.predict.hybrid.marks import BLEND_WEIGHTS, blended
from tailorbird.predict.outcomes import ShownLine, ShownSlot, ToldExposure, TrainingDecision
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.training import Diary, TrainingEvent, TrainingLine
from tailorbird.simulate.choice import attraction
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import make_shoppers
from tailorbird.simulate.trip import NEWCOMER, Memory
from tailorbird.simulate.visits import Visit, plan_visits
from tailorbird.simulate.walk import walk
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import PRODUCT_VIEWED, RECOMMENDATION_CLICKED, RECOMMENDATION_VIEWED
from tailorbird.spine.ids import ItemId

Floats = NDArray[np.float64]

PLACES = 12
LOOKED_AT: Floats = np.arange(1, PLACES + 1, dtype=np.float64) ** -0.9
"""The true share of people who look at each place."""
LUCKY_AMONG = 24
"""One item of each list is drawn by luck among so many that come after the others."""

_PLACEMENT = "home_recs"
_NOW_MS = 1_780_000_000_000
_DAYS = 60
_OLDER = 0.6
_ASKS = 0.7  # of views are followed by a list
_SCROLLS = 0.5  # of lists are seen whole; of the rest only the first half is on the screen
_TEMPTED_BY = 0.9  # the quantile of a family's items that appeals to one of two who look
_FAR = -4.0
_STYLE, _BRAND, _QUALITY = 0.6, 0.9, 0.8  # as in `simulate.choice`


class Context(NamedTuple):
    """A moment at which a list was shown.

    Attributes:
        at_s: when.
        candidates: described.
        appeal: float64[n], the true chance of a click on each candidate, were it looked at.
    """

    at_s: float
    candidates: Described
    appeal: Floats


class Generated(NamedTuple):
    """A generated shop's past.

    Attributes:
        diary: what people did, the answers to what was shown among it.
        decisions: what was shown.
        contexts: the same moments, with their truth.
        predictor: models of what came before the first of them.
        since_s: when that was.
    """

    diary: Diary
    decisions: list[TrainingDecision]
    contexts: list[Context]
    predictor: Predictor
    since_s: float


class _Asked(NamedTuple):
    visit: Visit
    device: str
    at_s: float


def generated(shoppers: int, rng: np.random.Generator, *, luck: bool = True) -> Generated:
    """Return two months of a shop, with lists shown in the last two fifths of them.

    Args:
        shoppers: how many there are.
        rng: luck of all of it.
        luck: whether each list has an item drawn by luck.
    """
    shop = make_shop(rng, _NOW_MS)
    since_ms = _NOW_MS - _DAYS * DAY_MS
    people = make_shoppers(rng, shoppers)
    facets = _facets(shop)
    diary, asked = Diary(), []
    memories: dict[int, Memory] = {}
    start_s = (since_ms + _OLDER * _DAYS * DAY_MS) / 1000
    for visit in plan_visits(shop, people, since_ms, _NOW_MS, rng):
        walked = walk(shop, visit, memories.get(visit.shopper.number, NEWCOMER))
        memories[visit.shopper.number] = walked.memory
        device = visit.shopper.devices[visit.device].anonymous_id
        for at_ms, event in walked.events:
            _tell(diary, at_ms, event, facets)
            viewed = event.get("event") == PRODUCT_VIEWED
            if viewed and at_ms / 1000 >= start_s and rng.random() < _ASKS:
                asked.append(_Asked(visit, device, at_ms / 1000 + 1.0))
    sessions = diary.until(start_s).sessions()
    predictor = asked_at(examined_twin(diary, sessions, start_s, rng), start_s)
    contexts, decisions = _shown(diary, predictor, asked, shop, (rng, luck))
    return Generated(diary, decisions, contexts, predictor, start_s)


def _facets(shop: Shop) -> dict[str, tuple[str, ...]]:
    items = [item_from(msgspec.convert(one, WireItem)) for one in shop.items]
    return {one.id: one.facets() for one in items}


def _tell(
    diary: Diary, at_ms: int, event: Mapping[str, Any], facets: Mapping[str, tuple[str, ...]]
) -> None:
    said = event.get("properties") or {}
    products = said.get("products") or ([said] if "product_id" in said else [])
    names = [str(one["product_id"]) for one in products]
    diary.add(
        TrainingEvent(
            str(event.get("event", "")),
            at_ms,
            event.get("anonymousId"),
            event.get("userId"),
            tuple(TrainingLine(name, facets[name]) for name in names),
        )
    )


def _shown(
    diary: Diary,
    predictor: Predictor,
    asked: list[_Asked],
    shop: Shop,
    luck: tuple[np.random.Generator, bool],
) -> tuple[list[Context], list[TrainingDecision]]:
    lives = diary.lives()
    by_person: dict[str, list[_Asked]] = {}
    for one in sorted(asked, key=lambda each: each.at_s):
        by_person.setdefault(diary.users.get(one.device, one.device), []).append(one)
    found: list[tuple[Context, TrainingDecision]] = []
    for person, own in by_person.items():
        moments = moments_of(lives.get(person, ()), [one.at_s for one in own])
        for one, (session, past) in zip(own, moments, strict=True):
            described = described_at(predictor, one.at_s, session, past)
            if len(described.codes) < 2 * PLACES:
                continue
            names = predictor.vocabulary.decode(described.codes)
            truth = appeal(shop, one.visit)[[shop.codes[ItemId(name)] for name in names]]
            context = Context(one.at_s, described, truth)
            slot = _slate(context, [str(name) for name in names], f"d{len(found)}-0", luck)
            decision = TrainingDecision(round(one.at_s * 1000), one.device, None, (slot,))
            found.append((context, decision))
            for event in _reactions(slot, dict(zip(names, truth, strict=True)), one, luck[0]):
                diary.add(event)
    found.sort(key=lambda pair: pair[0].at_s)
    return [context for context, _ in found], [decision for _, decision in found]


def appeal(shop: Shop, visit: Visit) -> Floats:
    """Return float64[items], the true chance that each item is clicked by who looks at it."""
    taste, mission = visit.shopper.taste, visit.mission
    style = np.array([one.style == taste.style for one in shop.truths], np.float64)
    brand = np.array([one.brand in taste.brands for one in shop.truths], np.float64)
    quality = np.array([one.quality for one in shop.truths])
    logit = _FAR + _STYLE * style + _BRAND * brand + _QUALITY * quality
    shelf = shop.shelves[mission.family]
    pull = attraction(taste, shelf, mission)
    logit[shelf.codes] = pull - np.quantile(pull, _TEMPTED_BY)
    found: Floats = 1.0 / (1.0 + np.exp(-logit))
    return found


def _slate(
    context: Context, names: list[str], stem: str, luck: tuple[np.random.Generator, bool]
) -> ShownSlot:
    """Return the best by the default weights, and among them one drawn by luck, if there is any."""
    rng, drawing = luck
    order = np.argsort(-blended(context.candidates.rows, BLEND_WEIGHTS), kind="stable").tolist()
    chosen, rest = order[:PLACES], order[PLACES - 1 :][:LUCKY_AMONG]
    lucky, chance = -1, 1.0 / len(rest)
    if drawing:
        lucky = int(rng.integers(0, PLACES))
        chosen = chosen[: PLACES - 1]
        chosen.insert(lucky, rest[int(rng.integers(0, len(rest)))])
    return ShownSlot(
        _PLACEMENT,
        tuple(
            ShownLine(names[row], place, f"{stem}-{place}", chance if place - 1 == lucky else None)
            for place, row in enumerate(chosen, 1)
        ),
    )


def _reactions(
    slot: ShownSlot, truth: Mapping[str, float], asked: _Asked, rng: np.random.Generator
) -> Iterator[TrainingEvent]:
    on_screen = PLACES if rng.random() < _SCROLLS else PLACES // 2
    at_ms = round(asked.at_s * 1000)
    for line in slot.items[:on_screen]:
        about = ToldExposure(line.exposure_id)
        yield TrainingEvent(RECOMMENDATION_VIEWED, at_ms, asked.device, exposure=about)
        looks = rng.random() < LOOKED_AT[line.position - 1]
        if looks and rng.random() < truth[line.id]:
            yield TrainingEvent(RECOMMENDATION_CLICKED, at_ms, asked.device, exposure=about)
