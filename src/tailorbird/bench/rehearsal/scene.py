"""The scene of a rehearsal: a shop with a past, trained on it, and the visits that are to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.bench.rehearsal.policies import CONTROL, learns, offers
from tailorbird.beside import model_store, training_source
from tailorbird.collect.admit import Door
from tailorbird.compose import Install
from tailorbird.predict.trainer import Plan as Training
from tailorbird.predict.trainer import TooLittleData, train
from tailorbird.settings import Settings
from tailorbird.simulate.behavior import history
from tailorbird.simulate.sensitivity import sensitive
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import Shopper, make_shoppers
from tailorbird.simulate.visits import Visit, plan_visits
from tailorbird.simulate.wire import WireEvent
from tailorbird.spine.clock import DAY_MS, parse_time_ms
from tailorbird.spine.events import ORDER_COMPLETED
from tailorbird.spine.ids import DEFAULT_WORKSPACE

START_MS = parse_time_ms("2026-03-02T00:00:00Z")
"""When every rehearsal begins, so that the same seed has the same season."""

NEVER_S = 1_000_000
_CHUNK = 1_000
_FIT_SECONDS = 600.0  # more than it takes: training that is cut short is not the same twice
Floats = NDArray[np.float64]
Told = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is; 0 for unknown."""


class Plan(msgspec.Struct, frozen=True):
    """What to rehearse.

    Attributes:
        shoppers: how many come to the shop.
        days: how long the experiment lasts.
        past_days: how long the shop has been watched before.
        seed: of everything.
        policies: what is compared; the first is the control.
        holdout: share of shoppers whom the experiment does not reach; they see the control's.
        items: how many the shop has.
        learn_days: how long offers are given by lot before, where a policy needs that.
        learn_shoppers: how many there are then; the rest of them never come again. 0: the same.
    """

    shoppers: int = 2_000
    days: int = 14
    past_days: int = 30
    seed: int = 1
    policies: tuple[str, ...] = (CONTROL, "session", "blend")
    holdout: float = 0.05
    items: int = 600
    learn_days: int = 28
    learn_shoppers: int = 0


class Scene(msgspec.Struct, frozen=True, eq=False):
    """A shop at the moment at which the experiment begins.

    Attributes:
        shop, shoppers: who shops where.
        start_ms: when that is.
        visits: all visits during the experiment, in the order of their start.
        before: float64[shoppers], what each has spent in the past, in major units.
        came: float64[shoppers], how many events each has left in the past.
    """

    shop: Shop
    shoppers: tuple[Shopper, ...]
    start_ms: int
    visits: tuple[Visit, ...]
    before: Floats
    came: Floats

    def first(self, count: int) -> Scene:
        """Return the scene with its first shoppers only."""
        kept = self.shoppers[:count]
        last = kept[-1].number if kept else 0
        visits = tuple(one for one in self.visits if one.shopper.number <= last)
        return msgspec.structs.replace(
            self,
            shoppers=kept,
            visits=visits,
            before=self.before[:count],
            came=self.came[:count],
        )


def settings_of(folder: Path) -> Settings:
    """Return the settings of a rehearsal's data folder: nothing happens by the machine's clock."""
    return Settings(data=str(folder), recent_seconds=NEVER_S)


async def prepare(folder: Path, plan: Plan, told: Told) -> Scene:
    """Fill a data folder with a shop's past, train the models on it, and return the scene."""
    rng = np.random.default_rng(plan.seed)
    shop = make_shop(rng, START_MS - plan.past_days * DAY_MS, plan.items)
    shoppers = make_shoppers(rng, _most(plan))
    if offers(plan.policies):
        shoppers = tuple(sensitive(one) for one in shoppers)
    spent: Counter[int] = Counter()
    came: Counter[int] = Counter()
    owner = {device.anonymous_id: one.number for one in shoppers for device in one.devices}
    install = Install(settings_of(folder), lambda: START_MS, serving=False)
    try:
        workspace = await install.workspace()
        await workspace.catalog.put(msgspec.json.encode(list(shop.items)))
        events = history(shop, shoppers, START_MS, plan.past_days, rng)
        done = 0
        for chunk in _chunks(events):
            door = Door(source="rehearsal", received_at_ms=START_MS, historical=True)
            await workspace.collector.collect([msgspec.json.encode(one) for one in chunk], door)
            done += len(chunk)
            told("collecting the past", done, 0)
            for event in chunk:
                number = owner[event["anonymousId"]]
                came[number] += 1
                spent[number] += revenue_minor(event)
    finally:
        await install.close()
    _train(settings_of(folder), np.random.default_rng([plan.seed, 1]), told)
    return Scene(
        shop=shop,
        shoppers=shoppers,
        start_ms=START_MS,
        visits=coming(shop, shoppers, (START_MS, plan.days), [plan.seed, 2]),
        before=np.array([spent[one.number] / 100 for one in shoppers]),
        came=np.array([float(came[one.number]) for one in shoppers]),
    )


def _most(plan: Plan) -> int:
    """Return how many shoppers there ever are."""
    return max(plan.shoppers, plan.learn_shoppers if learns(plan.policies) else 0)


def coming(
    shop: Shop, shoppers: tuple[Shopper, ...], when: tuple[int, int], seed: list[int]
) -> tuple[Visit, ...]:
    """Return the visits from a moment on, for so many days, by a luck of their own."""
    since_ms, days = when
    luck = np.random.default_rng(seed)
    return tuple(plan_visits(shop, shoppers, since_ms, since_ms + days * DAY_MS, luck))


def revenue_minor(event: WireEvent) -> int:
    """Return what an event earns, in minor units: an order's goods less its discount, else 0."""
    if event.get("event") != ORDER_COMPLETED:
        return 0
    minor: int = round(100 * event["properties"]["revenue"])
    return minor


def _train(settings: Settings, rng: np.random.Generator, told: Told) -> None:
    store = model_store(settings, DEFAULT_WORKSPACE)
    source = training_source(settings, DEFAULT_WORKSPACE)
    training = Training(budget_seconds=_FIT_SECONDS)
    try:
        train(source, store, START_MS, rng, plan=training, told=lambda step: told(step, 0, 0))
    except TooLittleData as refusal:
        told(f"nothing to train on: {refusal.detail}", 0, 0)


def _chunks(events: Iterator[WireEvent]) -> Iterator[list[WireEvent]]:
    chunk: list[WireEvent] = []
    for event in events:
        chunk.append(event)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
