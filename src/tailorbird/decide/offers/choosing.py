"""How deep an offer is for one person and one basket: by uplift, by margin, between the bounds."""

from __future__ import annotations

import msgspec

from tailorbird.decide.offers.basket import Basket
from tailorbird.decide.offers.offer import Offer, OfferKind
from tailorbird.spine.money import exponent, to_minor

ByMargin = tuple[tuple[float, tuple[float | None, ...]], ...]
"""From which margin on, and the depth in percent by decile; None where none earned."""


class Told(msgspec.Struct, frozen=True):
    """What an uplift model says of one person.

    Attributes:
        model: its version.
        effect: the expected change of the chance to buy.
        decile: 1 (moved most) to 10.
        treated_rate, held_out_rate: how many of the decile bought in the trial, by arm.
        depths: what lots have shown to earn most, by margin. Empty while nobody has measured.
        alike: whether it could not be told whom the offer moves more: all deciles are one.
    """

    model: str
    effect: float
    decile: int
    treated_rate: float
    held_out_rate: float
    depths: ByMargin = ()
    alike: bool = False


class Untold(msgspec.Struct, frozen=True):
    """No model speaks of this person; why, as half a sentence."""

    reason: str


Said = Told | Untold

_NEARLY = 1e-9


class Chosen(msgspec.Struct, frozen=True):
    """A discount.

    Attributes:
        depth: in percent or major units.
        cost_minor: what it takes off this basket.
        hold_minor: what to hold of the budget: the most that may come of it.
        most_minor: the most that the shop may take off for it; None where there is no limit.
        why: what it rests on, as half a sentence.
    """

    depth: float
    cost_minor: int
    hold_minor: int
    most_minor: int | None
    why: str


class NotChosen(msgspec.Struct, frozen=True):
    """No discount; why, as half a sentence."""

    why: str


def chosen(offer: Offer, basket: Basket, said: Said) -> Chosen | NotChosen:
    """Return the depth for one person and one basket, or why there is none.

    Of the depths between floor and ceiling the deepest is taken that is no deeper than what uplift
    (or, without a model, the default) allows, that leaves the margin floor, and that is expected to
    earn: with a decile's rates of buying treated (t) and held out (h), a margin m and a depth d as
    shares of the price, t · (m - d) must be more than h · m.
    """
    fault = _unfit(offer, basket)
    if fault is not None:
        return NotChosen(fault)
    wanted, why = _wanted(offer, basket, said)
    if wanted is None:
        return NotChosen(why)
    problem = "no depth of this offer is as small as what pays"
    for depth in offer.usable_depths:
        if depth <= wanted:
            cost = discount_minor(offer, depth, basket.value_minor)
            found = _problem(offer, basket, said, cost)
            if found is None:
                return _as_chosen(offer, depth, cost, why)
            problem = found
    return NotChosen(problem)


def possible_depths(offer: Offer, basket: Basket) -> tuple[float, ...]:
    """Return the depths that a basket allows, whoever it belongs to; deepest first."""
    if _unfit(offer, basket) is not None:
        return ()
    return tuple(
        depth
        for depth in offer.usable_depths
        if _leaves_margin(offer, basket, discount_minor(offer, depth, basket.value_minor))
    )


def at_depth(offer: Offer, basket: Basket, depth: float, why: str) -> Chosen:
    """Return the discount of a depth on a basket that allows it."""
    return _as_chosen(offer, depth, discount_minor(offer, depth, basket.value_minor), why)


def discount_minor(offer: Offer, depth: float, value_minor: int) -> int:
    """Return what a depth takes off a basket, in minor units; never more than the basket."""
    if offer.kind is OfferKind.PERCENT:
        off = round(value_minor * depth / 100)
    else:
        off = to_minor(depth, offer.currency)
    return min([off, value_minor, *([] if offer.most is None else [_most(offer)])])


def _problem(offer: Offer, basket: Basket, said: Said, cost_minor: int) -> str | None:
    if not _leaves_margin(offer, basket, cost_minor):
        return "the margin of this cart is too small"
    if isinstance(said, Untold) or (said.depths and offer.kind is OfferKind.PERCENT):
        return None
    if not _earns(said, basket, cost_minor):
        return "a discount would cost more than it brings"
    return None


def _unfit(offer: Offer, basket: Basket) -> str | None:
    if offer.kind is OfferKind.CONTENT:
        return "it is content"
    if basket.value_minor <= 0:
        return "nothing with a price is in the cart"
    if basket.mixed or (basket.currency or offer.currency).upper() != offer.currency:
        said = "several currencies" if basket.mixed else str(basket.currency)[:3].upper()
        return f"the cart is in {said}, the offer in {offer.currency}"
    if basket.value_minor < to_minor(offer.min_cart, offer.currency):
        return f"the cart comes to less than {offer.min_cart:g} {offer.currency}"
    if basket.cost_minor is None:
        return f"what {str(basket.uncosted)[:60]!r} costs the shop is not known"
    return None


def _wanted(offer: Offer, basket: Basket, said: Said) -> tuple[float | None, str]:
    """Return the deepest that may be offered, and on what that rests."""
    if isinstance(said, Untold):
        if offer.depth_without_model is None:
            return None, f"{said.reason}, and nothing is offered without"
        return offer.depth_without_model, f"the same for everybody: {said.reason}"
    why = f"decile {said.decile} of 10 by uplift"
    if said.alike:
        why = "its trial could not tell whom it moves more"
    steps = () if offer.by_uplift is None or said.alike else offer.by_uplift.steps
    if steps:
        reached = [
            step.depth
            for step in steps
            if (step.deciles is not None and said.decile <= step.deciles)
            or (step.uplift is not None and said.effect >= step.uplift)
        ]
        return (max(reached), why) if reached else (None, f"{why}: a discount would change little")
    if said.depths and offer.kind is OfferKind.PERCENT:
        depth = _measured(said, basket)
        return (depth, why) if depth is not None else (None, f"{why}: no tested depth paid")
    if said.effect <= 0:
        return None, f"{why}: a discount would change nothing"
    return offer.usable_depths[0], why


def _measured(said: Told, basket: Basket) -> float | None:
    """Return the depth that earned most with a decile, at the margin next below the basket's."""
    margin = 1.0 - (basket.cost_minor or 0) / basket.value_minor
    rows = [depths for least, depths in said.depths if least <= margin + _NEARLY]
    return rows[-1][said.decile - 1] if rows else None


def _leaves_margin(offer: Offer, basket: Basket, cost_minor: int) -> bool:
    paid = basket.value_minor - cost_minor
    left = paid - (basket.cost_minor or 0)
    return paid > 0 and left >= offer.margin_floor * paid


def _earns(said: Told, basket: Basket, cost_minor: int) -> bool:
    margin = basket.value_minor - (basket.cost_minor or 0)
    return said.treated_rate * (margin - cost_minor) > said.held_out_rate * margin


def _as_chosen(offer: Offer, depth: float, cost_minor: int, why: str) -> Chosen:
    """A percentage is good for what was held, so that a larger cart cannot break the budget."""
    if offer.kind is not OfferKind.PERCENT:
        fixed = to_minor(depth, offer.currency)
        return Chosen(depth, cost_minor, fixed, fixed, why)
    if offer.most is not None:
        return Chosen(depth, cost_minor, _most(offer), _most(offer), why)
    limited = offer.budget.total is not None or offer.budget.per_day is not None
    return Chosen(depth, cost_minor, cost_minor, cost_minor if limited else None, why)


def _most(offer: Offer) -> int:
    return to_minor(offer.most or 0.0, offer.currency)


def amount_words(offer: Offer, depth: float) -> str:
    """Return what a depth gives, in words: `10% off`, `5 EUR off`, `free shipping`."""
    match offer.kind:
        case OfferKind.PERCENT:
            return f"{depth:g}% off"
        case OfferKind.SHIPPING:
            return "free shipping"
        case _:
            digits = exponent(offer.currency) if depth % 1 else 0
            return f"{depth:.{digits}f} {offer.currency} off"
