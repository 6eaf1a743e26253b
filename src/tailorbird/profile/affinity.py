"""What a person leans to (brands, categories, price bands), fading with time.

Every act on an item adds a weight to each facet of the item, and every weight halves with age, at
two speeds. The sum is kept by *forward decay* (Cormode, Shkapenyuk, Srivastava and Xu, "Forward
decay: a practical time decay model for streaming systems", ICDE 2009): a weight `w` at time `t` is
worth `w * 2^((t - L) / h)` at any landmark `L`, so nothing has to be touched as time passes, no
clock is read when folding, and late acts count at their own time.

The landmark of each facet is its newest act. A fixed landmark, or its logarithm, would need
`t / h`, which at a half-life of minutes is in the hundred thousands and costs six digits; here
numbers stay between the largest weight and the sum of all, and sums in different orders agree
within 1e-12 of their value.

| act | weight | why |
| --- | --- | --- |
| product or recommendation clicked | 0.5 | often followed by the view itself |
| product viewed | 1 | the unit |
| product shared, put on the wishlist | 2 | wants to come back to it |
| product added to the cart | 3 | |
| order completed | 5 | each line once, whatever its quantity |

Seeing a list or a recommendation weighs nothing: it is our choice, not theirs. Dismissing weighs
nothing either, since a weight below zero could not be summed this way; dismissed items are kept
as a list of their own. An order that two sources report counts twice here (not in the orders):
leanings are about wanting, and at a shop with two sources it is so for everyone.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import exp2, log2
from typing import Literal

import msgspec

from tailorbird.spine import events
from tailorbird.spine.clock import DAY_MS, MINUTE_MS
from tailorbird.spine.events import Event

SHORT_HALF_LIFE_MS = 30 * MINUTE_MS
"""As long as the pause that ends a visit: what was seen as the visit began counts half at half an
hour, and next to nothing (2^-48) the day after."""

LONG_HALF_LIFE_MS = 30 * DAY_MS
"""A month: last season counts an eighth, last year's gifts nothing."""

FACETS_KEPT = 256
# Cut from here, so that a full profile is sorted once in 64 new facets and not at each.
_FACETS_AT_MOST = 320

WEIGHTS: Mapping[str, float] = {
    events.PRODUCT_CLICKED: 0.5,
    events.RECOMMENDATION_CLICKED: 0.5,
    events.PRODUCT_VIEWED: 1.0,
    "Product Shared": 2.0,
    events.WISHLISTED: 2.0,
    events.PRODUCT_ADDED: 3.0,
    events.ORDER_COMPLETED: 5.0,
    "Store Purchase Completed": 5.0,
}

Horizon = Literal["short", "long"]


class Pull(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How strongly one facet pulls, as of its newest act: two decayed sums of weights."""

    last_ms: int
    short: float
    long: float


Pulls = Mapping[str, Pull]
"""By facet, such as `brand:msr`, `category:Camping > Tents` or `price:16-32`."""


class Leaning(msgspec.Struct, frozen=True):
    """One facet that a person leans to.

    `share` (0..1) is its part of all leanings of its kind (a category path: of its kind and
    depth). `score` is the decayed sum of weights now: 1 is worth a view made this moment.
    """

    facet: str
    share: float
    score: float

    @property
    def kind(self) -> str:
        """The part before the first colon: `brand`, `category`, `price`."""
        return self.facet.partition(":")[0]

    @property
    def name(self) -> str:
        """The part after the first colon: `msr`, `Camping > Tents`, `16-32`."""
        return self.facet.partition(":")[2]


def lean(pulls: Pulls, event: Event) -> Pulls:
    """Return the pulls after an act on items.

    At most 256 facets stay for long (the weakest by the long sum go, when there are 320). What it
    costs: a facet that comes back after it went starts again from nothing, so past the limit,
    and only there, order of arrival can show in facets that nearly do not matter.
    """
    weight = WEIGHTS.get(event.name)
    if weight is None or not event.items:
        return pulls
    act = Pull(event.occurred_at_ms, weight, weight)
    changed = dict(pulls)
    summed: dict[Pull, Pull] = {}  # facets of one item mostly have been met together before
    for item in event.items:
        for facet in item.facets:
            present = changed.get(facet)
            if present is None:
                changed[facet] = act
            elif present in summed:
                changed[facet] = summed[present]
            else:
                changed[facet] = summed[present] = _sum(present, act)
    return _cut(changed)


def join_pulls(a: Pulls, b: Pulls) -> Pulls:
    """Return the pulls of both histories together."""
    joined = dict(a)
    for facet, pull in b.items():
        present = joined.get(facet)
        joined[facet] = pull if present is None else _sum(present, pull)
    return _cut(joined)


def leanings(pulls: Pulls, now_ms: int, horizon: Horizon) -> tuple[Leaning, ...]:
    """Return the leanings, strongest first; equal ones by name.

    The order and the shares do not depend on `now_ms`, only the scores do.
    """
    if not pulls:
        return ()
    half_life = SHORT_HALF_LIFE_MS if horizon == "short" else LONG_HALF_LIFE_MS
    newest_ms = max(pull.last_ms for pull in pulls.values())
    masses: dict[str, float] = {}
    totals: dict[tuple[str, int], float] = {}
    for facet, pull in pulls.items():
        mass = pull.short if horizon == "short" else pull.long
        masses[facet] = mass * exp2((pull.last_ms - newest_ms) / half_life)
    by_name = sorted(masses)
    for facet in by_name:
        family = _family(facet)
        totals[family] = totals.get(family, 0.0) + masses[facet]
    fading = exp2(-max(0, now_ms - newest_ms) / half_life)
    by_name.sort(key=masses.__getitem__, reverse=True)  # equal ones stay in order of name
    return tuple(
        [
            Leaning(facet, _ratio(masses[facet], totals[_family(facet)]), masses[facet] * fading)
            for facet in by_name
        ]
    )


def _sum(a: Pull, b: Pull) -> Pull:
    """Return the sum of two pulls, as of the newer of the two."""
    if a.last_ms < b.last_ms:
        a, b = b, a
    age_ms = a.last_ms - b.last_ms
    return Pull(
        a.last_ms,
        a.short + b.short * exp2(-age_ms / SHORT_HALF_LIFE_MS),
        a.long + b.long * exp2(-age_ms / LONG_HALF_LIFE_MS),
    )


def _cut(pulls: dict[str, Pull]) -> dict[str, Pull]:
    if len(pulls) <= _FACETS_AT_MOST:
        return pulls
    ranked = sorted(pulls.items(), key=_strength, reverse=True)
    return dict(ranked[:FACETS_KEPT])


def _strength(entry: tuple[str, Pull]) -> tuple[float, str]:
    """Rank by the long sum at a landmark common to all, as a logarithm lest it overflow."""
    facet, pull = entry
    return (log2(pull.long) + pull.last_ms / LONG_HALF_LIFE_MS, facet)


@lru_cache(maxsize=16_384)
def _family(facet: str) -> tuple[str, int]:
    """Return the kind and the depth, within which shares add up to one."""
    return (facet.partition(":")[0], facet.count(" > "))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0
