"""The words of an answer: the reason for each item, with the title of what it was found by."""

from __future__ import annotations

import numpy as np

from tailorbird.catalog.catalog import Catalog
from tailorbird.decide.moment import NO_CODES, Moment
from tailorbird.decide.placements import Source
from tailorbird.decide.reasons import clipped, reason
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.sessions import Codes
from tailorbird.predict.tracing import (
    BY_ANCHOR,
    BY_CATEGORY,
    BY_LEANING,
    BY_NOTHING,
    BY_VIEWS,
    BY_VISIT,
    Trail,
)
from tailorbird.spine.ids import ItemId

_LOOKED_BACK = 5
_MOST_SAID = 50_000
_FOUND_BY = {
    Source.SESSION: BY_VIEWS,
    Source.SIMILAR: BY_VISIT,
    Source.COMPLEMENT: BY_ANCHOR,
    Source.AFFINITY: BY_LEANING,
    Source.POPULAR: BY_CATEGORY,
}
_WAYS = np.array([_FOUND_BY.get(source, BY_NOTHING) for source in Source], np.int8)
_SOURCES = tuple(Source)  # by number: calling the enumeration for each item costs ten times as much


def trail_of(here: Moment, table: ItemTable) -> Trail:
    """Return what may have led to an item that is shown at this moment."""
    visited = here.session if len(here.session) else here.past
    page = -1 if here.page_item is None else table.items.codes.get(here.page_item, -1)
    lent = _lent_codes(here, table)
    return Trail(_WAYS, visited[-_LOOKED_BACK:], here.anchors, page, here.category, lent)


class Words:
    """Puts grounds into words; each sentence is made once, until the catalog changes.

    Args:
        predictor: says what its codes stand for.
        catalog: knows titles, and how brands are spelled.
    """

    def __init__(self, predictor: Predictor, catalog: Catalog) -> None:
        self._predictor = predictor
        self._catalog = catalog
        self._known: tuple[ItemTable, int] = (predictor.table, catalog.edition)
        self._said: dict[tuple[int, int], str] = {}

    def reasons(self, sources: list[int], grounds: list[int]) -> list[str]:
        """Return the reason for each item of a slate.

        Args:
            sources: the number of the source that said most for each.
            grounds: what each was found by: an item code, a facet code, or -1 for nothing.
        """
        table, edition = self._known
        if (
            self._predictor.table is not table
            or self._catalog.edition != edition
            or len(self._said) > _MOST_SAID
        ):
            self._known = self._predictor.table, self._catalog.edition
            self._said = {}
        said = self._said
        return [said.get(why) or self._put(why) for why in zip(sources, grounds, strict=True)]

    def _put(self, why: tuple[int, int]) -> str:
        """Put a ground into words, and remember them."""
        source, ground = _SOURCES[why[0]], why[1]
        way = _WAYS[source]
        anchor = leaning = place = None
        if ground >= 0 and way == BY_LEANING:
            leaning = self._predictor.table.facets.ids[ground]
        elif ground >= 0 and way == BY_CATEGORY:
            path = self._predictor.table.facets.ids[ground]
            place = path.rpartition(" > ")[2].removeprefix("category:")
        elif ground >= 0:
            anchor = self.title(ground)
        said = self._said[why] = reason(source, anchor, leaning, place, self._catalog.spelling)
        return said

    def title(self, code: int) -> str:
        """Return what an item is called; its id where the catalog has no title."""
        name = ItemId(self._predictor.table.items.ids[code])
        item = self._catalog.get(name)
        return clipped(item.title) if item is not None and item.title else name


def _lent_codes(here: Moment, table: ItemTable) -> Codes:
    """Return the codes of leanings that are only lent."""
    if here.loan is None:
        return NO_CODES
    own = {} if here.profile is None else here.profile.facets
    return table.facets.encode([facet for facet in here.loan.pulls if facet not in own])
