"""The trainer of models of people: learns them, judges them on what is newest, and stores them.

As with the models of items, a version that does worse than the one that serves is kept as rejected.
Purchase intent is judged on the newest fifth of visits, by a twin that never saw them, and where
the serving version had not seen them either. Who comes back takes 90 days to tell, so there the
figures of two versions stand side by side, each from its own look back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tailorbird import __version__
from tailorbird.predict.customer_value.bgnbd import AllAlike, TooFewCustomers
from tailorbird.predict.customer_value.value_model import ValueModel, fit_value
from tailorbird.predict.kernel import edition
from tailorbird.predict.model_files import ModelUnreadable
from tailorbird.predict.people import PeopleModels
from tailorbird.predict.ports import PeopleVersions
from tailorbird.predict.propensity.fitting import (
    NothingVaries,
    OneClass,
    Tail,
    TooFewRows,
    fit_and_ask,
)
from tailorbird.predict.propensity.gate import intent_metrics, intent_shapes, intent_verdicts
from tailorbird.predict.propensity.model import Propensity
from tailorbird.predict.propensity.trees import ModelsMissing
from tailorbird.predict.propensity.visits import Prefixes, prefixes
from tailorbird.predict.registry.card import Card, Lineage, Measurement, Verdict, Window
from tailorbird.predict.registry.gate import kept_up, strictest
from tailorbird.profile.orders import Orders
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import TailorbirdError
from tailorbird.spine.events import LoggedEvent

Told = Callable[[str], None]

_MOST_AUC_LOST, _MOST_BRIER_LOST, _MOST_ECE_LOST = 0.03, 0.02, 0.05
_NO_VERDICT = Verdict(passed=True, reason="nothing to compare with", metric="none")


class Champion(NamedTuple):
    """The version that serves, and until when it had learned, in ms since 1970."""

    models: PeopleModels
    until_ms: int


class _Found(NamedTuple):
    intent: Propensity | None
    verdicts: list[Verdict]
    metrics: dict[str, Measurement]


def train_people_models(
    log: Iterable[LoggedEvent],
    everybody: Sequence[Orders],
    store: PeopleVersions,
    now_ms: int,
    seed: int,
    told: Told,
) -> PeopleModels:
    """Learn all models of people, and let them serve if they may.

    A part for which there is too little is left out, with a reason; where there is no part at all,
    nothing is stored.

    Args:
        log: what happened, the newest part of it if there is much. Its last moment is the one as
            of which customers are looked at: after it nothing is known of them.
        everybody: the orders of all who may be learned from.
        store: where to put the version, and where the one that serves is.
        now_ms: names the version.
        seed: luck of sampling, bagging and intervals.
        told: hears of each step.
    """
    started = time.monotonic()
    history = list(log)
    times = [one.event.occurred_at_ms for one in history]
    until_ms = min(now_ms, max(times, default=now_ms))
    refused: dict[str, str] = {}
    champion = _champion(store)
    value = _value(everybody, until_ms, refused, told)
    told("learning purchase intent")
    known = prefixes(history, np.random.default_rng(seed))
    intent, tail = _intent(known, seed, refused, told)
    luck = np.random.default_rng(seed)
    found = _judged(intent, tail, known, champion, luck)
    verdict = strictest([*found.verdicts, *_value_verdicts(value, champion), _NO_VERDICT])
    last = max((one.offset for one in history), default=0)
    name = f"people@{format_time(now_ms)[:19].replace(':', '-')}"
    models = PeopleModels(name, found.intent, value, refused=refused, trained_offset=last)
    if models.intent is None and models.value is None:
        return models
    card = Card(
        name=name,
        trained_offset=last,
        facts={"seconds": round(time.monotonic() - started, 1), **_facts(models)},
        trained_at_ms=now_ms,
        window=Window(min(times, default=0), until_ms, len(set(known.visits.tolist())), 0),
        lineage=Lineage(
            min((one.offset for one in history), default=0),
            last,
            f"seed {seed}",
            f"{__version__}+{edition()}",
        ),
        metrics={**found.metrics, **_value_metrics(value)},
        verdict=verdict,
        shapes=() if models.intent is None else intent_shapes(models.intent, known.table),
    )
    store.save(models, card)
    if verdict.passed:
        store.promote(name, now_ms, verdict.reason)
    else:
        store.reject(name, now_ms, verdict.reason)
        told(f"stored {name}, rejected: {verdict.reason}")
    return models


def _champion(store: PeopleVersions) -> Champion | None:
    try:
        models = store.load()
    except ModelUnreadable:
        return None  # nothing readable to compare with: whatever is new is better
    card = None if models is None else store.card(models.name)
    if models is None or card is None or card.window is None:
        return None
    return Champion(models, card.window.until_ms)


def _value(
    everybody: Sequence[Orders], until_ms: int, refused: dict[str, str], told: Told
) -> ValueModel | None:
    told("learning who comes back")
    try:
        return fit_value(everybody, until_ms)
    except (TooFewCustomers, AllAlike) as error:
        refused["value"] = _reason(error, told)
        return None


def _intent(
    known: Prefixes, seed: int, refused: dict[str, str], told: Told
) -> tuple[Propensity | None, Tail]:
    try:
        return fit_and_ask(known.table, known.bought, seed, known.visits)
    except (TooFewRows, OneClass, NothingVaries, ModelsMissing) as error:
        refused["intent"] = _reason(error, told)
        return None, Tail(np.zeros(0, np.int64), np.zeros(0))


def _judged(
    intent: Propensity | None,
    tail: Tail,
    known: Prefixes,
    champion: Champion | None,
    luck: np.random.Generator,
) -> _Found:
    """Judge intent on the newest visits, against what serves where that had not seen them."""
    if intent is None:
        return _Found(None, [], {})
    metrics = intent_metrics(tail.said, known.bought[tail.rows], luck)
    before = None if champion is None else champion.models.intent
    if champion is None or before is None or before.names != intent.names:
        return _Found(intent, [], metrics)
    fresh = np.flatnonzero(known.at_ms[tail.rows] > champion.until_ms)
    rows = tail.rows[fresh]
    theirs = before.probabilities(known.table.at(rows)) if len(rows) else np.zeros(0)
    verdicts = intent_verdicts(tail.said[fresh], theirs, known.bought[rows], luck)
    return _Found(intent, verdicts, metrics)


def _value_verdicts(value: ValueModel | None, champion: Champion | None) -> list[Verdict]:
    """Compare two looks back; nothing where either is missing."""
    before = None if champion is None else champion.models.value
    if value is None or before is None or value.judged is None or before.judged is None:
        return []
    ours, theirs = value.judged, before.judged
    count = ours.count
    return [
        kept_up("value auc", ours.auc, theirs.auc, _MOST_AUC_LOST, count),
        kept_up("value 1 - brier", 1 - ours.brier, 1 - theirs.brier, _MOST_BRIER_LOST, count),
        kept_up("value 1 - ece", 1 - ours.ece, 1 - theirs.ece, _MOST_ECE_LOST, count),
    ]


def _value_metrics(value: ValueModel | None) -> dict[str, Measurement]:
    if value is None or value.judged is None:
        return {}
    marks = value.judged
    found = {"value auc": marks.auc, "value brier": marks.brier, "value ece": marks.ece}
    return {name: Measurement(one, one, one) for name, one in found.items()}


def _facts(models: PeopleModels) -> dict[str, object]:
    facts: dict[str, object] = {}
    if models.intent is not None:
        facts["intent rows"] = models.intent.learned_from
        facts["intent rate"] = round(models.intent.rate, 4)
    if models.value is not None:
        facts["customers"] = models.value.customers
        coming = models.value.coming_back
        facts["coming back"] = {name: round(one, 4) for name, one in _parameters(coming).items()}
    return facts


def _parameters(fitted: object) -> dict[str, float]:
    names = getattr(fitted, "__struct_fields__", ())
    return {name: float(getattr(fitted, name)) for name in names}


def _reason(error: TailorbirdError, told: Told) -> str:
    told(f"left out: {error.detail}")
    return error.detail
