"""One world of a rehearsal: the days of the experiment, lived in closed loop with the engine."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import assert_never

import msgspec
import numpy as np

from tailorbird.bench.rehearsal import offers
from tailorbird.bench.rehearsal.offers import Giving
from tailorbird.bench.rehearsal.policies import SHOWN, files_of, gives, slot_of
from tailorbird.bench.rehearsal.scene import (
    Floats,
    Scene,
    Told,
    revenue_minor,
    settings_of,
)
from tailorbird.collect.admit import Door
from tailorbird.compose import Install, Workspace
from tailorbird.configure.ports import Deed
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.decide.wire import DecideRequest, RequestContext, Slot
from tailorbird.simulate.choice import Nudge
from tailorbird.simulate.stroll import Stroll
from tailorbird.simulate.trip import NEWCOMER, Memory
from tailorbird.simulate.visits import Visit
from tailorbird.simulate.wire import Stamped, WireEvent
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import ORDER_COMPLETED
from tailorbird.spine.ids import ItemId, Subject

_NO_HURRY_MS = 1_000_000.0
_NOT_YET = -1
SOON_MS = 7 * DAY_MS
"""How long after first seeing recommendations an order is still counted as soon."""


class Lived(msgspec.Struct, frozen=True, eq=False):
    """What became of the shoppers in one world; arrays are by shopper.

    Attributes:
        revenue: float64, in major units.
        profit: float64, what is left of it after the cost of the goods, in major units.
        discount: float64, what was taken off, in major units.
        orders: float64.
        soon: bool, whether each ordered within a week of first seeing recommendations.
        exposed_ms: int64, when each first saw recommendations, in ms since 1970; -1 for never.
    """

    revenue: Floats
    profit: Floats
    discount: Floats
    orders: Floats
    soon: np.typing.NDArray[np.bool_]
    exposed_ms: np.typing.NDArray[np.int64]


class _Now:
    """A clock that is moved."""

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def __call__(self) -> int:
        return self.at_ms


class Halt(msgspec.Struct, frozen=True):
    """Somebody looks at a page, or has left already."""

    visit: Visit
    stroll: Stroll


class Done(msgspec.Struct, frozen=True):
    """What somebody did, as it is sent to the shop."""

    events: tuple[Stamped, ...]


Due = Visit | Halt | Done
"""What happens next."""


class World:
    """A copy of the shop in which each shopper is shown what a policy says.

    Args:
        scene: who comes when.
        policy_of: the policy that each shopper is shown, by shopper.
    """

    def __init__(self, scene: Scene, policy_of: Sequence[str]) -> None:
        self._scene = scene
        self._policy_of = policy_of
        self._now = _Now(scene.start_ms)
        self._agenda: list[tuple[int, int, Due]] = []
        self._serial = count()
        self._memories: dict[int, Memory] = {}
        self._places = {one.number: place for place, one in enumerate(scene.shoppers)}
        shoppers = len(scene.shoppers)
        self._spent = np.zeros(shoppers, np.int64)
        self._left = np.zeros(shoppers, np.int64)
        self._off = np.zeros(shoppers, np.int64)
        self._soon = np.zeros(shoppers, bool)
        self._orders = np.zeros(shoppers)
        self._exposed_ms = np.full(shoppers, _NOT_YET, np.int64)

    async def live(self, folder: Path, until_ms: int, what: str, told: Told) -> Lived:
        """Live up to a moment in a data folder that was prepared for the scene.

        Args:
            folder: changed by this.
            until_ms: the end, in ms since 1970.
            what: how to call this world where progress is told.
            told: hears of progress, in days.
        """
        install = Install(settings_of(folder), self._now)
        try:
            workspace = await install.workspace()
            policies = tuple(dict.fromkeys(self._policy_of))
            deed = Deed("rehearsal", self._scene.start_ms)
            await workspace.configurator.apply(files_of(policies), deed)
            await self._with_offers(workspace)
            for visit in self._scene.visits:
                self._plan(visit.start_ms, visit)
            await self._days(workspace, until_ms, what, told)
        finally:
            await install.close()
        money = self._spent / 100, self._left / 100, self._off / 100
        return Lived(*money, self._orders, self._soon, self._exposed_ms)

    async def _with_offers(self, workspace: Workspace) -> None:
        """Take up the uplift models, and let nothing be settled by the machine's own clock."""
        await workspace.counters.renew()
        for task in workspace.upkeep:
            if task.get_name() == "offers":
                task.cancel()

    async def _days(self, workspace: Workspace, until_ms: int, what: str, told: Told) -> None:
        start_ms = self._scene.start_ms
        days, lived = (until_ms - start_ms) // DAY_MS, -1
        while self._agenda and self._agenda[0][0] < until_ms:
            at_ms, _, due = heapq.heappop(self._agenda)
            self._now.at_ms = at_ms
            if (at_ms - start_ms) // DAY_MS > lived:
                lived = (at_ms - start_ms) // DAY_MS
                await workspace.predictor.refresh()
                told(what, lived, days)
            await self._do(workspace, due)
        told(what, days, days)

    async def _do(self, workspace: Workspace, due: Due) -> None:
        match due:
            case Visit():
                memory = self._memories.get(due.shopper.number, NEWCOMER)
                stroll = Stroll(self._scene.shop, due, memory)
                self._plan(stroll.at_ms, Halt(due, stroll))
            case Halt(visit=visit, stroll=stroll):
                await self._halted(workspace, visit, stroll)
            case Done(events=events):
                await self._send(workspace, events)
            case _:
                assert_never(due)

    async def _halted(self, workspace: Workspace, visit: Visit, stroll: Stroll) -> None:
        """Send what was done so far, ask what to show, and let the shopper go on with it."""
        await self._send(workspace, stroll.events)
        nudge = Nudge()
        if stroll.page is not None:
            nudge = await self._nudged(workspace, visit, stroll)
            place = self._places[visit.shopper.number]
            if self._exposed_ms[place] == _NOT_YET:
                self._exposed_ms[place] = self._now.at_ms
        walked = stroll.go_on(nudge)
        self._memories[visit.shopper.number] = walked.memory
        for event in (*stroll.events, *walked.events):
            self._count(visit, event)
        left_ms = walked.memory.left_ms
        soon = tuple(one for one in walked.events if one[0] <= left_ms)
        if soon:
            self._plan(left_ms, Done(soon))
        for one in walked.events:
            if one[0] > left_ms:  # a refund, days later
                self._plan(one[0], Done((one,)))

    async def _nudged(self, workspace: Workspace, visit: Visit, stroll: Stroll) -> Nudge:
        """Return what the page shows and offers, as the engine answers."""
        shop, shopper = self._scene.shop, visit.shopper
        policy = self._policy_of[self._places[shopper.number]]
        page = None if stroll.page is None else shop.items[stroll.page]["id"]
        slots, giving = [Slot(name=slot_of(policy), limit=SHOWN)], gives(policy)
        context = RequestContext(item=page)
        if giving.asks:
            slots.append(Slot(name=offers.placement_of(giving)))
            cart = [(shop.items[code]["id"], count) for code, count in stroll.cart.items()]
            context = RequestContext(item=page, cart=offers.basket(cart, page))
        device = shopper.devices[visit.device]
        subject = Subject(anonymous_id=device.anonymous_id, user_id=stroll.user_id)
        request = DecideRequest(placements=tuple(slots), context=context)
        answer = await workspace.decider.decide(
            request, subject, NO_CHOICES, deadline_ms=_NO_HURRY_MS
        )
        items = answer.decisions[0].items
        found = () if isinstance(items, msgspec.UnsetType) else items
        offer = offers.given_in(answer.decisions[1]) if len(slots) > 1 else None
        if giving is Giving.BY_TRUTH and stroll.page is not None:
            truth, resolve = shop.truths[stroll.page], visit.mission.resolve
            offer = offers.best_for(shopper.taste, truth, resolve)
        return Nudge(frozenset(shop.codes[ItemId(one.id)] for one in found), offer)

    async def _send(self, workspace: Workspace, events: Sequence[Stamped]) -> None:
        raws = [msgspec.json.encode(event) for _, event in events]
        door = Door(source="rehearsal", received_at_ms=self._now.at_ms)
        await workspace.collector.collect(raws, door)
        if any(event.get("event") == ORDER_COMPLETED for _, event in events):
            await workspace.counters.round()

    def _count(self, visit: Visit, stamped: Stamped) -> None:
        at_ms, event = stamped
        minor = revenue_minor(event)
        if minor:
            place = self._places[visit.shopper.number]
            self._spent[place] += minor
            self._left[place] += minor - self._cost_minor(event)
            self._off[place] += round(100 * event["properties"]["discount"])
            self._orders[place] += 1
            seen_ms = self._exposed_ms[place]
            if seen_ms != _NOT_YET and 0 <= at_ms - seen_ms < SOON_MS:
                self._soon[place] = True

    def _cost_minor(self, event: WireEvent) -> int:
        shop = self._scene.shop
        return sum(
            shop.truths[shop.codes[ItemId(line["product_id"])]].cost_minor * line["quantity"]
            for line in event["properties"]["products"]
        )

    def _plan(self, at_ms: int, due: Due) -> None:
        heapq.heappush(self._agenda, (at_ms, next(self._serial), due))
