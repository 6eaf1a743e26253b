"""The composition root: the one place where rooms meet their backends."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tailorbird.access.sessions import Sessions
from tailorbird.accounts.registrar import Registrar
from tailorbird.accounts.terms import terms_in
from tailorbird.catalog.catalog import Catalog
from tailorbird.collect.admit import House
from tailorbird.collect.collector import Collector, Stores
from tailorbird.collect.contacts import Pseudonyms
from tailorbird.configure.configuration import Configuration
from tailorbird.configure.configurator import Configurator
from tailorbird.configure.ports import Deed
from tailorbird.configure.reading import texts_of
from tailorbird.configured import KINDS
from tailorbird.consent.gate import Gate
from tailorbird.decide.bandits.keeper import BanditKeeper, Outside
from tailorbird.decide.bandits.serving import BanditSlots
from tailorbird.decide.configuration import placements_in
from tailorbird.decide.counters import Counters, Places
from tailorbird.decide.decider import Decider, Rooms
from tailorbird.decide.placements import Placements
from tailorbird.decide.trials import Trials
from tailorbird.experiments.experimenter import Experimenter
from tailorbird.flow.corridor import Corridor
from tailorbird.flow.feed import KEPT, Feed
from tailorbird.flow.forgetting import Forgetter
from tailorbird.flow.rebuilding import seed
from tailorbird.flow.saying import Saying
from tailorbird.flow.splitting import Splitter
from tailorbird.flow.upkeep import every
from tailorbird.identity.graph import Resolved, persons_of
from tailorbird.identity.resolver import Resolver
from tailorbird.predict.embedding.choosing import remote
from tailorbird.predict.people import Foresight
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
from tailorbird.spine.clock import DAY_MS, Clock, wall_clock
from tailorbird.spine.errors import Corrupt
from tailorbird.spine.ids import DEFAULT_WORKSPACE, IdentifierKey, Subject, WorkspaceId
from tailorbird.storage.embedded import dead_letters as dead_letter_file
from tailorbird.storage.embedded.bandits import SqliteBandits
from tailorbird.storage.embedded.configurations import SqliteVersions
from tailorbird.storage.embedded.control import SqliteAudit, SqliteKeyRing
from tailorbird.storage.embedded.dead_letters import SqliteDeadLetters, SqliteTally
from tailorbird.storage.embedded.exposures import SqliteExposures
from tailorbird.storage.embedded.folder import DataFolder
from tailorbird.storage.embedded.items import SqliteItems
from tailorbird.storage.embedded.journal import SqliteJournal
from tailorbird.storage.embedded.log import SqliteEventLog
from tailorbird.storage.embedded.models import ModelFolder
from tailorbird.storage.embedded.offers import SqliteGrants
from tailorbird.storage.embedded.payments import SqlitePayments
from tailorbird.storage.embedded.people_models import PeopleModelFolder
from tailorbird.storage.embedded.receipts import SqliteReceipts
from tailorbird.storage.embedded.seal import Seal, install_secret, signing_secret
from tailorbird.storage.embedded.segments import SqliteSegments
from tailorbird.storage.embedded.state import current_state
from tailorbird.storage.embedded.uplift_models import UpliftFolder
from tailorbird.storage.embedded.vault import (
    SqliteConsentLedger,
    SqliteSuppression,
    SqliteVault,
    VaultFile,
)

_A_BATCH = 5_000
_ADOPT_EVERY_S = 2.0
_LEARNED_S = 30.0
_WATCH_EVERY_S = 5.0
_SEGMENTS_S = 600.0
_STILL_SEEN = 10_000  # decisions before a start that somebody may still be about to look at


class Workspace:
    """One shop, wired: a record of its actors, without logic of its own."""

    def __init__(
        self,
        name: WorkspaceId,
        place: DataFolder,
        secret: bytes,
        settings: Settings,
        clock: Clock,
    ) -> None:
        folder = self.folder = place.workspace(name)
        self.versions = SqliteVersions(place.control, name)
        self.configurator = Configurator(KINDS, self.versions)
        seal = Seal(secret, f"{name}/vault")
        self.name, self.signing_secret = name, signing_secret(secret, name)
        self.log = SqliteEventLog(folder / "log.db", dead_letter_file.SCHEMA)
        self.state = current_state(folder / "state.db")
        self.vault_file = VaultFile(folder / "vault.db", seal)
        self.items = SqliteItems(folder / "catalog.db")
        self.dead_letters = SqliteDeadLetters(self.log.writer, folder / "log.db", seal)
        self.tally = SqliteTally(self.log.writer, folder / "log.db")
        self.vault = SqliteVault(self.vault_file)
        self.ledger = SqliteConsentLedger(self.vault_file)
        self.suppression = SqliteSuppression(self.vault_file)
        window_ms = settings.stitch_days * DAY_MS
        self.resolver = Resolver(self.state, window_ms=window_ms)
        self.gate = Gate(self.ledger, self.resolver.whole, unasked=settings.consent == "opt-out")
        self.catalog = Catalog(self.items, clock)
        self.pseudonyms = Pseudonyms(Seal(secret, f"{name}/pseudonyms").secret())
        splitter = Splitter(self.log, self.state, self.state, window_ms=window_ms)
        self.corridor = Corridor(
            self.log, self.resolver, Profiler(self.state), self.state, splitter
        )
        self.collector = Collector(
            Stores(
                log=self.log,
                dead_letters=self.dead_letters,
                vault=self.vault,
                tally=self.tally,
                suppression=self.suppression,
            ),
            self.gate,
            House(pseudonyms=self.pseudonyms, catalog_facets=self.catalog.facets),
            self._knows,
            self.corridor.reached,
        )
        self.journal = SqliteJournal(folder / "journal.db")
        self.models = ModelFolder(
            folder / "models", remote(settings.embedding, settings.embedding_key)
        )
        self.predictor = Predictor(clock)
        self.succession = Succession(self.predictor, self.models)
        self.watch = Watch(self.predictor, self.models, clock)
        self.people_models = PeopleModelFolder(folder / "models" / "people")
        self.foresight = Foresight()
        self.segments = SqliteSegments(folder / "segments.db")
        everybody = Everybody(self.gate, self.state, self.state, self.log, window_ms)
        say = Saying(self.log.append, self.suppression.holds, self.corridor.reached)
        self.segmenter = Segmenter(self.segments, everybody, say, clock, np.random.default_rng())
        self.bandit_file = SqliteBandits(folder / "bandits.db")
        self.bandits = BanditKeeper(
            Outside(self.bandit_file, self.journal, self.log, self.resolver.person),
            clock,
            np.random.default_rng(),
        )
        beliefs = Beliefs(self.foresight, self.segments.called)
        self.grants = SqliteGrants(folder / "offers.db")
        self.payments = SqlitePayments(folder / "payments.db")
        places = Places(
            self.grants, self.payments, self.vault, self.log, UpliftFolder(folder / "models/uplift")
        )
        self.counters = Counters(places, self.catalog, self.resolver, beliefs, clock)
        slots = BanditSlots(self.bandits), self.counters.waiter
        self.decider = Decider(
            Rooms(self.gate, self.resolver, self.state, self.catalog, *slots),
            self.predictor,
            Placements(),
            self.journal,
            clock,
            np.random.default_rng(),
        )
        self.accounts = Registrar(self.gate, self.state, self.catalog, clock)
        self.experimenter = Experimenter(SqliteExposures(folder / "experiments.db"))
        self.feed = Feed(clock)
        self.officer = Officer(
            {
                "log": self.log,
                "dead letters": self.dead_letters,
                "profiles and identity": Forgetter(self.state, splitter),
                "decisions": self.journal,
                "experiments": self.experimenter.store,
                "segments": self.segments,
                "offers": self.grants,
                "payments": self.payments,
                "contacts": self.vault,
                "consent": self.ledger,
            },
            OfficersDoors(self.suppression.add, self._idle, self.resolver.everyone, self._forget),
            SqliteReceipts(self.vault_file),
            clock,
        )
        people = ConsentingPeople(self.gate, self.resolver, self.state, self.suppression.holds)
        self.watcher = Watcher(Surroundings(people, self.catalog, self.log, beliefs, clock))
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

    async def _idle(self) -> None:
        """Wait until every event that was let in before is in the log and folded."""
        await self.collector.settled()
        await self.corridor.reached(self.log.last_offset)
        await self.watcher.settled()
        await self.corridor.reached(self.log.last_offset)

    async def _knows(self, subject: Subject) -> bool:
        return await self.resolver.person(subject) is not None


class Install:
    """A data folder with its keys and its workspaces, each opened when first asked for.

    With `serving` false it loads no models and shows no feed: for commands that only work on data.
    """

    def __init__(
        self, settings: Settings, clock: Clock = wall_clock, *, serving: bool = True
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.folder = DataFolder(Path(settings.data))
        self.folder.lock()
        try:
            self._secret = install_secret(self.folder.secret)
        except Corrupt:
            self.folder.unlock()
            raise
        self.keys = SqliteKeyRing(self.folder.control)
        self.audit = SqliteAudit(self.folder.control)
        self.sessions = Sessions(Seal(self._secret, "sessions").secret())
        self._open: dict[WorkspaceId, Workspace] = {}
        self._opening = asyncio.Lock()
        self._serving = serving

    def opened(self) -> list[Workspace]:
        """Return the workspaces that are open now."""
        return list(self._open.values())

    async def workspace(self, name: WorkspaceId = DEFAULT_WORKSPACE) -> Workspace:
        """Return a workspace, opened and caught up with its log."""
        found = self._open.get(name)
        if found is not None:
            return found
        async with self._opening:
            if name not in self._open:
                opened = Workspace(name, self.folder, self._secret, self.settings, self.clock)
                try:
                    await start(opened)
                    if self._serving:
                        await serve(opened, self.settings)
                except BaseException:
                    await stop(opened)
                    raise
                self._open[name] = opened
            return self._open[name]

    async def close(self) -> None:
        """Write what is not yet written, and give the folder back."""
        for workspace in self._open.values():
            await stop(workspace)
        self._open = {}
        self.keys.close()
        self.audit.close()
        self.folder.unlock()


async def start(workspace: Workspace) -> None:
    """Bring a workspace up to date with its log, and let it follow from there."""
    if workspace.state.offset == 0:
        await seed(workspace.log, workspace.state)
    target = workspace.log.last_offset
    workspace.corridor.start()
    await workspace.corridor.reached(target)


async def serve(workspace: Workspace, settings: Settings) -> None:
    """Load what answers are made of, and keep it fresh."""
    if settings.config is not None:
        deed = Deed("serve --config", wall_clock(), settings.config)
        await workspace.configurator.apply(texts_of(Path(settings.config)), deed)
    await workspace.accounts.follow(workspace.state, workspace.segmenter.of_person)
    workspace.decider.accounts = workspace.accounts
    workspace.attend()
    await _load_models(workspace)
    await _recall(workspace)
    await workspace.bandits.recall(workspace.state.offset)
    if workspace.experimenter.book.by_placement:
        workspace.experimenter.recall(await workspace.journal.latest(_STILL_SEEN))
    await workspace.counters.recall(workspace.state.offset)
    await workspace.predictor.refresh()
    workspace.journal.start()
    rounds = {
        "refresh": (settings.recent_seconds, workspace.predictor.refresh),
        "tally": (1.0, workspace.tally.flush),
        "watch": (_WATCH_EVERY_S, workspace.watch.round),
        "segments": (_SEGMENTS_S, workspace.segmenter.refresh_if_due),
        "rules": (0.0, workspace.watcher.round),
        "waiting": (1.0, workspace.watcher.tick),
        "bandits": (1.0, workspace.bandits.round),
        "offers": (0.25, workspace.counters.round),
        "counters": (_LEARNED_S, workspace.counters.renew),
        "learned": (_LEARNED_S, workspace.bandits.save),
        "exposures": (0.5, workspace.experimenter.round),
        "adopt": (_ADOPT_EVERY_S, lambda: _adopt_newer(workspace)),
    }
    workspace.upkeep = [
        asyncio.create_task(every(seconds, work, name), name=name)
        for name, (seconds, work) in rounds.items()
    ]


async def _recall(workspace: Workspace) -> None:
    """Show whoever watches what came last before this process."""
    for logged in await workspace.log.read(max(0, workspace.log.last_offset - KEPT), KEPT):
        person = await workspace.resolver.person(logged.event.subject)
        if person is not None:
            workspace.feed.recall([Resolved(person, logged)])


async def _adopt_newer(workspace: Workspace) -> None:
    """Serve a version that a training has stored since; a broken one leaves the old one serving."""
    await workspace.foresight.renew(workspace.people_models)
    if await workspace.succession.adopt():
        await workspace.predictor.refresh()


async def _load_models(workspace: Workspace) -> None:
    """Adopt the trained models, describe the catalog, and catch up on what came after training."""
    await workspace.succession.adopt()
    await workspace.foresight.renew(workspace.people_models)
    items = list(workspace.catalog.all())
    workspace.catalog.spelling.learn(items)
    workspace.predictor.stock(items)
    after, folded = workspace.predictor.models.trained_offset, workspace.state.offset
    while after < folded:
        batch = await workspace.log.read(after, _A_BATCH)
        if not batch:
            break
        workspace.predictor.observe([one.event for one in batch if one.offset <= folded])
        after = batch[-1].offset


async def stop(workspace: Workspace) -> None:
    """Stop a workspace; everything acknowledged is on disk already, the rest is written now."""
    for task in workspace.upkeep:
        task.cancel()
    await asyncio.gather(*workspace.upkeep, return_exceptions=True)
    await workspace.corridor.stop()
    await workspace.bandits.save()
    await workspace.counters.save()
    await workspace.experimenter.stop()
    await workspace.journal.stop()
    await workspace.tally.flush()
    files = (workspace.dead_letters, workspace.tally, workspace.log, workspace.state)
    stores = (workspace.segments, workspace.bandit_file, workspace.grants, workspace.payments)
    for one in (*files, *stores, workspace.vault_file, workspace.items, workspace.versions):
        one.close()
