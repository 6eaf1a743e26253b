"""Uplift for offers: the models of trials, asked of one person, unless they read what is barred."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tailorbird.decide.offers.choosing import ByMargin, Said, Told, Untold
from tailorbird.decide.offers.fairness import allowed, barred_features
from tailorbird.decide.offers.offer import Offer
from tailorbird.decide.offers.ports import UpliftStore
from tailorbird.decide.portrait import Portrait
from tailorbird.features.declaring import Feature, Kind
from tailorbird.features.moment import Moment
from tailorbird.features.store import UnknownFeature, named, values
from tailorbird.predict.uplift.depth_table import DepthTable
from tailorbird.predict.uplift.model import UpliftModel
from tailorbird.spine.errors import TailorbirdError

log = logging.getLogger("tailorbird.offers")

UNTRAINED = "no uplift model is trained for it"
UNKNOWN_PERSON = "nothing is known of this person yet"
_LAST = 10


class _Shelved(NamedTuple):
    """A model on the shelf, and the features that it reads; without them, why it is not asked."""

    model: UpliftModel
    depths: ByMargin
    features: tuple[Feature, ...]
    refused: str | None


class UpliftShelf:
    """The uplift models of one workspace, by treatment.

    Args:
        store: where trained versions are kept.
    """

    def __init__(self, store: UpliftStore) -> None:
        self._store = store
        self._models: dict[str, _Shelved] = {}
        self._wanted: tuple[str, ...] = ()
        self._seen: dict[str, str] = {}

    def want(self, offers: Iterable[Offer], treatments: Iterable[str] = ()) -> None:
        """Note which treatments the offers in force ask about, and which others are."""
        asked = {treatment_of(one) for one in offers if one.by_uplift}
        self._wanted = tuple(sorted(asked | set(treatments)))

    async def renew(self) -> None:
        """Serve versions that a training has stored since; a broken one leaves the old serving."""
        for treatment in self._wanted:
            found = await asyncio.to_thread(self._fresh, treatment)
            if found is not None:
                self.put(*found)

    def _fresh(self, treatment: str) -> tuple[UpliftModel, DepthTable | None] | None:
        try:
            current = self._store.current(treatment)
            if current is None or self._seen.get(treatment) == current:
                return None
            self._seen[treatment] = current
            model = self._store.load(treatment)
            return None if model is None else (model, self._store.depths(treatment))
        except TailorbirdError as error:
            log.warning("uplift_model.refused treatment=%s said=%s", treatment, error.detail)
            return None

    def put(self, model: UpliftModel, table: DepthTable | None = None) -> None:
        """Serve a model, in the place of another of the same treatment.

        Args:
            model: as it was learned from a randomized trial.
            table: what lots have shown to pay, by margin and decile.
        """
        by_margin = () if table is None else depths_by_margin(table)
        try:
            found = named(model.card.features)
        except UnknownFeature as error:
            refused: str | None = f"its uplift model cannot be asked: {error.detail}"
            found = ()
        else:
            texts = [one.name for one in found if one.kind is Kind.TEXT]
            refused = f"its uplift model reads the text {texts[0]!r}" if texts else None
        self._models[model.card.treatment] = _Shelved(model, by_margin, found, refused)

    def said(self, offer: Offer, whom: Portrait) -> Said:
        """Return what an offer is expected to change for somebody, or why nobody can tell."""
        return self.said_by(treatment_of(offer), whom, offer)

    def said_by(self, treatment: str, whom: Portrait, offer: Offer | None = None) -> Said:
        """Return what the model of a trial says of somebody, or why nobody can tell.

        Args:
            treatment: the trial's name.
            whom: who is asked about; the model is asked once an answer.
            offer: the offer that rests on it; none may rest on a model that reads what is barred.
        """
        shelved = self._models.get(treatment)
        if shelved is None:
            return Untold(UNTRAINED)
        if shelved.refused is not None:
            return Untold(shelved.refused)
        if offer is not None:
            excused = allowed(offer)
            for barred in barred_features(shelved.model.card.features):
                if barred.attribute not in excused:
                    return Untold(f"its uplift model reads {barred.attribute}, which is barred")
        if whom.profile is None:
            return Untold(UNKNOWN_PERSON)
        return whom.once(("uplift", treatment), lambda: _told(shelved, whom.described))


def treatment_of(offer: Offer) -> str:
    """Return the name of the trial whose model tells an offer's depth."""
    named_one = None if offer.by_uplift is None else offer.by_uplift.treatment
    return named_one or offer.name


def _told(shelved: _Shelved, described: Moment) -> Said:
    card, deciles = shelved.model.card, shelved.model.deciles
    if not card.varies:
        return _alike(shelved)
    known = values(shelved.features, described)
    row = [float(known[one.name] or 0) for one in shelved.features]
    found = shelved.model.predict(np.array([row]))[0]
    at = deciles[found.decile - 1]
    return Told(
        card.name, found.effect, found.decile, at.treated_rate, at.held_out_rate, shelved.depths
    )


def _alike(shelved: _Shelved) -> Said:
    """Return what the average says, where it cannot be told whom a treatment moves more."""
    card, deciles = shelved.model.card, shelved.model.deciles
    if card.average_low > 0 and not shelved.depths:
        return Untold("its trial could not tell whom it moves more")
    treated, held_out = (
        sum(getattr(one, name) for one in deciles) / len(deciles)
        for name in ("treated_rate", "held_out_rate")
    )
    return Told(card.name, card.average, _LAST, treated, held_out, shelved.depths, alike=True)


def depths_by_margin(table: DepthTable) -> ByMargin:
    """Return a depth table in percent, the smallest margin first."""
    return tuple(
        (row.margin, tuple(None if one.depth is None else one.depth * 100 for one in row.depths))
        for row in table.rows
    )
