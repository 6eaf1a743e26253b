"""The trainer: reads a shop's log and catalog, fits every model, and stores them as one version."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np

from tailorbird import __version__
from tailorbird.predict.collaborative import Collaborative
from tailorbird.predict.collaborative_fitting import fit_collaborative
from tailorbird.predict.complements import Browsing, complements, joined_orders
from tailorbird.predict.content import Description
from tailorbird.predict.embedding.choosing import NONE, Placed, placed, remote
from tailorbird.predict.fitting import fit
from tailorbird.predict.hybrid.telling import metrics_in, spoken_of
from tailorbird.predict.hybrid.trial import Champion, HybridTrial, tried_hybrid
from tailorbird.predict.kernel import edition
from tailorbird.predict.lookalikes import described_by, description_of, fit_lookalikes
from tailorbird.predict.model_files import ModelUnreadable
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.next_item import NextItemModel
from tailorbird.predict.ports import ModelStore, TrainingSource
from tailorbird.predict.predictor import Models, Trained
from tailorbird.predict.propensity.trees import ModelsMissing
from tailorbird.predict.rebuying import Rebuys, rebuys
from tailorbird.predict.registry.card import Card, Lineage, Verdict, Window
from tailorbird.predict.registry.gate import strictest
from tailorbird.predict.registry.trial import BUDGET_SHARE, Outcome, Serving, tried
from tailorbird.predict.sessions import Sessions
from tailorbird.predict.training import Diary, read_diary
from tailorbird.spine.clock import DAY_MS, format_time
from tailorbird.spine.errors import TailorbirdError

LEAST_SESSIONS = 50
COMPLEMENTS = 24
_SOON_S = 30 * 86_400.0  # what is bought within a month after belongs together too
Told = Callable[[str], None]
"""Told of each step of a training, in words."""


class TooLittleData(TailorbirdError):
    """There is too little in the log to train on."""

    status = 409
    remedy = "Collect or import more events first; until then answers rest on stock and popularity."


class Plan(msgspec.Struct, frozen=True):
    """How to train.

    Attributes:
        budget_seconds: about how long the next-item model may take, its trial included.
        days: learn from what happened in so many days before now; 0 for all of the log.
        embedding: how the texts of items become vectors, as the setting of that name says.
        embedding_key: for one behind an address that wants a key.
    """

    budget_seconds: float = 240.0
    days: int = 0
    embedding: str = "local"
    embedding_key: str | None = None

    def digest(self) -> str:
        """Return a short digest: the same plan has the same."""
        told = msgspec.structs.replace(self, embedding_key=None)
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:12]


def train(
    source: TrainingSource,
    store: ModelStore,
    now_ms: int,
    rng: np.random.Generator,
    *,
    plan: Plan = Plan(),  # noqa: B008 - a frozen value
    told: Told = lambda _: None,
) -> Card:
    """Fit all models on what is in the log now; store them, and let them serve if they may.

    A twin that never saw the newest sessions is asked about them. One that guesses worse than the
    version that serves is kept as rejected, with the reason.

    Args:
        source: what to learn from.
        store: where to put the result.
        now_ms: the time that names the version.
        rng: luck of sampling.
        plan: how.
        told: hears of each step.

    Raises:
        TooLittleData: fewer than 50 sessions of two items.
        BadEmbedding: the plan names no embedding.
    """
    started = time.monotonic()
    remote(plan.embedding, plan.embedding_key)  # a mistake in it should not cost a training
    last_offset = source.last_offset
    told("reading the log")
    diary = read_diary(source.batches(), now_ms - plan.days * DAY_MS if plan.days else 0)
    descriptions = _descriptions(diary, source)
    sessions = diary.sessions()
    if len(sessions) < LEAST_SESSIONS:
        raise TooLittleData(f"{len(sessions)} sessions of two items; {LEAST_SESSIONS} are needed")
    told(f"trying it on the newest of {len(sessions):,} sessions")
    budget = plan.budget_seconds
    luck = rng.spawn(1)[0]
    serving = _serving(store)
    outcome = tried(sessions, diary.vocabulary, serving, luck, BUDGET_SHARE * budget)
    texts = placed([one.text for one in descriptions], plan.embedding, plan.embedding_key, luck)
    models = Models(
        name=f"blend@{format_time(now_ms)[:19].replace(':', '-')}",
        trained_offset=last_offset,
        next_item=_next_item(diary, sessions, rng, (1.0 - BUDGET_SHARE) * budget, told),
        complements=_complements(diary, sessions, told),
        similar=fit_lookalikes(descriptions, texts),
        collaborative=_collaborative(diary, told),
    )
    hybrid = _hybrid((diary, source), outcome, models, (serving, luck), told)
    verdict = strictest([one for one in (outcome.verdict, hybrid.verdict) if one is not None])
    models = replace(models, hybrid=hybrid.hybrid, rebuys=_rebuys(diary))
    card = Card(
        name=models.name,
        trained_offset=last_offset,
        facts={
            "seconds": round(time.monotonic() - started, 1),
            **spoken_of(hybrid),
            **_spoken(texts),
        },
        trained_at_ms=now_ms,
        window=_window(sessions, len(diary.vocabulary)),
        lineage=Lineage(1, last_offset, plan.digest(), f"{__version__}+{edition()}"),
        metrics={**outcome.metrics, **metrics_in(hybrid)},
        verdict=verdict,
        shapes=(*outcome.shapes, *hybrid.shapes),
    )
    store.save(_trained(models, diary, now_ms), card)
    _passed(store, card, verdict, told)
    return card


def _next_item(
    diary: Diary, sessions: Sessions, rng: np.random.Generator, seconds: float, told: Told
) -> NextItemModel:
    told(f"fitting next-item model on {len(sessions):,} sessions")
    items = len(diary.vocabulary)
    return fit(sessions, rng=rng, budget_seconds=seconds, item_count=items)


def _complements(diary: Diary, sessions: Sessions, told: Told) -> Neighbors:
    told("finding complements and look-alikes")
    orders = joined_orders(diary.baskets(), diary.buyers(), _SOON_S)
    browsing = Browsing(sessions, diary.leaves())
    return complements(orders, COMPLEMENTS, browsing=browsing, item_count=len(diary.vocabulary))


def _rebuys(diary: Diary) -> Rebuys | None:
    return rebuys(diary.baskets(), diary.buyers(), diary.kinds(), diary.ended_s())


def _collaborative(diary: Diary, told: Told) -> Collaborative | None:
    told("finding what people with the same past come to")
    return fit_collaborative(diary.histories(), len(diary.vocabulary))


def _hybrid(
    known: tuple[Diary, TrainingSource],
    outcome: Outcome,
    models: Models,
    before_and_luck: tuple[Serving | None, np.random.Generator],
    told: Told,
) -> HybridTrial:
    """Try a ranker of all sources over twins of the models, on what the twins never saw."""
    (diary, source), (serving, luck) = known, before_and_luck
    if outcome.twin is None:
        return HybridTrial(None, "nothing could be held back to learn it from")
    told("teaching the hybrid ranker")
    before = diary.until(math.nextafter(outcome.since_s, math.inf))
    twins = Models(
        "twin",
        0,
        outcome.twin,
        _complements(before, before.sessions(), _unheard),
        models.similar,
        _collaborative(before, _unheard),
    )
    twin = _trained(twins, before, round(outcome.since_s * 1000))
    try:
        return tried_hybrid(
            diary,
            twin,
            outcome.since_s,
            luck,
            decisions=source.decisions(),
            champion=_champion(serving),
        )
    except ModelsMissing as missing:
        return HybridTrial(None, f"{missing.detail} {missing.remedy}")


def _champion(serving: Serving | None) -> Champion | None:
    if serving is None or serving.trained.models.hybrid is None:
        return None
    return Champion(serving.trained.models.hybrid, serving.until_ms)


def _unheard(_step: str) -> None:
    """Hear nothing: twins are made of the same steps as models."""


def _trained(models: Models, diary: Diary, now_ms: int) -> Trained:
    facets = [diary.facets.get(code, ()) for code in range(len(diary.vocabulary))]
    return Trained(models, diary.vocabulary, facets, diary.standings(now_ms / 1000))


def _passed(store: ModelStore, card: Card, verdict: Verdict, told: Told) -> None:
    """Let a version serve that may; keep another from it."""
    if verdict.passed:
        store.promote(card.name, card.trained_at_ms, verdict.reason)
        told(f"stored {card.name}; it serves")
        return
    store.reject(card.name, card.trained_at_ms, verdict.reason)
    told(f"stored {card.name}, rejected: {verdict.reason}")


def _spoken(texts: Placed) -> dict[str, object]:
    """Return by what texts became vectors and, if it is not what was chosen, why."""
    told: dict[str, object] = {"embedding": NONE}
    if texts.embedding is not None:
        told = {"embedding": texts.embedding.name}
    return {**told, "embedding_reason": texts.reason} if texts.reason else told


def _serving(store: ModelStore) -> Serving | None:
    """Return the version that serves, if it is known until when its sessions reach."""
    try:
        trained = store.load()
    except ModelUnreadable:
        return None  # nothing readable to compare with: whatever is new is better
    if trained is None:
        return None
    card = next((one for one in store.cards() if one.name == trained.models.name), None)
    if card is None or card.window is None:
        return None
    return Serving(trained, card.window.until_ms)


def _window(sessions: Sessions, items: int) -> Window:
    ends = sessions.ended_at
    return Window(round(ends[0] * 1000), round(ends[-1] * 1000), len(sessions), items)


def _descriptions(diary: Diary, source: TrainingSource) -> list[Description]:
    """Return what every item says of itself, by code.

    Items of the catalog that nobody touched get their codes here.
    """
    told = {diary.vocabulary.learn(item.id): description_of(item) for item in source.items()}
    return [
        told.get(code) or described_by(diary.facets.get(code, ()))
        for code in range(len(diary.vocabulary))
    ]
