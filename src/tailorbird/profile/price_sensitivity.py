"""How much price moves somebody: one number from what they bought and what they looked at.

    score = (4 * 0.25 + lowered + w * viewed) / (4 + bought + w)

`bought` are pieces paid for and `lowered` those of them on sale, discounted or under a coupon;
`viewed` is the share of items on sale among those dealt with (looked at, put into the cart or
bought, of known price, fading over months), and counts as `w` pieces: a quarter of the weight of
what was dealt with, at most two. The four pieces at 0.25 draw the score of who is hardly known to
the middle: one bargain is no habit.
"""

from __future__ import annotations

import msgspec

from tailorbird.profile.affinity import leanings
from tailorbird.profile.profile import Profile
from tailorbird.profile.worth import lowered_and_paid

USUAL = 0.25
"""What is said of somebody unknown: about the share that shops sell at a lowered price."""

USUAL_WEIGHS = 4.0
LOOK_WEIGHS = 0.25
LOOKS_WEIGH_AT_MOST = 2.0


class PriceScore(msgspec.Struct, frozen=True):
    """How much price moves somebody.

    Attributes:
        score: 0 (never) to 1 (always a bargain).
        evidence: pieces that it rests on, looks included; at 0 the score is everybody's.
        viewed: share of items on sale among those dealt with; None where no price was seen.
    """

    score: float
    evidence: float
    viewed: float | None


def price_score(profile: Profile, now_ms: int) -> PriceScore:
    """Return how much price moves somebody, as of `now_ms`."""
    lowered, bought = lowered_and_paid(profile.orders)
    priced = on_sale = 0.0
    for one in leanings(profile.facets, now_ms, "long"):
        if one.kind == "price":
            priced += one.score
        elif one.facet == "sale:true":
            on_sale += one.score
    viewed = min(1.0, on_sale / priced) if priced > 0 else None
    looks = min(LOOKS_WEIGH_AT_MOST, LOOK_WEIGHS * priced)
    evidence = bought + looks
    score = (USUAL_WEIGHS * USUAL + lowered + looks * (viewed or 0.0)) / (USUAL_WEIGHS + evidence)
    return PriceScore(score, evidence, viewed)
