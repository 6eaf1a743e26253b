"""Homes and networks of shoppers: who lives with whom, and from which address a visit comes.

Some shoppers live together: they share a home's network, its country and sometimes an interest,
and are two people all the same. Telephones are half the time in networks that thousands share,
desktops now and then in an office, and a home's prefix changes now and then, as providers do.
All addresses are of the range that is kept for documentation (2001:db8::/32, RFC 3849).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shoppers import Shopper
from tailorbird.simulate.visits import Visit
from tailorbird.simulate.wire import Stamped
from tailorbird.spine.clock import DAY_MS, HOUR_MS

_LIVES_TOGETHER = 0.214  # of homes, so that four shoppers in ten live with another: a hard case
_SIZES = (0.65, 0.25, 0.10)  # of such homes have two, three, four shoppers
_SHARED_INTEREST = 0.4
_SAME_PREFIX = 0.1  # of homes share a prefix with a stranger's
_WEEKLY_CHANGE = 0.25
_WEEKS_AT_MOST = 12
_CARRIERS = 6  # networks of telephones in a country
_OFFICE_PEOPLE = 15
_HAS_OFFICE = 0.5
_AT_HOME = {"desktop": 0.92, "tablet": 0.92, "mobile": 0.6}
_BEARS_RECIPIENT = 0.3  # of newsletter visits have the copy's id in their address
_WORK_FROM, _WORK_TO = 9, 17
_SATURDAY = 5


class Home(msgspec.Struct, frozen=True):
    """Where a shopper lives and works: numbers of homes, offices and countries."""

    home: int
    office: int | None


class Homes:
    """Who lives where, and the addresses that follow from it; the same for the same seed."""

    def __init__(self, homes: dict[int, Home], seed: int) -> None:
        self._homes = homes
        self._seed = seed
        self._numbers: dict[tuple[object, ...], int] = {}

    def home(self, shopper: int) -> int:
        """Return the number of a shopper's home; who has the same lives together."""
        return self._homes[shopper].home

    def address(self, visit: Visit) -> str:
        """Return from which address a visit comes."""
        luck = Luck(np.random.default_rng((self._seed, visit.seed & 0xFFFFFFFF)))
        shopper, kind = visit.shopper, visit.shopper.devices[visit.device].kind
        lives = self._homes[shopper.number]
        if kind == "desktop" and lives.office is not None and _working(visit) and luck.happens(0.6):
            return self._written("office", lives.office)
        if luck.happens(_AT_HOME[kind]):
            return self._written(*self._home_network(lives.home, visit.start_ms))
        if kind == "mobile":
            return self._written("carrier", shopper.place.country, luck.below(_CARRIERS))
        return self._written("away", visit.seed)

    def dressed(self, visit: Visit, events: Sequence[Stamped]) -> list[Stamped]:
        """Return a visit's events with its address, as a server in front would tell it."""
        address = self.address(visit)
        luck = Luck(np.random.default_rng((self._seed + 1, visit.seed & 0xFFFFFFFF)))
        bears = visit.channel == "email" and luck.happens(_BEARS_RECIPIENT)
        recipient = f"mc_eid=r{visit.shopper.number}" if bears else None
        return [(at_ms, _with(event, address, recipient)) for at_ms, event in events]

    def _home_network(self, home: int, at_ms: int) -> tuple[object, ...]:
        """Return the prefix of a home in a week; most keep theirs for some weeks."""
        week = at_ms // (7 * DAY_MS)
        oldest = week - _WEEKS_AT_MOST
        while week > oldest and self._roll(home, week) >= _WEEKLY_CHANGE:
            week -= 1
        if self._roll(home // 2, -1) < _SAME_PREFIX:
            return ("home", home // 2, "of two")
        return ("home", home, week)

    def _roll(self, home: int, week: int) -> float:
        return crc32(f"{self._seed} {home} {week}".encode()) / 2**32

    def _written(self, *network: object) -> str:
        number = self._numbers.setdefault(network, len(self._numbers) + 1)
        return f"2001:db8:{number & 0xFFFF:x}::1"


def make_homes(
    shoppers: Sequence[Shopper], rng: np.random.Generator
) -> tuple[tuple[Shopper, ...], Homes]:
    """Return shoppers who have moved in with each other, and where they all live.

    Args:
        shoppers: as made; some change country, and some take up an interest of whom they live with.
        rng: decides who lives with whom.
    """
    luck = Luck(rng)
    seed = int(rng.integers(2**31))
    homes: dict[int, Home] = {}
    moved: list[Shopper] = []
    waiting = list(shoppers)
    number = 0
    offices = max(1, round(len(waiting) * _HAS_OFFICE / _OFFICE_PEOPLE))
    while waiting:
        together = luck.happens(_LIVES_TOGETHER)
        size = 2 + luck.weighted(_SIZES) if together else 1
        living, waiting = waiting[:size], waiting[size:]
        head = living[0]
        for one in living:
            office = luck.below(offices) if luck.happens(_HAS_OFFICE) else None
            homes[one.number] = Home(number, office)
            moved.append(one if one is head else _moved_in(one, head, luck))
        number += 1
    return tuple(moved), Homes(homes, seed)


def _moved_in(one: Shopper, head: Shopper, luck: Luck) -> Shopper:
    taste = one.taste
    if luck.happens(_SHARED_INTEREST):
        interests = tuple(dict.fromkeys((head.taste.interests[0], *taste.interests)))[:3]
        taste = msgspec.structs.replace(taste, interests=interests)
    return msgspec.structs.replace(one, place=head.place, taste=taste)


def _working(visit: Visit) -> bool:
    local_ms = visit.start_ms + visit.shopper.place.utc_offset_h * HOUR_MS
    weekday = (local_ms // DAY_MS + 3) % 7  # day 0, 1970-01-01, was a Thursday
    return weekday < _SATURDAY and _WORK_FROM <= local_ms % DAY_MS // HOUR_MS < _WORK_TO


def _with(event: dict[str, Any], address: str, recipient: str | None) -> dict[str, Any]:
    context = event["context"]
    if "userAgent" not in context:
        return event
    page = context.get("page")
    if recipient is not None and isinstance(page, dict):
        page = {**page, "search": f"?{recipient}"}
        context = {**context, "page": page}
    return {**event, "context": {**context, "ip": address}}
