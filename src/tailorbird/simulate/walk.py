"""How one visit goes: arriving, comparing substitutes, taking one and what goes along with it."""

import math
from typing import Any

import msgspec

from tailorbird.simulate.checkout import check_out
from tailorbird.simulate.choice import (
    NO_NUDGE,
    SURE,
    Nudge,
    attraction,
    consideration,
    purchase_probability,
)
from tailorbird.simulate.families import vocabulary
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Floats, Shop
from tailorbird.simulate.trip import NEWCOMER, Memory, Trip
from tailorbird.simulate.visits import Visit
from tailorbird.simulate.wire import Stamped
from tailorbird.spine.events import (
    LIST_FILTERED,
    LIST_VIEWED,
    PRODUCTS_SEARCHED,
    WISHLISTED,
)

_BOUNCES = 0.26
_GOES_TO_CART = 0.45  # of visits that resume a mission and find something in the cart
_LANDS_ON_ITEM = {"social": 0.5, "email": 0.4, "affiliate": 0.5, "search": 0.25}
_SEARCHES = 0.45
_FILTERS = 0.22
_LOOKS = (0.14, 0.20, 0.24, 0.20, 0.13, 0.09)  # chances of comparing one item, two, up to six
_DRIFTS = 0.12  # after an item, a look at something that has nothing to do with the mission
_PEEKS = 0.12  # after an item, a look at something that goes along with it
_SECOND_LOOK = 0.25
_FAMILIAR = 1.2  # log-odds that an item of an earlier visit is looked at again
_WISHES = 0.12
_SIGNS_IN_AT_ONCE = 0.15
_SIGNS_IN_ON_THE_WAY = 0.22
_TAKES_COMPLEMENT = 0.36  # for each family that goes along with what was taken
_LOOKS_BEFORE_TAKING = 0.6
_TAKES_ON_IMPULSE = 0.04
_THINKS_AGAIN = 0.10
_KEEPS_BOTH = 0.1  # of those who change to a substitute take both after all
_TAKES_TWO = 0.015  # take two substitutes, to choose at home
_LISTED = 8


class Walked(msgspec.Struct, frozen=True):
    """What a visit left behind: its events in time order, and the shopper's memory of it.

    A refund, if any, comes last and lies days ahead.
    """

    events: tuple[Stamped, ...]
    memory: Memory


def walk(shop: Shop, visit: Visit, memory: Memory = NEWCOMER, nudge: Nudge = NO_NUDGE) -> Walked:
    """Return how a visit goes; the same for the same arguments.

    Args:
        shop: where.
        visit: who, when, what for, and the seed of its luck.
        memory: what the shopper remembers of earlier visits.
        nudge: what a policy shows and offers; it changes what is looked at and bought.
    """
    trip = Trip(shop, visit, memory, nudge)
    if enter(trip):
        settle(trip, _compare(trip))
    return walked(trip)


def enter(trip: Trip) -> bool:
    """Come in; return whether the shopper will compare goods, rather than leave or pay at once."""
    if trip.resumed and trip.cart and trip.luck.happens(_GOES_TO_CART):
        trip.pen.land("/", "Home", trip.family)
        trip.pen.page("Home")
        trip.pen.wait(10.0)
        check_out(trip)
        return False
    if not _arrive(trip):
        return False
    _perhaps_sign_in(trip, _SIGNS_IN_AT_ONCE)
    return True


def settle(trip: Trip, looked_at: list[int]) -> None:
    """Make up one's mind about what was looked at, the most tempting first, and pay or leave."""
    _perhaps_sign_in(trip, _SIGNS_IN_ON_THE_WAY)
    _decide(trip, looked_at)
    check_out(trip)


def walked(trip: Trip) -> Walked:
    """Return what a visit that is over left behind."""
    return Walked(events=tuple(trip.pen.events), memory=trip.memory())


def _arrive(trip: Trip) -> bool:
    """Land on some page and find the goods; return False for those who leave at once.

    Who is resolved, either to buy or only to look, does not leave at once.
    """
    family, luck = trip.family, trip.luck
    on_item = luck.happens(_LANDS_ON_ITEM.get(trip.visit.channel, 0.0))
    if not on_item and trip.visit.channel in ("search", "paid_search"):
        trip.pen.land(family.list_path, family.label, family)
        trip.pen.page("Category")
    else:
        path = "/stories" if on_item else "/"
        trip.pen.land(path, "Stories" if on_item else "Home", family)
        trip.pen.page("Stories" if on_item else "Home")
    trip.pen.wait(12.0)
    if luck.happens(_BOUNCES * math.exp(-abs(trip.visit.mission.resolve))):
        return False
    if on_item:
        return True
    if luck.happens(_SEARCHES):
        _search(trip)
    else:
        _browse(trip)
    return True


def _search(trip: Trip) -> None:
    family, luck = trip.family, trip.luck
    word = luck.pick((*family.nouns, family.label)).lower()
    style = vocabulary().styles[trip.visit.mission.line % len(vocabulary().styles)]
    query = f"{style.word.lower()} {word}" if luck.happens(0.3) else word
    trip.pen.open("/search", f"Search: {query}", f"?q={query.replace(' ', '+')}")
    trip.pen.track(PRODUCTS_SEARCHED, {"query": query})
    trip.pen.wait(14.0)


def _browse(trip: Trip) -> None:
    family = trip.family
    trip.pen.open(family.list_path, family.label)
    shown = {
        "list_id": family.name,
        "category": family.category,
        "products": _listed(trip),
    }
    trip.pen.track(LIST_VIEWED, shown)
    trip.pen.wait(16.0)
    if trip.luck.happens(_FILTERS):
        brand = vocabulary().brands[trip.luck.pick(trip.visit.shopper.taste.brands)].name
        choice = {
            "filters": [{"type": "brand", "value": brand}],
            "sorts": [{"type": "price", "value": "asc"}],
        }
        trip.pen.track(LIST_FILTERED, {**shown, **choice})
        trip.pen.wait(12.0)


def _listed(trip: Trip) -> list[dict[str, Any]]:
    """Return the best-known goods of the family as the category page shows them."""
    listed = trip.shop.listings[trip.visit.mission.family]
    now_ms = trip.visit.start_ms
    out = [code for code in listed if trip.shop.truths[code].published_ms <= now_ms]
    return [
        {**trip.shop.products[code], "position": place}
        for place, code in enumerate(out[:_LISTED], start=1)
    ]


def _compare(trip: Trip) -> list[int]:
    """Look at some substitutes; return them, the most tempting first."""
    mission, luck = trip.visit.mission, trip.luck
    shelf = trip.shop.shelves[mission.family]
    utility = temptation(trip)
    codes = consideration(utility, shelf, trip.visit.start_ms, looks(luck), luck)
    # The order of looking is not the order of liking, or the last look would give the choice away.
    for code in luck.several(codes, len(codes)):
        trip.view(code)
        stray(trip, code)
    if len(codes) > 1 and luck.happens(_SECOND_LOOK):
        trip.view(codes[0], 25.0)
    return codes


def temptation(trip: Trip) -> Floats:
    """Return how tempting each item of the mission's shelf is, in log-odds."""
    mission = trip.visit.mission
    shelf = trip.shop.shelves[mission.family]
    utility = attraction(trip.visit.shopper.taste, shelf, mission, trip.nudge)
    for code in trip.favorites:
        utility[shelf.codes == code] += _FAMILIAR
    return utility


def looks(luck: Luck) -> int:
    """Return how many goods somebody compares, from one to six."""
    return 1 + luck.weighted(_LOOKS)


def stray(trip: Trip, code: int) -> None:
    """After an item, look at something else, now and then."""
    if trip.luck.happens(_PEEKS):
        _peek(trip, code)
    elif trip.luck.happens(_DRIFTS):
        trip.view(trip.luck.pick(trip.shop.bestsellers), 15.0)


def _peek(trip: Trip, code: int) -> None:
    along = [other for other in trip.shop.kin.complements[code] if trip.buyable(other)]
    if along:
        trip.view(trip.luck.pick(along), 25.0)


def _decide(trip: Trip, looked_at: list[int]) -> None:
    """Take what tempts most, if at all; then what goes along with it."""
    taste, resolve = trip.visit.shopper.taste, trip.visit.mission.resolve
    # Who is sure to buy takes another of the family when all that they looked at is sold out.
    rest = trip.shop.listings[trip.visit.mission.family] if resolve >= SURE else ()
    code = next((code for code in (*looked_at, *rest) if trip.buyable(code)), None)
    if code is None:
        return
    chance = purchase_probability(taste, trip.shop.truths[code], resolve, trip.nudge)
    if trip.luck.happens(chance):
        _replace(trip, code)
        trip.add(code)
        other = looked_at[-1]
        if trip.luck.happens(_TAKES_TWO) and trip.buyable(other):
            trip.add(other)
        _complete_the_set(trip, code)
    elif trip.luck.happens(_WISHES):
        wish = {**trip.shop.products[code], "wishlist_id": f"wishes-{trip.visit.shopper.number}"}
        trip.pen.track(WISHLISTED, {**wish, "wishlist_name": "Wishes"})


def _replace(trip: Trip, code: int) -> None:
    """Take substitutes of an item out of the cart before it goes in."""
    family = trip.shop.truths[code].family
    rivals = [other for other in trip.cart if trip.shop.truths[other].family == family]
    for rival in rivals:
        if not trip.luck.happens(_KEEPS_BOTH):
            trip.remove(rival)


def _complete_the_set(trip: Trip, code: int) -> None:
    """Add goods that truly go along with an item, one for a family, and now and then a whim."""
    luck, truths = trip.luck, trip.shop.truths
    along: dict[int, list[int]] = {}
    held = {truths[other].family for other in trip.cart}
    for other in trip.shop.kin.complements[code]:
        if trip.buyable(other) and truths[other].family not in held:
            along.setdefault(truths[other].family, []).append(other)
    for others in along.values():
        if luck.happens(_TAKES_COMPLEMENT):
            other = luck.pick(others)
            if luck.happens(_LOOKS_BEFORE_TAKING):
                trip.view(other, 20.0)
            trip.add(other)
    whim = luck.pick(trip.shop.bestsellers)
    if luck.happens(_TAKES_ON_IMPULSE) and trip.buyable(whim) and truths[whim].family not in held:
        trip.add(whim)
    if len(trip.cart) > 1 and luck.happens(_THINKS_AGAIN):
        trip.remove(list(trip.cart)[-1])


def _perhaps_sign_in(trip: Trip, chance: float) -> None:
    known = trip.visit.shopper.user_id is not None
    willing = trip.luck.happens(chance) or trip.visit.mission.resolve >= SURE
    if known and willing and not trip.pen.signed_in:
        trip.pen.sign_in()
        trip.pen.wait(6.0)
