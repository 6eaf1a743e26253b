"""The composer: makes slates out of one state of the shop's models, items and leaders."""

from __future__ import annotations

import copy

import msgspec

from tailorbird.predict.blending import BlendScratch, Leaned, Pool, Rows, blend_scratch
from tailorbird.predict.board import Ladder
from tailorbird.predict.composing import Bench, Shop, empty_sheet
from tailorbird.predict.drawing import Clues, Leaning, Picks, Stock, draw, empty_pool
from tailorbird.predict.eligible import Fit, Terms, fitting
from tailorbird.predict.held import Held, hold
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.plain import Plain, plain
from tailorbird.predict.serving import compose, finish
from tailorbird.predict.sessions import Codes
from tailorbird.predict.trading import NO_STAKES, NO_WORTH, Stakes, Worth, worth_of
from tailorbird.spine.clock import Clock


class Told(msgspec.Struct, frozen=True, gc=False):
    """A slate as Python reads it; see `Composed` for what the lists hold.

    The candidates stand at the front of `room` until the next slate is made.
    """

    codes: list[int]
    sources: list[int]
    facets: list[int]
    grounds: list[int]
    scores: list[float]
    runners_up: list[int]
    candidates: int
    spoke: int
    chance: float
    room: Pool


class Composer:
    """Makes slates, one at a time: its working memory is for one thread.

    Args:
        clock: by which it is told how fresh the stock is.
    """

    def __init__(self, clock: Clock, table: ItemTable, stock: Stock, discovery: Codes) -> None:
        self._clock = clock
        self._table, self._stock, self._discovery = table, stock, discovery
        self._scratch = blend_scratch(table.capacity, 1024)
        self._room, self._sheet = empty_pool(), empty_sheet()
        self._worths: dict[Stakes, Worth] = {}
        self._benches: dict[Stakes, tuple[BlendScratch, int, Held]] = {}

    def over(self, table: ItemTable, stock: Stock, discovery: Codes) -> None:
        """Make slates out of these from here on.

        Args:
            table: the items.
            stock: where candidates are drawn from.
            discovery: int32[], different items that discoveries are drawn from.
        """
        self._table, self._stock, self._discovery = table, stock, discovery
        self._worths, self._benches = {}, {}

    def apart(self) -> Composer:
        """Return one for another thread, with working memory of its own."""
        other = copy.copy(self)
        other._scratch = blend_scratch(self._table.capacity, 1024)  # noqa: SLF001 - of its own kind
        other._room, other._sheet = empty_pool(), empty_sheet()  # noqa: SLF001 - of its own kind
        other._worths, other._benches = {}, {}  # noqa: SLF001 - of its own kind
        return other

    def scratch(self) -> BlendScratch:
        """Return working memory that fits the table as it is now."""
        now, table = self._scratch, self._table
        if (
            len(now.place) < table.capacity
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

    def composed(self, asking: Plain, policy: Plain, stakes: Stakes) -> Told:
        """Return a slate.

        Args:
            asking: an `Asking` without its names.
            policy: a `Policy` without its names.
            stakes: how much margin and fresh stock count beside relevance.
        """
        return self._read(compose(asking, policy, self._bench(stakes)), self._room)

    def finished(
        self, pool: Pool, spoke: int, asking: Plain, policy: Plain, stakes: Stakes
    ) -> Told:
        """Return a slate of candidates that were weighed already."""
        return self._read(finish((plain(pool), spoke), asking, policy, self._bench(stakes)), pool)

    def _read(self, found: tuple[int, int, int, int, float], room: Pool) -> Told:
        """Return what the sheet says."""
        shown, left, candidates, spoke, chance = found
        rows, scores = self._sheet
        codes, sources, facets, grounds = rows[:4, :shown].tolist()
        lists = (codes, sources, facets, grounds, scores[:shown].tolist(), rows[4, :left].tolist())
        return Told(*lists, candidates, spoke, chance, room)

    def fitting(self, codes: Codes, fit: Fit) -> Codes:
        """Return those items that may stand in a placement, in order."""
        return fitting(codes, fit, self.rows(), _terms(self._table)) if fit.asked else codes

    def _bench(self, stakes: Stakes) -> Held:
        """Return what slates are made on, held; made anew at a change."""
        scratch, capacity = self.scratch(), self._table.capacity
        known = self._benches.get(stakes)
        if known is None or known[0] is not scratch or known[1] != capacity:
            shop = Shop(self._stock, self._discovery, self.rows(stakes), _terms(self._table))
            held = hold(Bench(shop, scratch, self._room, self._sheet))
            known = self._benches[stakes] = (scratch, capacity, held)
        return known[2]


def _terms(table: ItemTable) -> Terms:
    return Terms(table.markets, table.stock, table.margin)
