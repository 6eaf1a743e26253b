"""The moment of a decision: who is there, on which page, and what that says of their wishes."""

from __future__ import annotations

from math import exp2

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.collect.circumstances import channel_of
from tailorbird.decide.wire import RequestContext
from tailorbird.links.lending import Loan
from tailorbird.predict.collaborative import REMEMBERED
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.price_lists import PriceFit
from tailorbird.predict.sessions import Codes, Vocabulary
from tailorbird.profile.affinity import LONG_HALF_LIFE_MS, SHORT_HALF_LIFE_MS, Pulls, join_pulls
from tailorbird.profile.cart import in_cart
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import last_items, session_items
from tailorbird.spine.facets import category_path
from tailorbird.spine.ids import ItemId

STRONGEST_LEANINGS = 16
_LAST_ITEMS = 8
LONG_SHARE = 0.5
"""What the long sum of a leaning counts beside the short one."""
_SHORT_GONE_MS = 20 * SHORT_HALF_LIFE_MS  # after twenty half-lives nothing is left
_LEAST_WEIGHT = 0.15  # leans to tags and to what nearly all items share decide nothing

NO_CODES: Codes = np.zeros(0, np.int32)
NO_PULLS: NDArray[np.float32] = np.zeros(0, np.float32)


class Moment(msgspec.Struct, frozen=True, gc=False):
    """All that the placements of one request share.

    Attributes:
        now_ms: when.
        profile: the person's, None for somebody unknown or unwilling.
        session: item codes of the visit that is going on, oldest first, the page's item last.
        past: item codes touched last before this visit, oldest first.
        page_item: the item of the page.
        cart_ids: what is in the cart, as the page says or else as the profile knows.
        cart: item codes of these.
        category: facet code of the page's category, -1 for none.
        channel: how the visitor came.
        facets: codes of what they lean to, strongest first.
        pulls: how strongly, 0 to 1.
        generic: personalization is not allowed.
        price_fit: how prices suit them, where they buy by a list of their own.
        loan: leanings of somebody who is probably the same; `facets` and `pulls` have them in.
    """

    now_ms: int
    context: RequestContext
    profile: Profile | None = None
    session: Codes = NO_CODES
    session_ids: tuple[ItemId, ...] = ()
    past: Codes = NO_CODES
    page_item: ItemId | None = None
    cart_ids: tuple[ItemId, ...] = ()
    cart: Codes = NO_CODES
    category: int = -1
    channel: str | None = None
    facets: NDArray[np.int32] = NO_CODES
    pulls: NDArray[np.float32] = NO_PULLS
    generic: bool = False
    loan: Loan | None = None
    price_fit: PriceFit | None = None

    @property
    def anchors(self) -> Codes:
        """What complements and look-alikes are sought for: the page's item, else the cart."""
        if self.page_item is not None and len(self.session):
            return self.session[-1:]
        return self.cart if len(self.cart) else self.session[-1:]


def moment(
    profile: Profile | None,
    context: RequestContext,
    predictor: Predictor,
    now_ms: int,
    loan: Loan | None = None,
) -> Moment:
    """Return the moment of a request for a person who may be personalized for."""
    page_item = None if context.item is None else ItemId(str(context.item))
    visited = () if profile is None else session_items(profile, now_ms)
    session_ids = tuple(item for item in visited if item != page_item)
    if page_item is not None:
        session_ids = (*session_ids, page_item)
    past: tuple[ItemId, ...] = ()
    if profile is not None and not session_ids:
        past = tuple(touch.item for touch in reversed(last_items(profile, _LAST_ITEMS)))
    leanings: Pulls = {} if profile is None else profile.facets
    if loan is not None:
        leanings = join_pulls(leanings, loan.pulls)
    facets, pulls = _leanings(leanings, predictor, now_ms)
    in_it = cart_items(profile, context)
    return Moment(
        now_ms=now_ms,
        context=context,
        profile=profile,
        session=predictor.codes(session_ids),
        session_ids=session_ids,
        past=predictor.codes(past),
        page_item=page_item,
        cart_ids=in_it,
        cart=predictor.codes(in_it),
        category=_category(context, predictor.table.facets),
        channel=_channel(profile, context),
        facets=facets,
        pulls=pulls,
        loan=loan,
    )


def long_past(here: Moment, predictor: Predictor) -> Codes:
    """Return the items that the person dealt with last in any visit or order, newest first."""
    if here.profile is None:
        return np.ascontiguousarray(here.session[::-1])
    names = [touch.item for touch in last_items(here.profile, REMEMBERED)]
    if here.page_item is not None:
        names = [here.page_item, *(one for one in names if one != here.page_item)]
    return predictor.codes(names)


def generic_moment(context: RequestContext, now_ms: int) -> Moment:
    """Return the moment of a request whose visitor said no: nothing personal is looked at."""
    in_it = cart_items(None, context)
    return Moment(now_ms=now_ms, context=context, cart_ids=in_it, generic=True)


def cart_items(profile: Profile | None, context: RequestContext) -> tuple[ItemId, ...]:
    """Return what is in the cart: as the page says, else as the profile knows."""
    if context.cart:
        return tuple(ItemId(str(line.item)) for line in context.cart)
    return () if profile is None else tuple(line.item for line in in_cart(profile.cart))


def _category(context: RequestContext, facets: Vocabulary) -> int:
    path = category_path(context.category)
    for depth in range(len(path), 0, -1):
        code = facets.codes.get(f"category:{' > '.join(path[:depth])}")
        if code is not None:
            return code
    return -1


def _channel(profile: Profile | None, context: RequestContext) -> str | None:
    if context.channel is not None:
        return context.channel
    if context.campaign is not None:
        return channel_of(context.campaign, None, None)
    if profile is not None and profile.presence.last_arrival is not None:
        return profile.presence.last_arrival.channel or None
    return None


def _leanings(
    pulls: Pulls, predictor: Predictor, now_ms: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the strongest leanings as arrays: facet codes, and pulls from 1 down.

    A pull is the short sum plus half the long one, decayed to now, times what the facet says.
    The strongest counts 1, the others in proportion, so that a person of few acts and one of many
    are lifted alike.
    """
    code_of, weights = predictor.table.facets.codes.get, predictor.leaders.facet_weights
    known = len(weights)
    last_ms, long_left, short_left = -1, 0.0, 0.0  # one act pulls at several facets at once
    found: list[tuple[float, int]] = []
    for facet, pull in pulls.items():
        code = code_of(facet, known)
        if code >= known or (weight := weights[code]) < _LEAST_WEIGHT:
            continue
        if pull.last_ms != last_ms:
            last_ms = pull.last_ms
            age = now_ms - last_ms
            long_left = LONG_SHARE * exp2(-age / LONG_HALF_LIFE_MS)
            short_left = exp2(-age / SHORT_HALF_LIFE_MS) if age < _SHORT_GONE_MS else 0.0
        found.append(((pull.long * long_left + pull.short * short_left) * weight, code))
    if not found:
        return NO_CODES, NO_PULLS
    found.sort(reverse=True)
    strongest = found[:STRONGEST_LEANINGS]
    top = strongest[0][0] or 1.0
    return (
        np.array([code for _, code in strongest], np.int32),
        np.array([pull / top for pull, _ in strongest], np.float32),
    )
