"""Choice: what a shopper looks at and buys, given who they are, what is shown and what is offered.

All that a policy can cause runs through here, so its true effect is known: `true_effect`. The
chance of buying is a logit of utility, after McFadden, "Conditional logit analysis of qualitative
choice behavior" (1974); looking at the top few of utility plus Gumbel noise is the same model.
"""

import math

import msgspec
import numpy as np

from tailorbird.simulate.families import vocabulary
from tailorbird.simulate.goods import ItemTruth
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.shop import Floats, Shelf
from tailorbird.simulate.shoppers import Taste

# Weights in log-odds. Their sizes are what makes the data learnable: the line of the mission
# counts most, the brand and the style show across missions, the rest is noise.
_LINE = 2.4
_STYLE = 0.6
_BRAND = 0.9
_QUALITY = 0.8
_SHOWN = 0.7
_BUYS = -1.55
_BUYS_FOR_QUALITY = 1.2
_NOTHING_NEW_BEFORE = -50.0  # a log-weight: what is not out yet is never looked at


class Offer(msgspec.Struct, frozen=True):
    """A reduction of the whole order, as a share of it (0.1: ten percent), with its code.

    `pull` is by how much it moves people, in multiples of their own persuadability.
    """

    code: str
    share: float
    pull: float = 1.0


class Nudge(msgspec.Struct, frozen=True):
    """What a policy does to one visit: the items it shows, by code, and an offer."""

    shown: frozenset[int] = frozenset()
    offer: Offer | None = None


NO_NUDGE = Nudge()

SURE = 5.0
"""The resolve from which a mission leaves nothing to chance: it ends with an order."""


class Mission(msgspec.Struct, frozen=True):
    """What somebody is out for: one line of one family; `resolve` adds to the log-odds of buying.

    A mission may take several visits. `number` tells a shopper's missions apart.
    """

    number: int
    family: int
    line: int
    resolve: float = 0.0


def attraction(taste: Taste, shelf: Shelf, mission: Mission, nudge: Nudge = NO_NUDGE) -> Floats:
    """Return the utility of each item of a shelf to a shopper on a mission, in log-odds."""
    utility: Floats = (
        shelf.draw
        + _LINE * (shelf.line == mission.line)
        + _STYLE * (shelf.style == taste.style)
        + _liking(taste)[shelf.brand]
        + _QUALITY * shelf.quality
        - taste.thrift * np.abs(shelf.dearness - taste.dearness)
    )
    if nudge.shown:
        utility = utility + _SHOWN * np.isin(shelf.codes, list(nudge.shown))
    return utility


def _liking(taste: Taste) -> Floats:
    liking = np.zeros(len(vocabulary().brands))
    liking[list(taste.brands)] = _BRAND
    return liking


def consideration(utility: Floats, shelf: Shelf, at_ms: int, count: int, luck: Luck) -> list[int]:
    """Return the codes of the items that are looked at, the most tempting first.

    Sampling without replacement in proportion to e^utility, by the Gumbel trick.

    Args:
        utility: from `attraction`, one for each item of the shelf.
        shelf: the family's items.
        at_ms: now; what is published later is not there yet.
        count: how many to look at, at most.
        luck: the noise.
    """
    noisy = utility + luck.rng.gumbel(size=len(utility))
    noisy = np.where(shelf.published_ms > at_ms, _NOTHING_NEW_BEFORE, noisy)
    best = np.argsort(-noisy)[:count]
    codes: list[int] = shelf.codes[best[noisy[best] > _NOTHING_NEW_BEFORE]].tolist()
    return codes


def purchase_probability(
    taste: Taste, item: ItemTruth, resolve: float = 0.0, nudge: Nudge = NO_NUDGE
) -> float:
    """Return the chance that a shopper who has compared takes this item.

    Args:
        taste: the shopper's.
        item: the one that they like best.
        resolve: the mission's own log-odds.
        nudge: what is shown and offered.
    """
    offer = nudge.offer
    dearness = item.dearness + (math.log1p(-offer.share) if offer is not None else 0.0)
    log_odds = (
        _BUYS
        + resolve
        + _BUYS_FOR_QUALITY * (item.quality - 0.5)
        + _BRAND * (item.brand in taste.brands)
        - taste.thrift * max(0.0, dearness - taste.dearness)
    )
    if offer is not None:
        log_odds += taste.persuadable * offer.pull
    if item.code in nudge.shown:
        log_odds += _SHOWN
    return 1.0 / (1.0 + math.exp(-log_odds))


def true_effect(taste: Taste, item: ItemTruth, nudge: Nudge, resolve: float = 0.0) -> float:
    """Return by how much a nudge truly changes the chance of taking an item, against none."""
    nudged = purchase_probability(taste, item, resolve, nudge)
    return nudged - purchase_probability(taste, item, resolve)
