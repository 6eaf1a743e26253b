"""An offer as the answer carries it: what is given, with its reason in words."""

from __future__ import annotations

import msgspec

from tailorbird.decide.offers.choosing import amount_words
from tailorbird.decide.offers.grants import Grant
from tailorbird.decide.offers.lots import Lot
from tailorbird.decide.offers.offer import Offer, OfferKind
from tailorbird.decide.offers.ready import ReadyOffer
from tailorbird.decide.wire import ShownArm, ShownOffer
from tailorbird.spine.clock import format_time
from tailorbird.spine.money import to_major

ON_PERSON = "chosen by how you shop here, and by what is in your cart"
ON_NOBODY = "the same for everybody who may have it"
ON_LEARNED = "chosen by what has come of such offers, now and then by lot"
ON_LOT = "part of a test, how much was drawn by lot"
"""What a discount rests on, in words."""


class Found(msgspec.Struct, frozen=True):
    """What came of the offers of one placement.

    Attributes:
        offer: what is given; None for nothing.
        policy: of the offer that was decided on; None where there was none.
        notice: why nothing, or no discount, is given.
        arm: `treatment` or `control` where the offer holds some people out.
        personal: whether it depends on what is known of the person.
        learned: what a bandit chose.
        lots: what chance decided, to be written down; of each offer that was tried in turn.
    """

    offer: ShownOffer | None = None
    policy: str | None = None
    notice: str | None = None
    arm: str | None = None
    personal: bool = False
    lots: tuple[Lot, ...] = ()
    learned: ShownArm | None = None


def given(one: ReadyOffer, grant: Grant, exposure_id: str) -> ShownOffer:
    """Return a grant as the answer carries it."""
    offer = one.offer
    return ShownOffer(
        id=offer.name,
        kind=offer.kind.value,
        value=grant.depth,
        currency=msgspec.UNSET if offer.kind is OfferKind.PERCENT else offer.currency,
        most=msgspec.UNSET
        if grant.most_minor is None or offer.kind is not OfferKind.PERCENT
        else to_major(grant.most_minor, offer.currency),
        code=grant.code,
        expires_at=format_time(grant.expires_ms),
        exposure_id=exposure_id,
        reason=grant.reason,
    )


def in_place(offer: Offer, exposure_id: str) -> ShownOffer | None:
    """Return what is shown in the place of a discount; None where nothing is configured."""
    if offer.instead is None:
        return None
    return ShownOffer(
        id=offer.instead.id,
        kind=OfferKind.CONTENT.value,
        value=None,
        code=None,
        expires_at=None,
        exposure_id=exposure_id,
        reason=offer.instead.reason,
        data=offer.instead.data,
    )


def reason_words(one: ReadyOffer, depth: float, ground: str) -> str:
    """Return the reason of a discount: what is given, on what it rests, on what it does not."""
    words = amount_words(one.offer, depth)
    words = words[0].upper() + words[1:]
    confessed = one.confessed or "No protected trait and no place plays a part."
    return f"{words}: {ground}. {confessed}"
