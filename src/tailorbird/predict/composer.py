"""The composer: makes slates out of one state of the shop's models, items and leaders."""

from __future__ import annotations

import copy

from tailorbird.predict.blending import BlendScratch, Leaned, Pool, Rows, blend_scratch
from tailorbird.predict.board import Ladder
from tailorbird.predict.composing import Composed, Shop
from tailorbird.predict.drawing import Clues, Leaning, Picks, Stock, draw, empty_pool
from tailorbird.predict.eligible import Fit, Terms, fitting
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.plain import Plain, plain
from tailorbird.predict.serving import compose, finish
from tailorbird.predict.sessions import Codes
from tailorbird.predict.trading import NO_STAKES, NO_WORTH, Stakes, Worth, worth_of
from tailorbird.spine.clock import Clock


class Composer:
    """Makes slates, one at a time: its working memory is for one thread.

    Args:
        clock: by which it is told how fresh the stock is.
    """

    def __init__(self, clock: Clock, table: ItemTable, stock: Stock, discovery: Codes) -> None:
        self._clock = clock
        self._table, self._stock, self._discovery = table, stock, discovery
        self._scratch = blend_scratch(table.capacity, 1024)
        self._room = empty_pool()
        self._worths: dict[Stakes, Worth] = {}
        self._shops: dict[Stakes, tuple[BlendScratch, int, tuple[Plain, Plain, Plain]]] = {}

    def over(self, table: ItemTable, stock: Stock, discovery: Codes) -> None:
        """Make slates out of these from here on.

        Args:
            table: the items.
            stock: where candidates are drawn from.
            discovery: int32[], different items that discoveries are drawn from.
        """
        self._table, self._stock, self._discovery = table, stock, discovery
        self._worths, self._shops = {}, {}

    def apart(self) -> Composer:
        """Return one for another thread, with working memory of its own."""
        other = copy.copy(self)
        other._scratch = blend_scratch(self._table.capacity, 1024)  # noqa: SLF001 - of its own kind
        other._room, other._worths, other._shops = empty_pool(), {}, {}  # noqa: SLF001 - of its own kind
        return other

    def scratch(self) -> BlendScratch:
        """Return working memory that fits the table as it is now."""
        now, table = self._scratch, self._table
        if (
            len(now.total) < table.capacity
            or len(now.leaning) < len(table.facets)
            or len(now.of_vendor) < len(table.vendors)
        ):
            self._scratch = blend_scratch(
                table.capacity, 2 * len(table.facets) + 1024, 2 * len(table.vendors) + 64
            )
        return self._scratch

    def rows(self, stakes: Stakes = NO_STAKES) -> Rows:
        """Return what blending reads of the items; what they are worth is worked out now and then.

        Args:
            stakes: how much margin and fresh stock count beside relevance.
        """
        table = self._table
        worth = NO_WORTH
        if stakes != NO_STAKES:
            known = self._worths.get(stakes)
            if known is None:
                known = self._worths[stakes] = worth_of(table, stakes, self._clock() / 1000)
            worth = known
        return Rows(
            table.available, table.facet_codes, table.leaf, table.brand, table.vendor, worth
        )

    def pool(self, clues: Clues, picks: Picks) -> tuple[Pool, int]:
        """Return the candidates of all sources that are picked, and which had any, one bit each.

        The pool stands in memory that the next call, or the next slate, fills anew.
        """
        room = self._room
        count, spoke = draw(clues, self._stock, picks, room)
        return Pool(room.codes[:count], room.weights[:count], room.sources[:count]), spoke

    def drawn(self, clues: Plain, picks: Plain) -> tuple[Pool, int]:
        """Return what `pool` does, for `Clues` and `Picks` without their names."""
        told, tasted, anchors, latest, leaned = clues
        sought = Clues(Ladder(*told), Ladder(*tasted), anchors, latest, Leaned(*leaned))
        ladders, weights, sources, most, leaning = picks
        return self.pool(sought, Picks(ladders, weights, sources, most, Leaning(*leaning)))

    def composed(self, asking: Plain, policy: Plain, stakes: Stakes) -> tuple[Composed, Pool]:
        """Return a slate and the candidates it was made of, who stand until the next is made.

        Args:
            asking: an `Asking` without its names.
            policy: a `Policy` without its names.
            stakes: how much margin and fresh stock count beside relevance.
        """
        shop, scratch, room = self._plain(stakes)
        found = Composed(*compose(asking, policy, shop, scratch, room))
        count = found.candidates
        return found, Pool(room[0][:count], room[1][:count], room[2][:count])

    def finished(
        self, pool: Pool, spoke: int, asking: Plain, policy: Plain, stakes: Stakes
    ) -> tuple[Composed, Pool]:
        """Return a slate of candidates that were weighed already, and those of them that fit."""
        shop, scratch, _ = self._plain(stakes)
        found = Composed(*finish((plain(pool), spoke), asking, policy, shop, scratch))
        count = found.candidates
        return found, Pool(pool.codes[:count], pool.weights[:count], pool.sources[:count])

    def fitting(self, codes: Codes, fit: Fit) -> Codes:
        """Return those items that may stand in a placement, in order."""
        return fitting(codes, fit, self.rows(), _terms(self._table)) if fit.asked else codes

    def _plain(self, stakes: Stakes) -> tuple[Plain, Plain, Plain]:
        """Return what slates read of the shop and work in, without names; made anew at a change."""
        scratch, capacity = self.scratch(), self._table.capacity
        known = self._shops.get(stakes)
        if known is None or known[0] is not scratch or known[1] != capacity:
            shop = Shop(self._stock, self._discovery, self.rows(stakes), _terms(self._table))
            made = (plain(shop), plain(scratch), plain(self._room))
            known = self._shops[stakes] = (scratch, capacity, made)
        return known[2]


def _terms(table: ItemTable) -> Terms:
    return Terms(table.markets, table.stock, table.margin)
