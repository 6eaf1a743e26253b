"""The two calls from outside that make a slate; they take and give plain tuples, see `plain`."""

from __future__ import annotations

from tailorbird.predict.blending import BlendScratch, Leaned, Limits, Pool, Rows
from tailorbird.predict.board import Board, Ladder
from tailorbird.predict.composing import (
    Asking,
    Composed,
    Places,
    Policy,
    Shop,
    composed,
    finished,
)
from tailorbird.predict.drawing import Clues, Leaning, Picks, Stock
from tailorbird.predict.eligible import Fit, Terms
from tailorbird.predict.kernel import kernel
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.plain import Plain
from tailorbird.predict.tracing import Trail


@kernel
def compose(asking: Plain, policy: Plain, shop: Plain, scratch: Plain, room: Plain) -> Plain:
    """Return `composed` of what these stand for, as a plain tuple."""
    found = composed(
        _asking(asking), _policy(policy), _shop(shop), BlendScratch(*scratch), Pool(*room)
    )
    return _told(found)


@kernel
def finish(
    pool_and_spoke: Plain, asking: Plain, policy: Plain, shop: Plain, scratch: Plain
) -> Plain:
    """Return `finished` of what these stand for, as a plain tuple."""
    pool, spoke = pool_and_spoke
    shelf = (_shop(shop), BlendScratch(*scratch))
    return _told(finished(Pool(*pool), spoke, _asking(asking), _policy(policy), shelf))


@kernel
def _asking(said: Plain) -> Asking:
    clues, trail, banned = said
    told, tasted, anchors, latest, leaned = clues
    sought = Clues(Ladder(*told), Ladder(*tasted), anchors, latest, Leaned(*leaned))
    return Asking(sought, Trail(*trail), banned)


@kernel
def _policy(said: Plain) -> Policy:
    picks, fit, limits, places = said
    ladders, weights, sources, most, leaning = picks
    picked = Picks(ladders, weights, sources, most, Leaning(*leaning))
    return Policy(picked, Fit(*fit), Limits(*limits), Places(*places))


@kernel
def _shop(said: Plain) -> Shop:
    stock, discovery, rows, terms = said
    board, of_facet, together, alike = stock
    drawn_from = Stock(Board(*board), of_facet, Neighbors(*together), Neighbors(*alike))
    return Shop(drawn_from, discovery, Rows(*rows), Terms(*terms))


@kernel
def _told(found: Composed) -> Plain:
    shown = (found.codes, found.scores, found.sources, found.facets, found.grounds)
    return (*shown, found.runners_up, found.candidates, found.spoke, found.chance)
