"""Drawing: what one person and basket get, by the policy or by lot, and with which chances."""

from __future__ import annotations

import msgspec

from tailorbird.decide.offers.basket import Basket
from tailorbird.decide.offers.choosing import (
    Chosen,
    NotChosen,
    Said,
    at_depth,
    chosen,
    possible_depths,
)
from tailorbird.decide.offers.lots import NOTHING, Lot, is_held_out, lot_of, tried_depth
from tailorbird.decide.offers.offer import Offer

HELD_OUT = "held out"
TRIED = "drawn by lot, to learn what it changes"


class Draw(msgspec.Struct, frozen=True):
    """What somebody gets.

    Attributes:
        depth: a discount, or why there is none.
        lot: what to write down of it; None where chance had no say.
        held_out: whether the lot said: nothing.
        tried: whether the lot said how deep.
    """

    depth: Chosen | NotChosen
    lot: Lot | None = None
    held_out: bool = False
    tried: bool = False


def drawn(offer: Offer, basket: Basket, said: Said, luck: float) -> Draw:
    """Return what one person and basket get.

    Args:
        offer: which.
        basket: what it is for.
        said: what an uplift model says of the person.
        luck: the person's for this offer, in [0, 1).
    """
    policy = chosen(offer, basket, said)
    if not (offer.holdout or offer.explore):
        return Draw(policy)
    by_policy = policy.depth if isinstance(policy, Chosen) else NOTHING
    possible = possible_depths(offer, basket) if offer.explore else ()
    if is_held_out(offer, luck):
        lot = lot_of(offer, NOTHING, by_policy, possible)
        return Draw(NotChosen(HELD_OUT), lot, held_out=True)
    tried = tried_depth(offer, luck, possible)
    if tried is not None:
        lot = lot_of(offer, tried, by_policy, possible)
        return Draw(at_depth(offer, basket, tried, TRIED), lot, tried=True)
    return Draw(policy, lot_of(offer, by_policy, by_policy, possible))


def deepest_of(lot: Lot) -> float:
    """Return the deepest that the lot could have given."""
    return max(float(depth) for depth in lot.action_probabilities)
