"""The models of people that serve: will they buy in the next minutes, and what are they worth."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from tailorbird.features.moment import Moment
from tailorbird.predict.customer_value.purchasing import purchasing
from tailorbird.predict.customer_value.value_model import Forecast, ValueModel
from tailorbird.predict.model_files import ModelUnreadable
from tailorbird.predict.propensity.model import Propensity
from tailorbird.predict.propensity.visits import MINUTES, NAMES, features_at
from tailorbird.profile.customer import Money, Prediction
from tailorbird.profile.orders_view import money
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import session

log = logging.getLogger("tailorbird.models")


@dataclass(frozen=True, slots=True)
class PeopleModels:
    """What was learned of people at one time; a part is None where there was too little.

    Attributes:
        name: the version, such as `people@2026-11-20T02-00-00`; "none" before training.
        intent: whether an order comes within `minutes`.
        value: who comes back, how often and for how much.
        minutes: how soon an order must come for `intent`.
        refused: why a part is not there, by its name.
        trained_offset: up to where of the log they know.
    """

    name: str = "none"
    intent: Propensity | None = None
    value: ValueModel | None = None
    minutes: int = MINUTES
    refused: dict[str, str] = field(default_factory=dict)
    trained_offset: int = 0


UNTRAINED = PeopleModels()


class PeopleServing(Protocol):
    """Where a server finds the version that is to serve."""

    def current(self) -> str | None:
        """Return the name of the folder that is to serve."""
        ...

    def fresh(self) -> PeopleModels | None:
        """Return the version that serves when it is another than at the last call, ready to use."""
        ...


class Foresight:
    """One workspace's models of people, asked only where an answer needs them."""

    def __init__(self) -> None:
        self.models = UNTRAINED
        self.fault: str | None = None

    def adopt(self, models: PeopleModels) -> None:
        """Serve newly trained models."""
        self.models = models

    async def renew(self, store: PeopleServing) -> None:
        """Serve a version that a training has stored since the last call.

        Where none can be read, what serves goes on serving, and `fault` says why.
        """
        try:
            trained = await asyncio.to_thread(store.fresh)
        except ModelUnreadable as cause:
            log.error("people_models.none_readable reason=%s", cause.detail)  # noqa: TRY400 - no fault of ours
            self.fault = cause.detail
            return
        if trained is not None:
            pointer = store.current()
            broken = pointer is not None and trained.name.replace("@", "-") != pointer
            self.fault = f"{pointer} cannot be read; {trained.name} serves" if broken else None
            self.adopt(trained)

    def purchase_probability(
        self, profile: Profile, now_ms: int, described: Moment | None = None
    ) -> float | None:
        """Return the chance that an order comes within `models.minutes`.

        None where no model is trained, and for who is not visiting: the model learned from visits.
        Under 0.2 ms: the features of one moment, and a walk through the trees.

        Args:
            profile: what is known of them.
            now_ms: when.
            described: the same, where it was described already: less is left to work out.
        """
        model = self.models.intent
        if model is None or session(profile, now_ms) is None:
            return None
        return model.probability(features_at(described or Moment(now_ms, profile)))

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


def fits(model: Propensity) -> bool:
    """Return whether a stored model reads the features that there are now."""
    return model.names == NAMES
