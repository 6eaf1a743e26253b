"""What uplift is learned from: the lots of offers and the arms of experiments, as they are now."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from tailorbird.beside import WorkspaceFiles, features_at, files_of, open_versions
from tailorbird.cli.own_versions import Versions
from tailorbird.configure.configurator import Configurator
from tailorbird.configured import KINDS
from tailorbird.consent.purposes import Purpose
from tailorbird.decide.actions.configuration import ACTIONS
from tailorbird.decide.offers.configuration import OFFERS
from tailorbird.decide.offers.fairness import barred_features
from tailorbird.decide.offers.lots import lots_in
from tailorbird.decide.offers.offer import Offer, OfferKind
from tailorbird.decide.offers.uplifting import treatment_of
from tailorbird.experiments.configuration import EXPERIMENTS
from tailorbird.experiments.experiment import Unit
from tailorbird.features.declaring import Entity, Kind
from tailorbird.features.points import Point
from tailorbird.features.store import features_of, values
from tailorbird.measure.own.history import Era
from tailorbird.measure.own.treated import Records, brought, by_arm, by_lot
from tailorbird.predict.uplift.lesson import Exposed, Gained, Taught, first_of_each, taught
from tailorbird.predict.uplift.trial import NoTrial
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.ids import WorkspaceId

READ = tuple(
    one
    for one in features_of(Entity.PERSON, Entity.SESSION)
    if one.kind is not Kind.TEXT and not barred_features([one.name])
)
"""The features that uplift is learned from: numbers, and none that an offer may not read."""

NAMES = tuple(one.name for one in READ)


class Treatment(NamedTuple):
    """Something that chance gave to some: offers that are one treatment, or an experiment.

    Attributes:
        name: as offers and actions ask for it.
        offers: those whose lots it is learned from, as they are now.
        lots: their names.
        eras: of an experiment, what it was when; empty for offers.
    """

    name: str
    offers: tuple[Offer, ...] = ()
    lots: tuple[str, ...] = ()
    eras: tuple[Era, ...] = ()

    @property
    def percent(self) -> Offer | None:
        """The offer whose depths are percents, if one is."""
        return next((one for one in self.offers if one.kind is OfferKind.PERCENT), None)


class Evidence:
    """One workspace's, read once: who is who, who may be learned from, what people brought."""

    def __init__(self, settings: Settings, workspace: WorkspaceId, now_ms: int) -> None:
        self._settings, self._workspace = settings, workspace
        self._files = files_of(settings, workspace)
        self._source = _source(self._files, settings)
        self.now_ms = now_ms
        self.offset = self._files.facts().logged

    def close(self) -> None:
        """Close the files."""
        self._files.close()

    def treatments(self) -> list[Treatment]:
        """Return what chance has given to anybody, by name."""
        offers, asked, eras = _configured(self._settings, self._workspace)
        drawn = {one.lot.offer for one in lots_in(self._source.decisions())}
        known = {one.name: one for one in offers}
        named: dict[str, list[str]] = {}
        for name in drawn:
            treatment = treatment_of(known[name]) if name in known else name
            named.setdefault(treatment, []).append(name)
        made = [
            Treatment(name, tuple(known[one] for one in lots if one in known), tuple(lots))
            for name, lots in named.items()
        ]
        made += [Treatment(name, eras=eras[name]) for name in asked if name not in named]
        return sorted(made, key=lambda one: one.name)

    def exposed(self, treatment: Treatment) -> list[Exposed]:
        """Return everybody's first lot or arm, without features."""
        if treatment.eras:
            return first_of_each(by_arm(self._source, treatment.name, treatment.eras))
        return first_of_each(by_lot(self._source, treatment.lots))

    def taught(self, treatment: Treatment, window_days: float) -> Taught:
        """Return the lesson of a treatment, with features as they were known then.

        Raises:
            NoTrial: chance gave it to nobody.
        """
        first = self.exposed(treatment)
        if not first:
            units = {one.one.unit.value for one in treatment.eras if one.one is not None}
            if units and units.isdisjoint({Unit.PERSON.value}):
                unit = min(units)
                raise NoTrial(
                    f"The experiment {treatment.name!r} is by {unit}, not by person: whom it moves "
                    "cannot be told."
                )
            raise NoTrial(f"Chance has given {treatment.name!r} to nobody yet.")
        known = asyncio.run(self._known(first))
        exposed = [
            msgspec.structs.replace(one, features=known.get((one.known_as, one.at_ms)))
            for one in first
        ]
        window_ms = round(window_days * DAY_MS)
        gained = self._gained(treatment)
        return taught(exposed, gained, NAMES, until_ms=self.now_ms, window_ms=window_ms)

    def outcomes(self, treatment: Treatment, window_days: float) -> Taught:
        """Return the lesson of a treatment without features: who drew what, and what it brought."""
        exposed = [msgspec.structs.replace(one, features={}) for one in self.exposed(treatment)]
        window_ms = round(window_days * DAY_MS)
        gained = self._gained(treatment)
        return taught(exposed, gained, (), until_ms=self.now_ms, window_ms=window_ms)

    async def _known(self, first: Sequence[Exposed]) -> dict[tuple[str, int], dict[str, float]]:
        points = [Point(one.known_as, one.at_ms) for one in first]
        made: dict[tuple[str, int], dict[str, float]] = {}
        async for found in features_at(self._settings, self._workspace, points):
            known = values(READ, found.moment)
            made[found.point.person, found.point.at_ms] = {
                name: float(value or 0) for name, value in known.items()
            }
        return made

    def _gained(self, treatment: Treatment) -> Iterable[Gained]:
        costs = {
            str(item.id): item.cost_minor
            for item in self._files.items()
            if item.cost_minor is not None
        }
        assumed = [one.assumed_margin for one in treatment.offers if one.assumed_margin is not None]
        return brought(self._source, costs, assumed[0] if assumed else 0.0)


def _configured(
    settings: Settings, workspace: WorkspaceId
) -> tuple[Collection[Offer], Collection[str], dict[str, tuple[Era, ...]]]:
    """Return the offers in force, the experiments that offers and actions ask about, and eras."""
    versions = open_versions(settings, workspace)
    try:
        configurator = Configurator(KINDS, versions)
        active, past = configurator.active, Versions(versions, configurator)
        offers = active.of(OFFERS)
        asked = {treatment_of(one) for one in offers if one.by_uplift is not None}
        asked |= {one.effect.uplift for one in active.of(ACTIONS) if one.effect.uplift is not None}
        named = sorted(asked & {one.name for one in active.of(EXPERIMENTS)})
        return offers, named, {name: past.of_experiment(name).eras for name in named}
    finally:
        versions.close()


def _source(files: WorkspaceFiles, settings: Settings) -> Records:
    """Return the files as rows are read from them, without whoever may not be learned from.

    Who refused personalization or analytics is left out; under `consent = "opt-in"`, so is who was
    not asked for personalization.
    """
    whose: dict[str, str] = {}
    left_out: set[str] = set()
    unasked = settings.consent == "opt-out"
    for stored in files.people():
        whose.update(dict.fromkeys(stored.node.identifiers, stored.person))
        personal = stored.choices.get(Purpose.PERSONALIZATION, unasked)
        if not personal or stored.choices.get(Purpose.ANALYTICS) is False:
            left_out.add(stored.person)
    return Records(
        decisions=files.decisions,
        events=lambda: (logged.event for logged in files.events()),
        whose=whose,
        left_out=left_out,
    )
