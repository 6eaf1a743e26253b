"""Leaders: the items in front, overall, in each category or brand, a channel, rising, and new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.board import NOBODY, Board, Ladder, board_of, joined
from tailorbird.predict.item_table import ItemTable

IN_FRONT = 200
IN_A_FACET = 50
_NEW_S = 30 * 86_400.0
_LEAST_RISE = 1.2
_FEW = 20
_MOST_NEW = 0.3
_DEPTH_WEIGHTS = (0.3, 0.7, 1.0)
_KIND_WEIGHTS = {"brand": 0.8, "price": 0.2, "sale": 0.1, "tag": 0.1}
_OTHER_KINDS = 0.25


POPULAR, TRENDING, NEW = 0, 1, 2
_EMPTY = board_of([NOBODY, NOBODY, NOBODY])


def _no_codes() -> NDArray[np.int32]:
    return NOBODY.codes


@dataclass(frozen=True, slots=True)
class Leaders:
    """Who is in front, as of one moment.

    Attributes:
        popular: touched most over weeks.
        trending: touched lately more than their record foretells.
        new: published in the last thirty days.
        discovery: int32[], items to draw from when a place is given to discovery.
        facet_weights: by facet code, how much a lean to it says; see `weigh_facets`.
        board: all ladders: popular, trending, new, then those of channels and facets.
        channels: the number on the board of the leaders among visitors who came by a channel.
        facets: the number on the board of the leaders within a facet.
        of_facets: int32[], the same by facet code; -1 for a facet without leaders.
    """

    popular: Ladder = NOBODY
    trending: Ladder = NOBODY
    new: Ladder = NOBODY
    discovery: NDArray[np.int32] = field(default_factory=_no_codes)
    facet_weights: list[float] = field(default_factory=list)
    board: Board = _EMPTY
    channels: Mapping[str, int] = field(default_factory=dict)
    facets: Mapping[int, int] = field(default_factory=dict)
    of_facets: NDArray[np.int32] = field(default_factory=_no_codes)

    def of_facet(self, facet: int) -> Ladder:
        """Return the leaders within a facet."""
        number = self.facets.get(facet)
        return NOBODY if number is None else self.board.ladder(number)


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
    popular = ladder(long, IN_FRONT)
    trending = ladder(_rise(long, short), IN_FRONT)
    new = _newest(table, available, now_s)
    channels = [
        ladder(_padded(scores, count) * available, IN_FRONT)
        for scores in standing.by_channel.values()
    ]
    general = board_of([popular, trending, new, *channels])
    facets, by_facet = _by_facet(table, long, available, new.codes)
    first = 3 + len(channels)
    of_facets = np.full(len(table.facets), -1, np.int32)
    of_facets[facets] = first + np.arange(len(facets))
    return Leaders(
        popular=popular,
        trending=trending,
        new=new,
        discovery=np.unique(np.concatenate([popular.codes, trending.codes, new.codes])),
        facet_weights=weigh_facets(table),
        board=joined(general, by_facet),
        channels={channel: 3 + place for place, channel in enumerate(standing.by_channel)},
        facets={facet: first + place for place, facet in enumerate(facets)},
        of_facets=of_facets,
    )


def weigh_facets(table: ItemTable) -> list[float]:
    """Return how much a lean to each facet says: by its kind, and the more the fewer items have it.

    A facet that all items share tells nothing; the factor is `1 - share of items that have it`.
    Categories and brands say what somebody is after; tags and attributes mostly how.
    """
    count = len(table.items)
    codes = table.facet_codes[:count]
    having = np.bincount(codes[codes >= 0], minlength=len(table.facets))
    rare = 1.0 - having / max(1, count)
    return [
        _says(facet) * share for facet, share in zip(table.facets.ids, rare.tolist(), strict=True)
    ]


def _says(facet: str) -> float:
    """Weigh a facet by its kind; a narrow category says more than the aisle it stands in."""
    kind = facet.partition(":")[0]
    if kind == "category":
        return _DEPTH_WEIGHTS[min(facet.count(" > "), len(_DEPTH_WEIGHTS) - 1)]
    return _KIND_WEIGHTS.get(kind, _OTHER_KINDS)


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
    """Rank the new by age. Where most of a catalog is new, it has just been loaded: nobody is."""
    since = table.published_s[: len(available)]
    fresh = available & (since > 0) & (now_s - since < _NEW_S)
    if fresh.sum() > max(_FEW, _MOST_NEW * available.sum()):
        return NOBODY
    return ladder(np.where(fresh, np.clip(1.0 - (now_s - since) / _NEW_S, 0.0, 1.0), 0.0), IN_FRONT)


def _by_facet(
    table: ItemTable,
    long: NDArray[np.float64],
    available: NDArray[np.bool_],
    new: NDArray[np.int32],
) -> tuple[list[int], Board]:
    """Return the facets that have leaders, and a board with a ladder for each.

    A new item without a record ranks like a good one of the shop (at the 80th percentile), so that
    people who lean to its facets meet it; other items without a record come last.
    """
    count = len(available)
    rows = table.facet_codes[:count]
    items, columns = np.nonzero((rows >= 0) & available[:, None])
    if not len(items):
        return [], board_of([])
    facets = rows[items, columns]
    touched = long[long > 0]
    promise = float(np.quantile(touched, 0.8)) if len(touched) else 1.0
    lifted = long + 1e-9
    lifted[new[long[new] <= 0]] = promise
    weight = lifted[items]
    order = np.lexsort((items, -weight, facets))
    facets, items, weight = facets[order], items[order], weight[order]
    starts = np.flatnonzero(np.r_[True, facets[1:] != facets[:-1]])
    lengths = np.diff(np.r_[starts, len(facets)])
    place = np.arange(len(facets)) - np.repeat(starts, lengths)
    scores = np.sqrt(weight / np.repeat(weight[starts], lengths)).astype(np.float32)
    kept = place < IN_A_FACET
    offsets = np.r_[0, np.cumsum(np.minimum(lengths, IN_A_FACET))].astype(np.int64)
    board = Board(items[kept].astype(np.int32), scores[kept], offsets)
    return facets[starts].tolist(), board


def _padded(scores: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    if len(scores) >= count:
        return scores[:count]
    return np.concatenate([scores, np.zeros(count - len(scores))])
