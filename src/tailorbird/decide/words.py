"""The words of one answer: the reason for each item, with the titles of what it was found by."""

from __future__ import annotations

from collections.abc import Callable

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Source
from tailorbird.decide.reasons import reason
from tailorbird.predict.item_table import ItemTable
from tailorbird.spine.facets import Spell

Title = Callable[[int], str]
"""Returns what the item of a code is called."""


class Words:
    """Puts grounds into words; each title is looked up once, each sentence made once."""

    def __init__(
        self, here: Moment, table: ItemTable, title: Title, spell: Spell = str.title
    ) -> None:
        self._table = table
        self._title = title
        self._spell = spell
        session = here.session if len(here.session) else here.past
        self._session = session[-5:].tolist()
        self._anchors = here.anchors.tolist()
        self._page = -1 if here.page_item is None else table.items.codes.get(here.page_item, -1)
        self._titles: dict[int, str] = {}
        self._lent = _lent_codes(here, table)
        self._said: dict[tuple[Source, str | None, int], str] = {}
        self._place = (
            self._table.facets.ids[here.category].rpartition(" > ")[2].removeprefix("category:")
            if here.category >= 0
            else None
        )

    def reason(self, code: int, source: Source, facet: int) -> str:
        """Return the reason for one item; the same grounds are put into words once."""
        anchor = None
        if source is Source.SESSION and self._page >= 0:
            anchor = self._viewed_before(code)
        elif source is Source.SESSION or source is Source.SIMILAR:
            anchor = self._nearest(code, self._session)
        elif source is Source.COMPLEMENT:
            anchor = self._nearest(code, self._anchors)
        elif source is not Source.AFFINITY or facet in self._lent:
            facet = -1  # what is lent is not named: whoever sits there may be somebody else
        grounds = (source, anchor, facet)
        said = self._said.get(grounds)
        if said is None:
            leaning = self._table.facets.ids[facet] if facet >= 0 else None
            said = self._said[grounds] = reason(source, anchor, leaning, self._place, self._spell)
        return said

    def _nearest(self, code: int, among: list[int]) -> str | None:
        """Name the item it was found by: the latest of the same narrow category, else the latest.

        The session's own item, shown again, is found by itself; that says nothing, so another is
        named.
        """
        others = among if code not in among else [one for one in among if one != code]
        if not others:
            return None
        found = others[-1]
        if len(others) > 1:
            leaf = self._table.leaf
            found = next((one for one in reversed(others) if leaf[one] == leaf[code]), found)
        return self._called(found)

    def _viewed_before(self, code: int) -> str | None:
        """Name the latest item of the same narrow category that was viewed before the page's own.

        On its own page an item is what somebody looks at, not what they have viewed.
        """
        leaf = self._table.leaf
        for one in reversed(self._session):
            if one not in (self._page, code) and leaf[one] == leaf[code]:
                return self._called(one)
        return None

    def _called(self, code: int) -> str:
        if code not in self._titles:
            self._titles[code] = self._title(code)
        return self._titles[code]


def _lent_codes(here: Moment, table: ItemTable) -> frozenset[int]:
    """Return the codes of leanings that are only lent."""
    if here.loan is None:
        return _NONE_LENT
    own = {} if here.profile is None else here.profile.facets
    codes = table.facets.codes
    return frozenset(codes.get(facet, -1) for facet in here.loan.pulls if facet not in own)


_NONE_LENT: frozenset[int] = frozenset()
