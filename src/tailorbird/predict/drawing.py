"""Drawing candidates: what the session, its kin and the leaders offer, put into one pool."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import BlendScratch, Limits, Pool, Rows, blend, blend_scratch
from tailorbird.predict.board import Board, Ladder
from tailorbird.predict.item_table import FACETS_AN_ITEM
from tailorbird.predict.kernel import kernel
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.sessions import Codes

LARGEST_POOL = 4_096
"""Candidates of one placement, repetitions counted; what would come behind them is left out."""

TOLD, TOGETHER, ALIKE = 0, 1, 2
FIRST_LADDER = 3


class Picks(NamedTuple):
    """What is asked for: what was told, two kinds of kin, then ladders of the board.

    Attributes:
        ladders: int32[n], number on the board; of no meaning in the first three places.
        weights: float32[n], how much each counts; 0 leaves it out.
        sources: int8[n], the number under which its candidates go.
        most: int32[n], candidates that are taken from it at most.
    """

    ladders: NDArray[np.int32]
    weights: NDArray[np.float32]
    sources: NDArray[np.int8]
    most: NDArray[np.int32]


class Kin(NamedTuple):
    """Neighbors of items, and the items whose neighbors are sought."""

    neighbors: Neighbors
    anchors: Codes


class Offer(NamedTuple):
    """A ladder made for one request, how much it counts, and the number of its source."""

    ladder: Ladder
    weight: float
    source: int


def empty_pool() -> Pool:
    """Return room for a pool."""
    return Pool(
        np.zeros(LARGEST_POOL, np.int32),
        np.zeros(LARGEST_POOL, np.float32),
        np.zeros(LARGEST_POOL, np.int8),
    )


@kernel
def draw(
    told: Ladder, kin: tuple[Kin, Kin], board: Board, picks: Picks, room: Pool
) -> tuple[int, int]:
    """Fill a pool with candidates, each with its source's weight times its score.

    Args:
        told: what the session model says.
        kin: what is bought with the anchors, and what is like them.
        board: the leaders' ladders.
        picks: which of these count, and how much.
        room: filled from the front.

    Returns:
        How many candidates there are, and which sources had any, one bit each.
    """
    count, spoke = 0, 0
    for place in range(len(picks.weights)):
        weight = picks.weights[place]
        if weight == 0.0:
            continue
        before = count
        if place == TOLD:
            count = _take(told.codes, told.scores, (place, count), picks, room)
        elif place < FIRST_LADDER:
            count = _take_kin(kin[place - 1], (place, count), picks, room)
        else:
            begin, end = (
                board.offsets[picks.ladders[place]],
                board.offsets[picks.ladders[place] + 1],
            )
            count = _take(
                board.codes[begin:end], board.scores[begin:end], (place, count), picks, room
            )
        if count > before:
            spoke |= 1 << picks.sources[place]
    return count, spoke


@kernel
def add(offer: Offer, drawn: tuple[int, int], room: Pool) -> tuple[int, int]:
    """Add a ladder to a pool that was drawn; returns how many there are now, and who spoke."""
    count, spoke = drawn
    wanted = min(len(offer.ladder.codes), LARGEST_POOL - count)
    for rank in range(wanted):
        room.codes[count + rank] = offer.ladder.codes[rank]
        room.weights[count + rank] = offer.weight * offer.ladder.scores[rank]
        room.sources[count + rank] = offer.source
    if wanted > 0:
        spoke |= 1 << offer.source
    return count + wanted, spoke


@kernel
def _take(
    codes: Codes,
    scores: NDArray[np.float32],
    place_and_count: tuple[int, int],
    picks: Picks,
    room: Pool,
) -> int:
    """Add the first of a ladder; returns how many candidates there are now."""
    place, count = place_and_count
    wanted = min(len(codes), picks.most[place], LARGEST_POOL - count)
    for rank in range(wanted):
        room.codes[count] = codes[rank]
        room.weights[count] = picks.weights[place] * scores[rank]
        room.sources[count] = picks.sources[place]
        count += 1
    return count


@kernel
def _take_kin(kin: Kin, place_and_count: tuple[int, int], picks: Picks, room: Pool) -> int:
    """Add the neighbors of all anchors, scaled so that the best of them scores 1."""
    place, count = place_and_count
    codes, scores = kin.neighbors
    best = np.float32(0.0)
    for anchor in kin.anchors:
        if anchor < len(codes) and codes.shape[1] > 0 and codes[anchor, 0] >= 0:
            best = max(best, scores[anchor, 0])
    if best <= 0.0:
        return count
    for anchor in kin.anchors:
        if anchor >= len(codes):
            continue
        for column in range(codes.shape[1]):
            if codes[anchor, column] < 0 or count == LARGEST_POOL:
                break
            room.codes[count] = codes[anchor, column]
            room.weights[count] = picks.weights[place] * scores[anchor, column] / best
            room.sources[count] = picks.sources[place]
            count += 1
    return count


@kernel
def outside(
    pool: Codes,
    seed: int,
    kept_out: tuple[Codes, Codes],
    leaned: tuple[NDArray[np.int32], NDArray[np.float32], float],
    rows: tuple[NDArray[np.uint8], NDArray[np.int32]],
    wanted_and_scratch: tuple[int, BlendScratch],
) -> tuple[Codes, float]:
    """Draw items that have no facet to which the person clearly leans, each as likely as the other.

    Luck is splitmix64 (Steele, Lea and Flood, OOPSLA 2014).

    Args:
        pool: int32[n], different items to draw from.
        seed: luck.
        kept_out: int32[] twice, items that are shown already, and that must not be shown.
        leaned: facet codes, how strongly each pulls, and from where a pull is clear.
        rows: of the item table: available, facet_codes.
        wanted_and_scratch: at most so many; and working memory, left clean.

    Returns:
        The items, and the chance that each had.
    """
    wanted, scratch = wanted_and_scratch
    codes, pulls, clear = leaned
    _mark(kept_out, 1, scratch)
    for place in range(len(codes)):
        scratch.leaning[codes[place]] = pulls[place] > clear
    fit = _fitting(pool, rows, scratch)
    _mark(kept_out, 0, scratch)
    for facet in codes:
        scratch.leaning[facet] = 0.0
    drawn = min(wanted, len(fit))
    state = np.uint64(seed)
    for place in range(drawn):
        state += np.uint64(0x9E3779B97F4A7C15)
        mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
        other = place + np.int64(mixed % np.uint64(len(fit) - place))
        fit[place], fit[other] = fit[other], fit[place]
    return fit[:drawn], drawn / max(len(fit), 1)


@kernel
def _mark(parts: tuple[Codes, Codes], mark: int, scratch: BlendScratch) -> None:
    for part in parts:
        for code in part:
            scratch.banned[code] = mark


@kernel
def _fitting(
    pool: Codes, rows: tuple[NDArray[np.uint8], NDArray[np.int32]], scratch: BlendScratch
) -> Codes:
    """Return the items that are for sale, are not kept out, and have no marked facet."""
    fit = np.empty(len(pool), np.int32)
    count = 0
    for code in pool:
        if rows[0][code] and not scratch.banned[code] and not _leans(rows[1], code, scratch):
            fit[count] = code
            count += 1
    return fit[:count]


@kernel
def _leans(facet_codes: NDArray[np.int32], code: int, scratch: BlendScratch) -> bool:
    found = False
    for column in range(FACETS_AN_ITEM):
        facet = facet_codes[code, column]
        found = found or (facet >= 0 and scratch.leaning[facet] > 0.0)
    return found


def warm_up(kin: tuple[Kin, Kin], board: Board) -> None:
    """Compile the kernels of a slate, or load them from the cache, before a request needs them."""
    codes, numbers = np.zeros(1, np.int32), np.zeros(1, np.float32)
    draw(
        Ladder(codes, numbers),
        kin,
        board,
        Picks(codes, numbers, np.zeros(1, np.int8), codes),
        empty_pool(),
    )
    add(Offer(Ladder(codes, numbers), 1.0, 0), (0, 0), empty_pool())
    row = np.full((1, FACETS_AN_ITEM), -1, np.int32)
    available = np.ones(1, np.uint8)
    pool = Pool(codes, np.ones(1, np.float32), np.zeros(1, np.int8))
    nobody, nothing = codes[:0], numbers[:0]
    blend(
        pool,
        nobody,
        (nobody, nothing),
        Rows(available, row, codes - 1, codes - 1, codes - 1, nothing),
        Limits(1, 0, 0, 0.0),
        blend_scratch(1, 1),
    )
    scratch = blend_scratch(1, 1)
    outside(codes, 0, (nobody, nobody), (nobody, nothing, 0.0), (available, row), (1, scratch))
