"""One shop's rooms, wired to each other and to its stores."""

import asyncio
from collections.abc import Sequence

import numpy as np

from tailorbird.accounts.registrar import Registrar
from tailorbird.accounts.terms import terms_in
from tailorbird.catalog.catalog import Catalog
from tailorbird.collect.admit import House
from tailorbird.collect.collector import Collector
from tailorbird.collect.collector import Stores as IntakeStores
from tailorbird.collect.contacts import Pseudonyms
from tailorbird.compose.stores import Stores
from tailorbird.configure.configuration import Configuration
from tailorbird.configure.configurator import Configurator
from tailorbird.configured import CARRIED, KINDS
from tailorbird.consent.gate import Gate
from tailorbird.decide.actions.weighing import Advice
from tailorbird.decide.bandits.keeper import BanditKeeper, Outside
from tailorbird.decide.bandits.serving import BanditSlots
from tailorbird.decide.configuration import placements_in
from tailorbird.decide.counters import Counters, Places
from tailorbird.decide.decider import Decider, Rooms
from tailorbird.decide.placements import Placements
from tailorbird.decide.trials import Trials
from tailorbird.experiments.experimenter import Experimenter
from tailorbird.flow.corridor import Corridor
from tailorbird.flow.feed import Feed
from tailorbird.flow.forgetting import Forgetter
from tailorbird.flow.saying import Saying
from tailorbird.flow.splitting import Splitter
from tailorbird.identity.graph import Resolved, persons_of
from tailorbird.identity.resolver import Resolver
from tailorbird.links.lending import Lending
from tailorbird.links.linker import Linker, Terms
from tailorbird.predict.hybrid.watch import OrderWatch
from tailorbird.predict.people import Foresight
from tailorbird.predict.people_watch import PeopleWatch
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.registry.succession import Succession
from tailorbird.predict.registry.watch import Watch
from tailorbird.privacy.officer import Doors as OfficersDoors
from tailorbird.privacy.officer import Officer
from tailorbird.profile.profiler import Profiler
from tailorbird.rules.people import ConsentingPeople
from tailorbird.rules.watcher import Surroundings, Watcher
from tailorbird.segments.beliefs import Beliefs
from tailorbird.segments.everybody import Everybody
from tailorbird.segments.segmenter import Segmenter
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS, Clock
from tailorbird.spine.ids import IdentifierKey, Subject, WorkspaceId


class Workspace:
    """One shop, wired: a record of its actors, without logic of its own."""

    def __init__(self, name: WorkspaceId, stores: Stores, settings: Settings, clock: Clock) -> None:
        window_ms = settings.stitch_days * DAY_MS
        self.name, self.stores, self.folder, self.clock = name, stores, stores.folder, clock
        self.log, self.state, self.journal = stores.log, stores.state, stores.journal
        self.configurator = Configurator(KINDS, stores.versions, CARRIED)
        self.resolver = Resolver(self.state, window_ms=window_ms)
        self.gate = Gate(stores.ledger, self.resolver.whole, unasked=settings.consent == "opt-out")
        self.catalog = Catalog(stores.items, clock)
        self.pseudonyms = Pseudonyms(stores.pseudonyms_secret)
        splitter = Splitter(self.log, self.state, self.state, window_ms=window_ms)
        self.corridor = Corridor(
            self.log, self.resolver, Profiler(self.state), self.state, splitter
        )
        self.linker = Linker(
            stores.links,
            self.log,
            self.state,
            self.gate,
            Lending(self.gate, self.state),
            Terms(settings.links, settings.links_precision),
            clock,
        )
        self.collector = Collector(
            IntakeStores(
                log=self.log,
                dead_letters=stores.dead_letters,
                vault=stores.vault,
                tally=stores.tally,
                suppression=stores.suppression,
            ),
            self.gate,
            House(self.pseudonyms, self.catalog.facets, self.linker.plugins),
            self._knows,
            self.corridor.reached,
        )
        self.predictor = Predictor(clock)
        self.succession = Succession(self.predictor, stores.models)
        self.watch = Watch(self.predictor, stores.models, clock)
        self.foresight = Foresight()
        everybody = Everybody(self.gate, self.state, self.state, self.log, window_ms)
        say = Saying(self.log.append, stores.suppression.holds, self.corridor.reached)
        self.segmenter = Segmenter(stores.segments, everybody, say, clock, np.random.default_rng())
        self.bandits = BanditKeeper(
            Outside(
                stores.bandits,
                self.journal,
                self.log,
                self.resolver.person,
                self.catalog.cost_minor,
            ),
            clock,
            np.random.default_rng(),
        )
        beliefs = Beliefs(self.foresight, stores.segments.called)
        places = Places(
            stores.grants, stores.payments, stores.vault, self.log, stores.uplift_models
        )
        slots = BanditSlots(self.bandits)
        advice = Advice(
            self.gate,
            self.journal.written_of,
            self.foresight.forecast,
            self.bandits.learned,
            slots,
            np.random.default_rng(),
        )
        self.counters = Counters(places, self.catalog, self.resolver, beliefs, clock, advice)
        self.decider = Decider(
            Rooms(self.gate, self.resolver, self.state, self.catalog, slots, self.counters.waiter),
            self.predictor,
            Placements(),
            self.journal,
            clock,
            np.random.default_rng(),
        )
        self.decider.lending = self.linker.lending
        self.accounts = Registrar(self.gate, self.state, self.catalog, clock)
        self.experimenter = Experimenter(stores.exposures)
        self.feed = Feed(clock)
        self.officer = Officer(
            stores.of_people(Forgetter(self.state, splitter)),
            OfficersDoors(stores.suppression.add, self._idle, self.resolver.everyone, self._forget),
            stores.receipts,
            clock,
        )
        people = ConsentingPeople(self.gate, self.resolver, self.state, stores.suppression.holds)
        self.watcher = Watcher(Surroundings(people, self.catalog, self.log, beliefs, clock))
        self.order_watch = OrderWatch(self.predictor, stores.models, people.profile, clock)
        self.people_watch = PeopleWatch(self.foresight, stores.people_models, people.profile, clock)
        self.configurator.listen(self._adopt)
        self.upkeep: list[asyncio.Task[None]] = []

    def _adopt(self, configuration: Configuration) -> None:
        """Put another configuration in force, in all rooms at once."""
        self.decider.placements = placements_in(configuration)
        self.bandits.adopt(self.decider.placements)
        self.experimenter.adopt(configuration)
        self.decider.trials = Trials(self.experimenter, self.decider.placements)
        self.counters.adopt(configuration)
        self.accounts.adopt(terms_in(configuration))
        self.watcher.adopt(configuration)

    def attend(self) -> None:
        """Let the models and the feed learn of all that comes from now on."""
        self.catalog.watch(self.predictor.stock)
        self.corridor.listen(self._observe)
        self.corridor.listen(self.feed.observe)
        self.corridor.listen(self.watcher.observe)
        self.corridor.listen(self.people_watch.observe)
        self.corridor.listen(self.order_watch.observe)
        self.corridor.listen(self.bandits.observe)
        self.corridor.listen(self.experimenter.observe)
        self.corridor.listen(self.counters.observe)
        self.watcher.attend()

    def _observe(self, batch: Sequence[Resolved]) -> None:
        events = [resolved.logged.event for resolved in batch]
        self.predictor.observe(events)
        self.watch.observe(events)

    async def _forget(self, keys: Sequence[IdentifierKey]) -> None:
        """Drop what memory holds of the people behind some identifiers."""
        await self.counters.forget(keys)
        self.accounts.forget()
        self.linker.forget(keys)
        for key in keys:
            self.predictor.forget(key.partition(":")[2])
            self.watch.forget(key.partition(":")[2])
            link = await self.resolver.link(key)
            for person in () if link is None else persons_of(key, link):
                self.decider.forget(person)
                await self.bandits.forget(person)
                self.feed.forget(person)
                self.segmenter.forget(person)
                self.watcher.forget(person)
                self.people_watch.forget(person)
                self.order_watch.forget(person)

    async def _idle(self) -> None:
        """Wait until every event that was let in before is in the log and folded."""
        await self.collector.settled()
        await self.corridor.reached(self.log.last_offset)
        await self.watcher.settled()
        await self.corridor.reached(self.log.last_offset)

    async def _knows(self, subject: Subject) -> bool:
        return await self.resolver.person(subject) is not None
