"""Drawing candidates: what the session, its kin and the leaders say, put into one pool."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import Leaned, Pool
from tailorbird.predict.board import Board, Ladder
from tailorbird.predict.kernel import kernel
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.sessions import Codes

LARGEST_POOL = 4_096
"""Candidates of one placement, repetitions counted; what would come behind them is left out."""

TOLD, TOGETHER, ALIKE, TASTED = 0, 1, 2, 3
FIRST_LADDER = 4


class Leaning(NamedTuple):
    """How the leaders of the facets that a person leans to are asked.

    Attributes:
        weight: how much a ladder counts, times the pull of its facet; 0 leaves all of them out.
        facets: how many of the strongest are asked.
        most: candidates that are taken from each at most.
        source: the number under which they go.
    """

    weight: float
    facets: int
    most: int
    source: int


class Picks(NamedTuple):
    """What is asked for: what was told, two kinds of kin, tastes, then ladders of the board.

    Attributes:
        ladders: int32[n], number on the board; of no meaning in the first four places.
        weights: float32[n], how much each counts; 0 leaves it out.
        sources: int8[n], the number under which its candidates go.
        most: int32[n], candidates that are taken from it at most.
        leaning: the ladders of facets.
    """

    ladders: NDArray[np.int32]
    weights: NDArray[np.float32]
    sources: NDArray[np.int8]
    most: NDArray[np.int32]
    leaning: Leaning


class Clues(NamedTuple):
    """What candidates are sought by.

    Attributes:
        told: what the session model says.
        tasted: what people with the same past came to.
        anchors: int32[], items of which complements are sought.
        latest: int32[], items of which look-alikes are sought.
        leaned: the strongest leanings, strongest first.
    """

    told: Ladder
    tasted: Ladder
    anchors: Codes
    latest: Codes
    leaned: Leaned


class Stock(NamedTuple):
    """Where candidates are drawn from.

    Attributes:
        board: the leaders' ladders.
        of_facet: int32[], by facet code, the number on the board of its leaders, -1 for none.
        together: what is bought together.
        alike: what is alike.
    """

    board: Board
    of_facet: NDArray[np.int32]
    together: Neighbors
    alike: Neighbors


def empty_pool() -> Pool:
    """Return room for a pool."""
    return Pool(
        np.zeros(LARGEST_POOL, np.int32),
        np.zeros(LARGEST_POOL, np.float32),
        np.zeros(LARGEST_POOL, np.int8),
    )


@kernel
def draw(clues: Clues, stock: Stock, picks: Picks, room: Pool) -> tuple[int, int]:
    """Fill a pool with candidates, each with its source's weight times its score.

    Args:
        clues: what they are sought by.
        stock: where they are drawn from.
        picks: which sources count, and how much.
        room: filled from the front.

    Returns:
        How many candidates there are, and which sources had any, one bit each.
    """
    count, spoke = 0, 0
    for place in range(len(picks.weights)):
        before = count
        if picks.weights[place] != 0.0:
            count = _take_pick(clues, stock, (place, count), picks, room)
        if count > before:
            spoke |= 1 << picks.sources[place]
        if place == FIRST_LADDER - 1:
            before = count
            count = _take_leaned(clues.leaned, stock, picks.leaning, count, room)
            if count > before:
                spoke |= 1 << picks.leaning.source
    return count, spoke


@kernel
def _take_pick(
    clues: Clues, stock: Stock, place_and_count: tuple[int, int], picks: Picks, room: Pool
) -> int:
    """Add what one pick asks for; returns how many candidates there are now."""
    place = place_and_count[0]
    if place == TOGETHER:
        return _take_kin(stock.together, clues.anchors, place_and_count, picks, room)
    if place == ALIKE:
        return _take_kin(stock.alike, clues.latest, place_and_count, picks, room)
    if place == TOLD:
        return _take(clues.told, place_and_count, picks, room)
    if place == TASTED:
        return _take(clues.tasted, place_and_count, picks, room)
    return _take(_rung(stock.board, picks.ladders[place]), place_and_count, picks, room)


@kernel
def _rung(board: Board, number: int) -> Ladder:
    begin, end = board.offsets[number], board.offsets[number + 1]
    return Ladder(board.codes[begin:end], board.scores[begin:end])


@kernel
def _take_leaned(leaned: Leaned, stock: Stock, how: Leaning, count: int, room: Pool) -> int:
    """Add the leaders of the strongest leanings; returns how many candidates there are now."""
    if how.weight == 0.0:
        return count
    for rank in range(min(len(leaned.facets), how.facets)):
        facet = leaned.facets[rank]
        if facet >= len(stock.of_facet) or stock.of_facet[facet] < 0:
            continue
        ladder = _rung(stock.board, stock.of_facet[facet])
        weight = np.float32(how.weight * leaned.pulls[rank])
        for place in range(min(len(ladder.codes), how.most, LARGEST_POOL - count)):
            room.codes[count] = ladder.codes[place]
            room.weights[count] = weight * ladder.scores[place]
            room.sources[count] = how.source
            count += 1
    return count


@kernel
def _take(ladder: Ladder, place_and_count: tuple[int, int], picks: Picks, room: Pool) -> int:
    """Add the first of a ladder; returns how many candidates there are now."""
    place, count = place_and_count
    wanted = min(len(ladder.codes), picks.most[place], LARGEST_POOL - count)
    for rank in range(wanted):
        room.codes[count] = ladder.codes[rank]
        room.weights[count] = picks.weights[place] * ladder.scores[rank]
        room.sources[count] = picks.sources[place]
        count += 1
    return count


@kernel
def _take_kin(
    neighbors: Neighbors,
    anchors: Codes,
    place_and_count: tuple[int, int],
    picks: Picks,
    room: Pool,
) -> int:
    """Add the neighbors of all anchors, scaled so that the best of them scores 1."""
    place, count = place_and_count
    codes, scores = neighbors
    best = np.float32(0.0)
    for anchor in anchors:
        if anchor < len(codes) and codes.shape[1] > 0 and codes[anchor, 0] >= 0:
            best = max(best, scores[anchor, 0])
    if best <= 0.0:
        return count
    for anchor in anchors:
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
