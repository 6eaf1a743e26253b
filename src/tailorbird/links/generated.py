"""A generated shop whose truth is known: who is behind which browser, and what each let be seen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from tailorbird.collect.admit import Admitted, Door, House, admit
from tailorbird.collect.contacts import Pseudonyms
from tailorbird.identity.resolve import Graph, resolve
from tailorbird.links.crowd import Owner, owners_of
from tailorbird.links.signals import Signals
from tailorbird.links.stays import Stays
from tailorbird.simulate.homes import Homes, make_homes
from tailorbird.simulate.shop import Shop, make_shop
from tailorbird.simulate.shoppers import Shopper, make_shoppers
from tailorbird.simulate.trip import NEWCOMER, Memory
from tailorbird.simulate.visits import Visit, plan_visits
from tailorbird.simulate.walk import walk
from tailorbird.simulate.wire import Stamped
from tailorbird.spine.clock import DAY_MS, parse_time_ms
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import ItemId

END_MS = parse_time_ms("2026-05-04T00:00:00Z")
WEEK_MS = 7 * DAY_MS
_ITEMS = 600


class Town(msgspec.Struct, frozen=True, eq=False):
    """Shoppers of one shop, and their visits in the order of their start."""

    shop: Shop
    shoppers: tuple[Shopper, ...]
    homes: Homes
    visits: tuple[Visit, ...]

    def behind(self) -> Mapping[str, Shopper]:
        """Return who is behind each browser: what no shop knows."""
        return {device.anonymous_id: one for one in self.shoppers for device in one.devices}


class Watched(msgspec.Struct, frozen=True, eq=False):
    """What the shop has come to know: stays, and whose each browser is by its logins."""

    stays: Stays
    owners: Mapping[str, Owner]


def make_town(shoppers: int, days: int, seed: int) -> Town:
    """Return a town whose shoppers visit for so many days up to `END_MS`."""
    rng = np.random.default_rng((seed, 7))
    since_ms = END_MS - days * DAY_MS
    shop = make_shop(rng, since_ms, _ITEMS)
    people, homes = make_homes(make_shoppers(rng, shoppers), rng)
    visits = plan_visits(shop, people, since_ms, END_MS, rng)
    return Town(shop, people, homes, tuple(visits))


def told_by(town: Town) -> list[Stamped]:
    """Return what the browsers send, in time order, as the collecting door takes it."""
    memories: dict[int, Memory] = {}
    events: list[Stamped] = []
    for visit in town.visits:
        number = visit.shopper.number
        gone = walk(town.shop, visit, memories.get(number, NEWCOMER))
        memories[number] = gone.memory
        events.extend(town.homes.dressed(visit, gone.events))
    return sorted((one for one in events if one[0] < END_MS), key=lambda one: one[0])


def watched(events: Sequence[Stamped], since_ms: int = 0) -> Watched:
    """Return what links rest on, made by the door's own admission and the shop's own identity."""
    signals = Signals(b"")
    house = House(Pseudonyms(b"generated"), _no_facets, (signals,))
    graph = Graph({}, {})
    stays = Stays()
    for offset, (at_ms, event) in enumerate(events, start=1):
        signals.key = hashlib.blake2b(f"week {at_ms // WEEK_MS}".encode()).digest()[:32]
        door = Door(source="generated", received_at_ms=at_ms)
        admitted = admit(msgspec.json.encode(event), door, house)
        if isinstance(admitted, Admitted):
            resolve(graph, LoggedEvent(offset, admitted.event))
            if at_ms >= since_ms:
                stays.add(admitted.event)
    return Watched(stays, owners_of(list(stays.all()), graph.links, graph.nodes))


def _no_facets(_item: ItemId) -> tuple[str, ...]:
    return ()
