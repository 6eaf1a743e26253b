"""The keeper of a shop's bandits: chooses in the midst of an answer, learns from what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.bandits.beliefs import Learned, Plane
from tailorbird.decide.bandits.choosing import (
    Chances,
    Choice,
    beliefs,
    chances,
    drawn,
    planes_of,
)
from tailorbird.decide.bandits.policy import Arm, Bandit, Money
from tailorbird.decide.bandits.ports import BanditStore, Decisions, Events, Kept
from tailorbird.decide.bandits.regret import BanditReading, read_bandit
from tailorbird.decide.bandits.state import (
    EMPTY,
    BanditState,
    Exposed,
    Happening,
    Rewarded,
    fold,
    retracted,
)
from tailorbird.decide.placements import Placement, Placements
from tailorbird.decide.ports import DecisionRecord
from tailorbird.identity.graph import Resolved
from tailorbird.spine.clock import MINUTE_MS, Clock
from tailorbird.spine.events import ORDER_COMPLETED, Event, LoggedEvent
from tailorbird.spine.ids import ItemId, PersonId, Subject

_A_BATCH = 2_000
_ALL = 1_000_000
_RECENT = 50  # decisions of a person that are looked through for an exposure
_SLACK_MS = MINUTE_MS
_RIPENS_MS = MINUTE_MS  # with delayed rewards, chances are made anew so often

Floats = NDArray[np.float64]


def _unknown_cost(_item: ItemId) -> int | None:
    return None


class Outside(msgspec.Struct, frozen=True):
    """What the keeper works with.

    Attributes:
        store: where learning rests.
        decisions: the journal.
        events: the log.
        person: who a subject is.
        cost_minor: what an item costs the shop; None where that is not known.
    """

    store: BanditStore
    decisions: Decisions
    events: Events
    person: Callable[[Subject], Awaitable[PersonId | None]]
    cost_minor: Callable[[ItemId], int | None] = _unknown_cost


class _Table(msgspec.Struct):
    """One bandit at work: its settings, what it learned, and what was made of that."""

    bandit: Bandit
    state: BanditState = EMPTY
    waiting: list[Happening] = []
    chances: dict[tuple[Arm, ...], Chances | None] = {}
    made_ms: int = 0
    planes: dict[str, Plane] = {}


class _Unaddressed(msgspec.Struct, frozen=True):
    """A reward that does not say what it is for, but whose it is."""

    person: PersonId
    placement: str
    reward: Rewarded


class BanditKeeper:
    """Chooses for the placements of one workspace that have a bandit.

    Args:
        outside: what it works with.
        clock: tells the time of choices.
        rng: luck of the draws.
    """

    def __init__(self, outside: Outside, clock: Clock, rng: np.random.Generator) -> None:
        self._outside = outside
        self._clock = clock
        self._rng = rng
        self._tables: dict[str, _Table] = {}
        self._stored: dict[str, BanditState] = {}
        self._offset = 0
        self._changed = False
        self._ready = False
        self._unaddressed: list[_Unaddressed] = []
        self._unseen: list[Resolved] = []
        self._rounding = asyncio.Lock()

    def adopt(self, placements: Placements) -> None:
        """Put other settings in force; what was learned by a placement stays with its name."""
        kept = {**self._stored, **{name: one.state for name, one in self._tables.items()}}
        waiting = {name: one.waiting for name, one in self._tables.items()}
        self._stored = kept
        self._tables = {
            one.name: _Table(one.bandit, _of(kept, one.name, one.bandit), waiting.get(one.name, []))
            for one in placements.all()
            if one.bandit is not None
        }

    def choose(
        self, placement: str, bandit: Bandit, arms: tuple[Arm, ...], context: Floats
    ) -> Choice | None:
        """Return an arm for a placement with a bandit; None if its guardrails leave none.

        Settings that are not in force, as of a draft that is looked at, work on what was learned.
        """
        table = self._tables.get(placement)
        if table is None or table.bandit != bandit:
            table = _Table(bandit, EMPTY if table is None else table.state)
        contextual = table.bandit.policy.contextual
        found = (
            chances(arms, context, table.state, table.bandit, 0, _planes(table, arms, len(context)))
            if contextual
            else self._same_for_all(table, arms, context)
        )
        return None if found is None else drawn(found, self._rng)

    def shown(self, placement: str, exposed: Exposed) -> None:
        """Note that an arm was shown."""
        table = self._tables.get(placement)
        if table is not None:
            table.waiting.append(exposed)

    def observe(self, batch: Sequence[Resolved]) -> None:
        """See events once they are folded; those that are rewards wait for the next round."""
        if self._ready:
            self._take(batch)
        else:
            self._unseen.extend(batch)

    async def round(self) -> None:
        """Learn from what was shown and what followed."""
        async with self._rounding:  # what one round has taken up another must not take for done
            self._fold()
            news, self._unaddressed = self._unaddressed, []
            for one in news:
                await self._credit(one)
            self._fold()

    async def recall(self, folded: int) -> None:
        """Take up what was learned before this process, and what came since.

        Args:
            folded: up to where of the log events were folded before anybody listened.
        """
        kept = await self._outside.store.load()
        self._stored = dict(kept.states)
        for name, table in self._tables.items():
            table.state = _of(kept.states, name, table.bandit)
        if self._tables:
            since_ms = max(kept.saved_ms - _SLACK_MS, 0)
            self._remember(self._outside.decisions.since(since_ms))
            await self._reread(kept.offset, folded)
            self._changed = True
        self._offset = max(kept.offset, folded)
        self._ready = True
        unseen, self._unseen = self._unseen, []
        self._take(one for one in unseen if one.logged.offset > folded)
        await self.round()

    async def save(self) -> None:
        """Store what was learned, if there is any news.

        While a reward still looks for its exposure nothing is stored: the log is read again from
        the stored offset, and no reward before it may be missing.
        """
        await self.round()
        if not self._changed or not self._ready or self._unaddressed:
            return
        self._changed = False
        states = {**self._stored, **{name: one.state for name, one in self._tables.items()}}
        await self._outside.store.save(Kept(self._offset, self._clock(), states))

    async def forget(self, person: PersonId) -> None:
        """Take back what a person's exposures taught, as far as their windows are still open."""
        await self.round()
        records = await self._outside.decisions.of_person(person, _ALL)
        gone = {exposed.exposure_id for record in records for _, exposed in _exposures(record)}
        if not gone:
            return
        for table in self._tables.values():
            _learn(table, retracted(table.state, table.bandit, gone))
        self._changed = True
        await self.save()

    def readings(self, placements: Placements) -> dict[str, BanditReading]:
        """Return what every bandit has learned, by placement."""
        self._fold()
        now_ms = self._clock()
        return {
            one.name: read_bandit(
                _arms_of(one, self._tables[one.name].state),
                self._tables[one.name].state,
                one.bandit,
                now_ms,
            )
            for one in placements.all()
            if one.bandit is not None and one.name in self._tables
        }

    def learned(self, placement: str) -> dict[str, Learned]:
        """Return what is believed of every arm that a placement's bandit has shown."""
        table = self._tables.get(placement)
        if table is None or not table.state.arms:
            return {}
        names = tuple(table.state.arms)
        means = beliefs(names, table.state, table.bandit, self._clock()).mean.tolist()
        return {
            name: Learned(mean, table.state.arms[name].exposures)
            for name, mean in zip(names, means, strict=True)
        }

    def _same_for_all(
        self, table: _Table, arms: tuple[Arm, ...], context: Floats
    ) -> Chances | None:
        """Return the chances of a policy that knows no context, made once until it learns."""
        now_ms = self._clock()
        if table.bandit.delay_hours > 0.0 and now_ms - table.made_ms > _RIPENS_MS:
            table.chances = {}
        if arms not in table.chances:
            table.chances[arms] = chances(arms, context, table.state, table.bandit, now_ms)
            table.made_ms = now_ms
        return table.chances[arms]

    def _fold(self) -> None:
        for table in self._tables.values():
            if table.waiting:
                news, table.waiting = table.waiting, []
                _learn(table, fold(table.state, table.bandit, news))
                self._changed = True

    def _take(self, news: Iterable[Resolved]) -> None:
        for resolved in news:
            person, logged = resolved.person, resolved.logged
            self._offset = max(self._offset, logged.offset)
            event = logged.event
            for name, table in self._tables.items():
                amount = None if event.order is None else self._amount(event, table.bandit)
                value = table.bandit.worth(event.name, amount)
                if value is None:
                    continue
                exposure_id = None if event.exposure is None else event.exposure.exposure_id
                reward = Rewarded(event.name, event.occurred_at_ms, value, exposure_id)
                if exposure_id is None:
                    self._unaddressed.append(_Unaddressed(person, name, reward))
                elif _knows(table, exposure_id):
                    table.waiting.append(reward)
                elif _knows(table, whole := exposure_id.rpartition("-")[0]):
                    table.waiting.append(msgspec.structs.replace(reward, exposure_id=whole))

    def _amount(self, event: Event, bandit: Bandit) -> int | None:
        """Return what an order counts, in minor units: its revenue, or its margin."""
        if event.order is None:
            return None
        cost = 0
        if bandit.money is Money.MARGIN and event.name == ORDER_COMPLETED:
            for line in event.items:
                cost += (self._outside.cost_minor(line.id) or 0) * line.quantity
        return event.order.revenue_minor - cost

    async def _credit(self, one: _Unaddressed) -> None:
        """Give a reward without an exposure id to the last exposure of the person before it."""
        table = self._tables.get(one.placement)
        if table is None:
            return
        for record in await self._outside.decisions.of_person(one.person, _RECENT):
            if record.at_ms > one.reward.at_ms + _SLACK_MS:
                continue
            for name, exposed in _exposures(record):
                if name == one.placement and _knows(table, exposed.exposure_id):
                    key = exposed.exposure_id
                    table.waiting.append(msgspec.structs.replace(one.reward, exposure_id=key))
                    return

    def _remember(self, records: Iterable[DecisionRecord]) -> None:
        for record in records:
            for name, exposed in _exposures(record):
                if name in self._tables:
                    self._tables[name].waiting.append(exposed)
        self._fold()

    async def _reread(self, after: int, folded: int) -> None:
        if not any(table.state.opened for table in self._tables.values()):
            return
        while after < folded:
            batch = await self._outside.events.read(after, _A_BATCH)
            if not batch:
                return
            self._take(await self._resolved([one for one in batch if one.offset <= folded]))
            after = batch[-1].offset
            self._fold()

    async def _resolved(self, batch: Sequence[LoggedEvent]) -> list[Resolved]:
        """Return the rewards among some events, with whose they are."""
        names = {name for table in self._tables.values() for name in table.bandit.rewards}
        made = []
        for logged in batch:
            if logged.event.name in names:
                person = await self._outside.person(logged.event.subject)
                if person is not None:
                    made.append(Resolved(person, logged))
        return made


def _of(states: dict[str, BanditState], name: str, bandit: Bandit) -> BanditState:
    """Return what a placement's bandit had learned; shares and amounts do not mix."""
    state = states.get(name, EMPTY)
    return state if state.measure in {None, bandit.measure} else EMPTY


def _learn(table: _Table, state: BanditState) -> None:
    table.state = state
    table.chances, table.planes = {}, {}


def _knows(table: _Table, exposure_id: str) -> bool:
    return exposure_id in table.state.opened or any(
        isinstance(one, Exposed) and one.exposure_id == exposure_id for one in table.waiting
    )


def _arms_of(placement: Placement, state: BanditState) -> tuple[str, ...]:
    """Return the arms of now; of offers those that were shown, as what can be differs by cart."""
    if placement.creatives:
        return tuple(one.id for one in placement.creatives)
    return tuple(one.id for one in placement.policies) or tuple(sorted(state.arms))


def _planes(table: _Table, arms: tuple[Arm, ...], width: int) -> dict[str, Plane]:
    """Return the arms' linear beliefs, made once until the bandit learns."""
    missing = [arm.id for arm in arms if arm.id not in table.planes]
    if missing:
        table.planes |= planes_of(missing, table.state, table.bandit, width)
    return table.planes


def _exposures(record: DecisionRecord) -> list[tuple[str, Exposed]]:
    """Return what bandits chose in a decision, by placement: content, or an arm of the whole."""
    return [
        (slot["placement"], _exposed(shown, record.at_ms))
        for slot in record.decisions
        if isinstance(slot, dict)
        for shown in (slot.get("content"), slot.get("arm"))
        if shown and "actionProbability" in shown
    ]


def _exposed(shown: Mapping[str, Any], at_ms: int) -> Exposed:
    features = shown.get("features")
    context = b"" if features is None else np.array(features, dtype=np.float64).tobytes()
    chance = shown["actionProbability"]
    return Exposed(shown["exposureId"], shown["id"], at_ms, chance, context=context)
