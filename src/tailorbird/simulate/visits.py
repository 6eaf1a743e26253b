"""Visits: who comes to the shop when, on which device, by which channel, and what for."""

from collections.abc import Sequence

import msgspec
import numpy as np

from tailorbird.simulate.choice import Mission, Offer
from tailorbird.simulate.families import month_of, vocabulary
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Shop
from tailorbird.simulate.shoppers import Shopper, family_wanted
from tailorbird.spine.clock import DAY_MS, HOUR_MS

# How busy the shop is by local hour, from midnight: asleep, lunch, and the sofa in the evening.
_HOURS = (2, 1, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 10, 9, 8, 8, 8, 9, 11, 14, 16, 15, 10, 5)
# How busy by weekday, from Monday; the busiest is 1.
_WEEKDAYS = (0.85, 0.8, 0.8, 0.8, 0.75, 0.85, 1.0)
_VISITS_A_MISSION = (0.50, 0.28, 0.14, 0.08)  # chances of one visit, two, three, four
_DAYS_BETWEEN = 2.2
_LEAST_GAP_MS = 3 * HOUR_MS  # longer than the longest visit, so that nobody visits twice at once
_OWN_STYLE = 4.0  # how much likelier a line of the shopper's own style is than another
_LETTER = Offer("LETTER10", 0.10)
_WELCOME = Offer("WELCOME5", 0.05)
_LETTER_SHARE = 0.35  # of visits that come by e-mail carry the newsletter's code
_WELCOME_SHARE = 0.06


class Visit(msgspec.Struct, frozen=True):
    """One coming of a shopper to the shop.

    `seed` decides all that happens by chance in it, so that the same visit can be walked with and
    without a nudge. `device` is a place in the shopper's list; `offer` is what they bring along.
    """

    shopper: Shopper
    mission: Mission
    start_ms: int
    device: int
    channel: str
    seed: int
    offer: Offer | None = None


def plan_visits(
    shop: Shop, shoppers: Sequence[Shopper], since_ms: int, until_ms: int, rng: np.random.Generator
) -> list[Visit]:
    """Return everybody's visits between two moments, in the order of their start.

    A mission takes one to four visits over some days; no two visits of a shopper are closer than
    three hours.
    """
    luck = Luck(rng)
    weeks = (until_ms - since_ms) / (7 * DAY_MS)
    rates = np.array([shopper.missions_a_week for shopper in shoppers])
    plans: list[Visit] = []
    for shopper, count in zip(shoppers, rng.poisson(rates * weeks).tolist(), strict=True):
        own: list[Visit] = []
        for number in range(count):
            day_ms = since_ms + round((until_ms - since_ms) * luck.uniform())
            start_ms = _busy_moment(day_ms, shopper, luck)
            mission = make_mission(shop, shopper, number, start_ms, luck)
            own.extend(_mission_visits(shopper, mission, start_ms, luck))
        plans.extend(_spaced([v for v in own if since_ms <= v.start_ms < until_ms]))
    return sorted(plans, key=lambda visit: (visit.start_ms, visit.shopper.number))


def make_mission(shop: Shop, shopper: Shopper, number: int, at_ms: int, luck: Luck) -> Mission:
    """Return what a shopper sets out for: a family by season and interest, a line by style."""
    family = family_wanted(shopper.taste, month_of(at_ms), luck)
    styles = len(vocabulary().styles)
    line = luck.weighted(
        [
            _OWN_STYLE if line % styles == shopper.taste.style else 1.0
            for line in range(shop.line_counts[family])
        ]
    )
    return Mission(number=number, family=family, line=line)


def make_visit(shopper: Shopper, mission: Mission, start_ms: int, luck: Luck) -> Visit:
    """Return one visit on a mission, with device, channel and offer drawn for it."""
    channel = shopper.channel if luck.happens(0.6) else luck.pick(("search", "direct", "email"))
    offer = None
    if channel == "email" and luck.happens(_LETTER_SHARE):
        offer = _LETTER
    elif luck.happens(_WELCOME_SHARE):
        offer = _WELCOME
    devices = len(shopper.devices)
    return Visit(
        shopper=shopper,
        mission=mission,
        start_ms=start_ms,
        device=0 if luck.happens(0.65) else luck.below(devices),
        channel=channel,
        seed=int(luck.uniform() * 2**53),
        offer=offer,
    )


def _mission_visits(shopper: Shopper, mission: Mission, start_ms: int, luck: Luck) -> list[Visit]:
    visits = []
    for _ in range(1 + luck.weighted(_VISITS_A_MISSION)):
        visits.append(make_visit(shopper, mission, start_ms, luck))
        later_ms = start_ms + round((0.3 + luck.wait(_DAYS_BETWEEN)) * DAY_MS)
        start_ms = _busy_moment(later_ms, shopper, luck)
    return visits


def _busy_moment(day_ms: int, shopper: Shopper, luck: Luck) -> int:
    """Return a moment on about that day at which people of that place go shopping."""
    day = day_ms // DAY_MS
    while not luck.happens(_WEEKDAYS[(day + 3) % 7]):  # day 0, 1970-01-01, was a Thursday
        day += 1
    local_hour = luck.weighted(_HOURS) + luck.uniform()
    return day * DAY_MS + round((local_hour - shopper.place.utc_offset_h) * HOUR_MS)


def _spaced(visits: list[Visit]) -> list[Visit]:
    kept: list[Visit] = []
    for visit in sorted(visits, key=lambda visit: visit.start_ms):
        if not kept or visit.start_ms - kept[-1].start_ms >= _LEAST_GAP_MS:
            kept.append(visit)
    return kept
