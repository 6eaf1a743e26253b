"""Uplift for offers: the models of trials, asked of one person, unless they read what is barred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tailorbird.decide.offers.choosing import Said, Told, Untold, depths_in_percent
from tailorbird.decide.offers.fairness import allowed, barred_features
from tailorbird.decide.offers.offer import Offer
from tailorbird.features.declaring import Feature, Kind
from tailorbird.features.moment import Moment
from tailorbird.features.store import UnknownFeature, named, values
from tailorbird.predict.uplift.model import UpliftModel
from tailorbird.predict.uplift.recalibrating import Depth
from tailorbird.profile.profile import Profile

UNTRAINED = "no uplift model is trained for it"
UNKNOWN_PERSON = "nothing is known of this person yet"
_LAST = 10


class _Shelved(NamedTuple):
    """A model on the shelf, and the features that it reads; without them, why it is not asked."""

    model: UpliftModel
    depths: tuple[float | None, ...]
    features: tuple[Feature, ...]
    refused: str | None


class UpliftShelf:
    """The uplift models of one workspace, by treatment."""

    def __init__(self) -> None:
        self._models: dict[str, _Shelved] = {}

    def put(self, model: UpliftModel, depths: Sequence[Depth] = ()) -> None:
        """Serve a model, in the place of another of the same treatment.

        Args:
            model: as it was learned from a randomized trial.
            depths: what a later holdout has shown to pay, by decile.
        """
        in_percent = depths_in_percent(one.depth for one in depths)
        try:
            found = named(model.card.features)
        except UnknownFeature as error:
            refused: str | None = f"its uplift model cannot be asked: {error.detail}"
            found = ()
        else:
            texts = [one.name for one in found if one.kind is Kind.TEXT]
            refused = f"its uplift model reads the text {texts[0]!r}" if texts else None
        self._models[model.card.treatment] = _Shelved(model, in_percent, found, refused)

    def said(self, offer: Offer, profile: Profile | None, now_ms: int) -> Said:
        """Return what an offer is expected to change for somebody, or why nobody can tell."""
        treatment = offer.by_uplift.treatment if offer.by_uplift is not None else None
        shelved = self._models.get(treatment or offer.name)
        if shelved is None:
            return Untold(UNTRAINED)
        if shelved.refused is not None:
            return Untold(shelved.refused)
        excused = allowed(offer)
        for barred in barred_features(shelved.model.card.features):
            if barred.attribute not in excused:
                return Untold(f"its uplift model reads {barred.attribute}, which is barred")
        if profile is None:
            return Untold(UNKNOWN_PERSON)
        return _told(shelved, profile, now_ms)


def _told(shelved: _Shelved, profile: Profile, now_ms: int) -> Said:
    card, deciles = shelved.model.card, shelved.model.deciles
    if not card.varies:
        if card.average_low > 0:
            return Untold("its trial could not tell whom it moves more")
        last = deciles[-1]
        return Told(card.name, card.average, _LAST, last.treated_rate, last.held_out_rate)
    known = values(shelved.features, Moment(now_ms, profile))
    row = [float(known[one.name] or 0) for one in shelved.features]
    found = shelved.model.predict(np.array([row]))[0]
    at = deciles[found.decile - 1]
    return Told(
        card.name, found.effect, found.decile, at.treated_rate, at.held_out_rate, shelved.depths
    )
