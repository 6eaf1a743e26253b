"""The demo's traffic: generated shoppers who come, look and buy while the server runs."""

import asyncio
from collections.abc import Sequence
from typing import Any

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
from tailorbird.spine.clock import MINUTE_MS, parse_time_ms, wall_clock
from tailorbird.spine.errors import Overloaded
from tailorbird.spine.events import (
    CART_VIEWED,
    PRODUCT_VIEWED,
    RECOMMENDATION_CLICKED,
    RECOMMENDATION_VIEWED,
)
from tailorbird.spine.ids import Subject

SEED = 7
"""The seed of the demo's shop and shoppers: history and traffic are of the same ones."""

_SOURCE = "demo-traffic"
_EVENTS_A_SECOND = 3.0
_DEADLINE_MS = 50.0
_DECIDES = 0.4  # of pages ask what to show; all of them would fill the demo's disk for nothing
_ON_SCREEN = 4
_FORGOTTEN_MS = 30 * MINUTE_MS  # what was shown in an earlier visit is not clicked any more
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
    seen = Seen()
    for wait_s, event in live(shop, people, luck, events_a_second=_EVENTS_A_SECOND):
        await asyncio.sleep(wait_s)
        try:
            await _send(workspace, [*seen.clicks(event), event])
            if luck.random() < _DECIDES:
                await _send(workspace, seen.shown(event, await _asked(workspace, event)))
        except Overloaded as refusal:
            await asyncio.sleep(refusal.retry_after_s)


class Seen:
    """What shoppers have on the screen: they click if what they want to see next is among it."""

    def __init__(self) -> None:
        self._by_visitor: dict[str, tuple[int, dict[str, dict[str, Any]]]] = {}

    def shown(self, event: WireEvent, exposures: list[dict[str, Any]]) -> list[WireEvent]:
        """Take in what the page of an event shows; return the events that say it was seen.

        Args:
            event: the page.
            exposures: what `properties` say of each item: its id, placement, position, exposure.
        """
        if exposures:
            by_item = {one["product_id"]: one for one in exposures}
            self._by_visitor[event["anonymousId"]] = _at_ms(event), by_item
        return [_about(event, RECOMMENDATION_VIEWED, one) for one in exposures]

    def clicks(self, event: WireEvent) -> list[WireEvent]:
        """Return the click by which a shopper came to the product of an event, if it was shown."""
        if event.get("event") != PRODUCT_VIEWED:
            return []
        at_ms, exposures = self._by_visitor.pop(event["anonymousId"], (0, {}))
        one = exposures.get(event["properties"]["product_id"])
        if one is None or _at_ms(event) - at_ms > _FORGOTTEN_MS:
            return []
        return [_about(event, RECOMMENDATION_CLICKED, one)]


def _about(event: WireEvent, name: str, exposure: dict[str, Any]) -> WireEvent:
    """Return the event that tells of an exposure, written where another event was."""
    message = f"{event['messageId']}-{exposure['exposureId']}"
    return {**event, "type": "track", "event": name, "messageId": message, "properties": exposure}


def _at_ms(event: WireEvent) -> int:
    return parse_time_ms(event["timestamp"])


async def _send(workspace: Workspace, events: list[WireEvent]) -> None:
    if events:
        door = Door(source=_SOURCE, received_at_ms=wall_clock())
        await workspace.collector.collect([msgspec.json.encode(event) for event in events], door)


async def _asked(workspace: Workspace, event: WireEvent) -> list[dict[str, Any]]:
    """Return what a page of the shop gets when it asks what to show; other events ask nothing."""
    name = str(event.get("event") or event.get("name") or "")
    placement = _PLACEMENTS.get(name)
    if placement is None:
        return []
    item = event.get("properties", {}).get("product_id")
    request = DecideRequest(
        placements=(Slot(name=placement, limit=_ON_SCREEN),),
        context=RequestContext(item=item),
    )
    subject = Subject(anonymous_id=event.get("anonymousId"), user_id=event.get("userId"))
    answer = await workspace.decider.decide(request, subject, NO_CHOICES, deadline_ms=_DEADLINE_MS)
    items = answer.decisions[0].items
    return [
        {
            "exposureId": one.exposure_id,
            "product_id": one.id,
            "placement": placement,
            "position": one.position,
        }
        for one in (() if isinstance(items, msgspec.UnsetType) else items)
    ]


def _world(shoppers: int) -> tuple[Shop, Sequence[Shopper]]:
    rng = np.random.default_rng(SEED)
    return make_shop(rng, wall_clock()), make_shoppers(rng, shoppers)
