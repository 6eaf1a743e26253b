"""The trainer: reads a shop's log and catalog, fits every model, and stores them as one version."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from tailorbird.predict.complements import Browsing, complements, joined_orders
from tailorbird.predict.content import Description
from tailorbird.predict.fitting import fit
from tailorbird.predict.lookalikes import described_by, description_of, fit_lookalikes
from tailorbird.predict.ports import ModelStore, TrainingSource
from tailorbird.predict.predictor import Models, Trained
from tailorbird.predict.training import Diary, read_diary
from tailorbird.spine.clock import format_time
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


def train(
    source: TrainingSource,
    store: ModelStore,
    now_ms: int,
    rng: np.random.Generator,
    *,
    budget_seconds: float = 240.0,
    told: Told = lambda _: None,
) -> Models:
    """Fit all models on what is in the log now, and store them under a new version.

    Args:
        source: what to learn from.
        store: where to put the result.
        now_ms: the time that names the version.
        rng: luck of sampling.
        budget_seconds: about how long the next-item model may take.
        told: hears of each step.

    Raises:
        TooLittleData: fewer than 50 sessions of two items.
    """
    started = time.monotonic()
    last_offset = source.last_offset
    told("reading the log")
    diary = read_diary(source.batches())
    descriptions = _descriptions(diary, source)
    sessions = diary.sessions()
    if len(sessions) < LEAST_SESSIONS:
        raise TooLittleData(f"{len(sessions)} sessions of two items; {LEAST_SESSIONS} are needed")
    told(f"fitting next-item model on {len(sessions):,} sessions")
    next_item = fit(
        sessions, rng=rng, budget_seconds=budget_seconds, item_count=len(diary.vocabulary)
    )
    told("finding complements and look-alikes")
    orders = joined_orders(diary.baskets(), diary.buyers(), _SOON_S)
    together = complements(
        orders,
        COMPLEMENTS,
        browsing=Browsing(sessions, diary.leaves()),
        item_count=len(diary.vocabulary),
    )
    models = Models(
        name=f"blend@{format_time(now_ms)[:19].replace(':', '-')}",
        trained_offset=last_offset,
        next_item=next_item,
        complements=together,
        similar=fit_lookalikes(descriptions),
    )
    trained = Trained(
        models=models,
        vocabulary=diary.vocabulary,
        facets=[diary.facets.get(code, ()) for code in range(len(diary.vocabulary))],
        standings=diary.standings(now_ms / 1000),
    )
    store.save(trained, _facts(diary, sessions_count=len(sessions), began=started))
    told(f"stored {models.name}")
    return models


def _descriptions(diary: Diary, source: TrainingSource) -> list[Description]:
    """Return what every item says of itself, by code.

    Items of the catalog that nobody touched get their codes here.
    """
    told = {diary.vocabulary.learn(item.id): description_of(item) for item in source.items()}
    return [
        told.get(code) or described_by(diary.facets.get(code, ()))
        for code in range(len(diary.vocabulary))
    ]


def _facts(diary: Diary, *, sessions_count: int, began: float) -> dict[str, object]:
    return {
        "sessions": sessions_count,
        "items": len(diary.vocabulary),
        "seconds": round(time.monotonic() - began, 1),
    }
