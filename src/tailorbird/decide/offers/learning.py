"""Offers by bandit: every depth of every offer is an arm, and so is giving nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from tailorbird.decide.bandits.choosing import Choice
from tailorbird.decide.bandits.policy import Arm
from tailorbird.decide.offers.basket import Basket, Find
from tailorbird.decide.offers.choosing import Chosen, at_depth, possible_depths
from tailorbird.decide.offers.offer import OfferKind
from tailorbird.decide.offers.ready import ReadyOffer
from tailorbird.decide.wire import ShownArm

NOTHING = "nothing"
LEARNED = "chosen by what has come of such offers"
NONE_LEFT = "the bandit's guardrails leave nothing to give"


class Learner(Protocol):
    """The bandit of a placement, asked once for one shopper."""

    def choose(self, arms: tuple[Arm, ...]) -> Choice | None:
        """Return the arm to give; None where the guardrails leave none."""
        ...

    def given(self, choice: Choice, exposure_id: str) -> ShownArm:
        """Note that it was given, and return it as it is written down."""
        ...


class Option(msgspec.Struct, frozen=True):
    """One thing that could be given.

    Attributes:
        name: of the arm: `nothing`, `OFFER@DEPTH`, or `OFFER/INSTEAD`.
        one: the offer; None for nothing.
        depth: the discount; None for what stands in its place.
    """

    name: str = NOTHING
    one: ReadyOffer | None = None
    depth: Chosen | None = None

    def arm(self, stock: int | None) -> Arm:
        """Return the arm of the bandit; a discount promotes what is in the cart."""
        discount = self.depth is not None
        return Arm(self.name, stock if discount else None, discount)


def options_of(one: ReadyOffer, basket: Basket) -> Iterator[Option]:
    """Yield what one offer could give on a basket: within floor, ceiling and margin."""
    offer = one.offer
    if offer.kind is not OfferKind.CONTENT:
        for depth in possible_depths(offer, basket):
            made = at_depth(offer, basket, depth, LEARNED)
            yield Option(f"{offer.name}@{depth:g}", one, made)
    if offer.instead is not None:
        yield Option(f"{offer.name}/{offer.instead.id}", one)


def least_stock(basket: Basket, find: Find) -> int | None:
    """Return how many there are of what is scarcest in a basket; None where nobody counts."""
    items = (find(line.item) for line in basket.lines)
    counted = [one.stock for one in items if one is not None and one.stock is not None]
    return min(counted, default=None)
