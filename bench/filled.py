"""A shop for benches: generated goods, and generated shoppers with a month behind them."""

from __future__ import annotations

import msgspec
import numpy as np

from tailorbird.collect.admit import Door
from tailorbird.compose import Workspace
from tailorbird.simulate.behavior import history
from tailorbird.simulate.shop import make_shop
from tailorbird.simulate.shoppers import make_shoppers
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import Subject

_A_CHUNK = 500


async def fill(
    shop: Workspace, shoppers: int, days: int, *, size: int = 600, seed: int = 7
) -> list[str]:
    """Fill an empty shop with goods and events; returns the ids of its items."""
    rng, now_ms = np.random.default_rng(seed), wall_clock()
    goods = make_shop(rng, now_ms, size)
    await shop.catalog.put(msgspec.json.encode(list(goods.items)))
    people = make_shoppers(rng, shoppers)
    door = Door(source="bench", received_at_ms=now_ms, historical=True)
    events = [msgspec.json.encode(one) for one in history(goods, people, now_ms, days, rng)]
    for start in range(0, len(events), _A_CHUNK):
        await shop.collector.collect(events[start : start + _A_CHUNK], door)
    await shop.predictor.refresh()
    return [str(item["id"]) for item in goods.items]


async def users(shop: Workspace, most: int) -> list[Subject]:
    """Return some of the users that are known, by when they first came."""
    found = dict[str, Subject]()
    offset = 0
    while len(found) < most and (batch := await shop.log.read(offset, 5_000)):
        offset = batch[-1].offset
        for logged in batch:
            event = logged.event
            if event.user_id is not None:
                found.setdefault(event.user_id, Subject(event.anonymous_id, event.user_id))
    return [*found.values()][:most]
