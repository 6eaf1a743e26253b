"""The models of people that serve: will they buy in the next minutes, and what are they worth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from msgspec.structs import replace

from tailorbird.features.moment import Moment
from tailorbird.predict.customer_value.bgnbd import AllAlike, TooFewCustomers
from tailorbird.predict.customer_value.purchasing import purchasing
from tailorbird.predict.customer_value.value_model import Forecast, ValueModel, fit_value
from tailorbird.predict.propensity.fitting import (
    NothingVaries,
    OneClass,
    TooFewRows,
    fit_propensity,
)
from tailorbird.predict.propensity.model import Propensity
from tailorbird.predict.propensity.trees import ModelsMissing
from tailorbird.predict.propensity.visits import MINUTES, NAMES, features_at, prefixes
from tailorbird.profile.customer import Money, Prediction
from tailorbird.profile.orders import Orders
from tailorbird.profile.orders_view import money
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import session
from tailorbird.spine.clock import format_time
from tailorbird.spine.errors import TailorbirdError
from tailorbird.spine.events import LoggedEvent

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PeopleModels:
    """What was learned of people at one time; a part is None where there was too little.

    Attributes:
        name: the version, such as `people@2026-11-20T02-00-00`; "none" before training.
        intent: whether an order comes within `minutes`.
        value: who comes back, how often and for how much.
        minutes: how soon an order must come for `intent`.
        refused: why a part is not there, by its name.
    """

    name: str = "none"
    intent: Propensity | None = None
    value: ValueModel | None = None
    minutes: int = MINUTES
    refused: dict[str, str] = field(default_factory=dict)


UNTRAINED = PeopleModels()


class PeopleModelStore(Protocol):
    """Where versions rest, each whole or not at all."""

    def save(self, models: PeopleModels) -> None:
        """Store a version; it serves from then on."""
        ...

    def load(self) -> PeopleModels | None:
        """Return the version that serves."""
        ...

    def fresh(self) -> PeopleModels | None:
        """Return the version that serves when it is another than at the last call, ready to use."""
        ...


class Foresight:
    """One workspace's models of people, asked only where an answer needs them."""

    def __init__(self) -> None:
        self.models = UNTRAINED

    def adopt(self, models: PeopleModels) -> None:
        """Serve newly trained models."""
        self.models = models

    async def renew(self, store: PeopleModelStore) -> None:
        """Serve a version that a training has stored since the last call."""
        trained = await asyncio.to_thread(store.fresh)
        if trained is not None:
            self.adopt(trained)

    def purchase_probability(self, profile: Profile, now_ms: int) -> float | None:
        """Return the chance that an order comes within `models.minutes`.

        None where no model is trained, and for who is not visiting: the model learned from visits.
        Under 0.2 ms: the features of one moment, and a walk through the trees.
        """
        model = self.models.intent
        if model is None or session(profile, now_ms) is None:
            return None
        return model.probability(features_at(Moment(now_ms, profile)))

    def forecast(self, profile: Profile, now_ms: int) -> Forecast | None:
        """Return what a customer is worth from now on; None without orders or without a model."""
        known = purchasing(profile.orders, now_ms)
        if known is None or self.models.value is None:
            return None
        return self.models.value.forecast(known)


def prediction(foresight: Foresight, profile: Profile, now_ms: int) -> Prediction | None:
    """Return all that the models expect of somebody; None before any is trained."""
    models = foresight.models
    if models.intent is None and models.value is None:
        return None
    found = foresight.forecast(profile, now_ms)
    soon = foresight.purchase_probability(profile, now_ms)
    shown = Prediction(
        models.minutes, models.name, purchase_probability=None if soon is None else round(soon, 4)
    )
    if found is None:
        return shown
    return replace(
        shown,
        churn_probability=round(found.churn_probability, 4),
        alive_probability=round(found.alive_probability, 4),
        orders_365=round(found.orders_365, 2),
        order_worth=_money(found.order_minor, found.currency),
        value_365=_money(found.value_365_minor, found.currency),
    )


def _money(minor: float | None, currency: str) -> Money | None:
    return None if minor is None else money(round(minor), currency)


def learn_people(
    log: Iterable[LoggedEvent], everybody: Sequence[Orders], now_ms: int, seed: int, told: Told
) -> PeopleModels:
    """Learn all models of people; a part for which there is too little is left out, with a reason.

    Args:
        log: what happened, the newest part of it if there is much. Its last moment is the one as
            of which customers are looked at: after it nothing is known of them.
        everybody: the orders of all who may be learned from.
        now_ms: names the version.
        seed: luck of sampling and bagging.
        told: hears of each step.
    """
    refused: dict[str, str] = {}
    history = list(log)
    until_ms = min(now_ms, max((one.event.occurred_at_ms for one in history), default=now_ms))
    told("learning who comes back")
    value = intent = None
    try:
        value = fit_value(everybody, until_ms)
    except (TooFewCustomers, AllAlike) as error:
        refused["value"] = _reason(error, told)
    told("learning purchase intent")
    found = prefixes(history, np.random.default_rng(seed))
    try:
        intent = fit_propensity(found.table, found.bought, seed, found.visits)
    except (TooFewRows, OneClass, NothingVaries, ModelsMissing) as error:
        refused["intent"] = _reason(error, told)
    name = f"people@{format_time(now_ms)[:19].replace(':', '-')}"
    return PeopleModels(name, intent, value, MINUTES, refused)


def fits(model: Propensity) -> bool:
    """Return whether a stored model reads the features that there are now."""
    return model.names == NAMES


def _reason(error: TailorbirdError, told: Told) -> str:
    told(f"left out: {error.detail}")
    return error.detail
