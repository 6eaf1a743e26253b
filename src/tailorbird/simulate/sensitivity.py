"""How much an offer moves a shopper: the truth of a rehearsal of offers, which leaves traces.

In a generated shop it is told by nothing whom an offer moves. Here it is: the thrifty are moved
more, and those who come all the time less, since they buy anyway. So whoever watches what people do
can find out whom an offer moves, though never exactly.
"""

import math

import msgspec

from tailorbird.simulate.choice import Offer
from tailorbird.simulate.shoppers import MISSIONS_A_WEEK, Shopper, Taste

_OWN = 0.5  # of what nothing tells
_THRIFT = 1.0
_RARITY = 1.5
_AS_RARE_AS = 0.35  # what exp(-activity) is for whoever is neither rare nor frequent
_USUAL_SHARE = 0.10


def sensitive(shopper: Shopper) -> Shopper:
    """Return a shopper who is moved by offers as far as what they are like says so.

    Their first browser is their only one, so that one person of the shop is one shopper.
    """
    taste, activity = shopper.taste, shopper.missions_a_week / MISSIONS_A_WEEK
    moved = (
        _OWN * taste.persuadable
        + _THRIFT * (taste.thrift - 1.0)
        + _RARITY * (math.exp(-activity) - _AS_RARE_AS)
    )
    told: Taste = msgspec.structs.replace(taste, persuadable=moved)
    return msgspec.structs.replace(shopper, taste=told, devices=shopper.devices[:1])


def pulling(code: str, share: float) -> Offer:
    """Return an offer that moves people by the root of its depth: twice as deep is not twice."""
    return Offer(code, share, pull=math.sqrt(share / _USUAL_SHARE))
