"""Leaders: the items in front, overall, in each category or brand, a channel, rising, and new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.item_table import ItemTable

IN_FRONT = 200
IN_A_FACET = 50
_NEW_S = 30 * 86_400.0
_LEAST_RISE = 1.2


@dataclass(frozen=True, slots=True)
class Ladder:
    """Items in order: int32[n] codes, and float32[n] scores from 1 down to 0."""

    codes: NDArray[np.int32]
    scores: NDArray[np.float32]


NOBODY = Ladder(np.zeros(0, np.int32), np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Leaders:
    """Who is in front, as of one moment."""

    popular: Ladder = NOBODY
    trending: Ladder = NOBODY
    new: Ladder = NOBODY
    by_facet: Mapping[int, Ladder] | None = None
    by_channel: Mapping[str, Ladder] | None = None

    def of_facet(self, facet: int) -> Ladder:
        """Return the leaders within a facet."""
        return (self.by_facet or {}).get(facet, NOBODY)

    def of_channel(self, channel: str | None) -> Ladder:
        """Return the leaders among visitors who came by a channel."""
        return (self.by_channel or {}).get(channel or "", NOBODY)


@dataclass(frozen=True, slots=True)
class Standing:
    """How much every item is touched: float64[n] each, by item code.

    Attributes:
        long: decayed over weeks; what is popular.
        short: decayed over a day or two; against `long` it tells what is rising.
        by_channel: decayed over weeks, by acquisition channel.
    """

    long: NDArray[np.float64]
    short: NDArray[np.float64]
    by_channel: Mapping[str, NDArray[np.float64]]


def leaders(standing: Standing, table: ItemTable, now_s: float) -> Leaders:
    """Return who is in front now; items out of stock are left out."""
    count = len(table.items)
    available = table.available[:count] > 0
    long = _padded(standing.long, count) * available
    short = _padded(standing.short, count) * available
    return Leaders(
        popular=ladder(long, IN_FRONT),
        trending=ladder(_rise(long, short), IN_FRONT),
        new=_newest(table, available, now_s),
        by_facet=_by_facet(table, long, available),
        by_channel={
            channel: ladder(_padded(scores, count) * available, IN_FRONT)
            for channel, scores in standing.by_channel.items()
        },
    )


def ladder(scores: NDArray[np.float64], most: int) -> Ladder:
    """Return the items with the highest scores above zero; scores are scaled to end at most at 1.

    The scale is the square root, since popularity is spread so unevenly that the linear one would
    leave all but the first few near zero.
    """
    found = np.flatnonzero(scores > 0)
    if len(found) > most:
        found = found[np.argpartition(-scores[found], most)[:most]]
    found = found[np.lexsort((found, -scores[found]))]
    if not len(found):
        return NOBODY
    scaled = np.sqrt(scores[found] / scores[found[0]])
    return Ladder(found.astype(np.int32), scaled.astype(np.float32))


def _rise(long: NDArray[np.float64], short: NDArray[np.float64]) -> NDArray[np.float64]:
    """Score what is touched lately more than its long record foretells.

    Both are shares of all touches; the rise is weighed by the square root of the short share, so
    that one touch of a forgotten item does not lead.
    """
    if short.sum() <= 0 or long.sum() <= 0:
        return np.zeros_like(long)
    short_share, long_share = short / short.sum(), long / long.sum()
    floor = 1.0 / (len(long) + 1)
    ratio = (short_share + floor) / (long_share + floor)
    return np.where(ratio > _LEAST_RISE, (ratio - 1.0) * np.sqrt(short_share), 0.0)


def _newest(table: ItemTable, available: NDArray[np.bool_], now_s: float) -> Ladder:
    age = now_s - table.published_s[: len(available)]
    scores = np.where(
        available & (table.published_s[: len(available)] > 0) & (age < _NEW_S),
        np.clip(1.0 - age / _NEW_S, 0.0, 1.0),
        0.0,
    )
    return ladder(scores, IN_FRONT)


def _by_facet(
    table: ItemTable, long: NDArray[np.float64], available: NDArray[np.bool_]
) -> dict[int, Ladder]:
    """Items without a record count a little, so that a facet of new items has leaders too."""
    count = len(available)
    rows = table.facet_codes[:count]
    items, columns = np.nonzero((rows >= 0) & available[:, None])
    if not len(items):
        return {}
    facets = rows[items, columns]
    weight = long[items] + 1e-9
    order = np.lexsort((items, -weight, facets))
    facets, items, weight = facets[order], items[order], weight[order]
    starts = np.flatnonzero(np.r_[True, facets[1:] != facets[:-1]])
    ends = np.r_[starts[1:], len(facets)]
    found = {}
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        last = min(end, start + IN_A_FACET)
        scaled = np.sqrt(weight[start:last] / weight[start])
        found[int(facets[start])] = Ladder(
            items[start:last].astype(np.int32), scaled.astype(np.float32)
        )
    return found


def _padded(scores: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    if len(scores) >= count:
        return scores[:count]
    return np.concatenate([scores, np.zeros(count - len(scores))])
