"""The demo's traffic: generated shoppers who come, look and buy while the server runs."""

import asyncio
from collections.abc import Sequence

import msgspec
import numpy as np

from tailorbird.collect.admit import Door
from tailorbird.compose import Install, Workspace
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.decide.wire import DecideRequest, RequestContext, Slot
from tailorbird.simulate.behavior import live
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import Shopper, make_shoppers
from tailorbird.simulate.wire import WireEvent
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.errors import Overloaded
from tailorbird.spine.events import CART_VIEWED, PRODUCT_VIEWED
from tailorbird.spine.ids import Subject

SEED = 7
"""The seed of the demo's shop and shoppers: history and traffic are of the same ones."""

_SOURCE = "demo-traffic"
_EVENTS_A_SECOND = 3.0
_DEADLINE_MS = 50.0
_DECIDES = 0.4  # of pages ask what to show; all of them would fill the demo's disk for nothing
_PLACEMENTS = {PRODUCT_VIEWED: "product_recs", CART_VIEWED: "cart_recs", "Home": "home_recs"}


async def traffic(install: Install, shoppers: int) -> None:
    """Let shoppers shop until cancelled: their events come in, and their pages ask what to show.

    Args:
        install: where they shop.
        shoppers: how many there are, as when the history was made.
    """
    workspace = await install.workspace()
    shop, people = await asyncio.to_thread(_world, shoppers)
    # Without a seed: luck that repeats would repeat the message ids, and they count once.
    luck = np.random.default_rng()
    for wait_s, event in live(shop, people, luck, events_a_second=_EVENTS_A_SECOND):
        await asyncio.sleep(wait_s)
        try:
            await _send(workspace, event)
        except Overloaded as refusal:
            await asyncio.sleep(refusal.retry_after_s)
            continue
        if luck.random() < _DECIDES:
            await _ask(workspace, event)


async def _send(workspace: Workspace, event: WireEvent) -> None:
    door = Door(source=_SOURCE, received_at_ms=wall_clock())
    await workspace.collector.collect([msgspec.json.encode(event)], door)


async def _ask(workspace: Workspace, event: WireEvent) -> None:
    """Ask what a page of the shop would ask for; other events ask nothing."""
    name = str(event.get("event") or event.get("name") or "")
    placement = _PLACEMENTS.get(name)
    if placement is None:
        return
    item = event.get("properties", {}).get("product_id")
    request = DecideRequest(
        placements=(Slot(name=placement, limit=6),),
        context=RequestContext(item=item),
    )
    subject = Subject(anonymous_id=event.get("anonymousId"), user_id=event.get("userId"))
    await workspace.decider.decide(request, subject, NO_CHOICES, deadline_ms=_DEADLINE_MS)


def _world(shoppers: int) -> tuple[Shop, Sequence[Shopper]]:
    rng = np.random.default_rng(SEED)
    return make_shop(rng, wall_clock()), make_shoppers(rng, shoppers)
