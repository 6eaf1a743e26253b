"""Portraits: how somebody behaves, in a few numbers that can be compared between people.

| number | made of | scale |
| --- | --- | --- |
| `away` | days since they were here last | log(1 + days) |
| `active` | days with activity, of the last 30 | log(1 + days) |
| `depth` | products looked at a day with activity | log(1 + views) |
| `wanting` | additions to the cart per product looked at | share, at most 1 |
| `orders` | orders of the last 365 days | log(1 + orders) |
| `basket` | what is left of an order on average | log(1 + minor units); unknown without orders |
| `bargains` | share bought at a lowered price | share; unknown below three items |
| `returns` | items sent back per piece bought | share; unknown without orders |
| a category | its share of what they lean to in the long run | square root of the share |

Then each number is measured from the shop's mean in standard deviations, at most three of them, and
what is unknown counts as the mean. All categories together weigh as much as two other numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.features.moment import Moment
from tailorbird.features.store import named, values
from tailorbird.profile.profile import Profile

Floats = NDArray[np.float64]

HABITS = ("away", "active", "depth", "wanting", "orders", "basket", "bargains", "returns")
MOST_CATEGORIES = 6
_FARTHEST = 3.0
_CATEGORIES_WEIGH = 2.0
READ = (
    "days_since_last_seen",
    "active_days_30",
    "active_days",
    "product_views",
    "adds_to_cart",
    "orders_365",
    "orders",
    "average_order",
    "discounted_items_share",
    "returned_share",
)
"""The features by which people are grouped; what rests on segments rests on these."""

_READ = named(READ)


class Portrait(msgspec.Struct, frozen=True):
    """One person: habits in the order of `HABITS` (NaN where unknown), and shares of categories."""

    habits: tuple[float, ...]
    categories: Mapping[str, float]


class Frame(msgspec.Struct, frozen=True):
    """How portraits become points: which categories count, and each number's mean and spread."""

    categories: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all numbers, in order."""
        return (*HABITS, *self.categories)

    def points(self, portraits: Sequence[Portrait]) -> Floats:
        """Return float64[n, numbers], each at its place among the others."""
        return self.scaled(raw(portraits, self.categories))

    def scaled(self, rows: Floats) -> Floats:
        """Return float64[n, numbers], from numbers as they are."""
        apart = (rows - np.array(self.means)) / np.array(self.spreads)
        near = np.clip(np.nan_to_num(apart, nan=0.0), -_FARTHEST, _FARTHEST)
        return np.asarray(near * self._weights())

    def unscaled(self, points: Floats) -> Floats:
        """Return float64[n, numbers] as they are, from points; undoes `scaled` in its limits."""
        return np.asarray(points / self._weights() * np.array(self.spreads) + np.array(self.means))

    def _weights(self) -> Floats:
        weights = np.ones(len(self.means))
        if self.categories:
            weights[len(HABITS) :] = np.sqrt(_CATEGORIES_WEIGH / len(self.categories))
        return weights


def portrait(profile: Profile, now_ms: int) -> Portrait | None:
    """Return how somebody behaves; None for who never looked at, wanted or bought anything."""
    moment = Moment(now_ms, profile)
    found = {name: _number(value) for name, value in values(_READ, moment).items()}
    views, orders = found["product_views"], found["orders"]
    if not (views or found["adds_to_cart"] or orders):
        return None
    habits = (
        np.log1p(found["days_since_last_seen"]),
        np.log1p(found["active_days_30"]),
        np.log1p(views / max(found["active_days"], 1.0)),
        min(1.0, found["adds_to_cart"] / max(views, 1.0)),
        np.log1p(found["orders_365"]),
        np.log1p(max(found["average_order"], 0.0)) if orders else np.nan,
        found["discounted_items_share"],
        found["returned_share"] if orders else np.nan,
    )
    shares = {
        leaning.name: leaning.share
        for leaning in moment.long
        if leaning.kind == "category" and " > " not in leaning.name
    }
    return Portrait(tuple(float(one) for one in habits), shares)


def frame_of(portraits: Sequence[Portrait]) -> Frame:
    """Return the frame of a shop: its six largest categories, and how its people differ."""
    weight: dict[str, float] = {}
    for one in portraits:
        for name, share in one.categories.items():
            weight[name] = weight.get(name, 0.0) + share
    largest = sorted(weight, key=lambda name: (-weight[name], name))[:MOST_CATEGORIES]
    categories = tuple(sorted(largest))
    rows = raw(portraits, categories)
    known = np.isfinite(rows)
    count = np.maximum(known.sum(axis=0), 1)
    means = np.where(known, rows, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(known, rows - means, 0.0) ** 2).sum(axis=0) / count)
    spread[spread < 1e-9] = 1.0
    return Frame(categories, tuple(means.tolist()), tuple(spread.tolist()))


def raw(portraits: Sequence[Portrait], categories: Sequence[str]) -> Floats:
    """Return float64[n, numbers] as they are, before they are measured against others."""
    rows = [
        (*one.habits, *(float(np.sqrt(one.categories.get(name, 0.0))) for name in categories))
        for one in portraits
    ]
    return np.array(rows, np.float64).reshape(len(rows), len(HABITS) + len(categories))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")
