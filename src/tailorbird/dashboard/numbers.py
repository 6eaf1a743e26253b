"""The page of key figures: a table to compare placements, triggers, offers or channels by."""

from collections import OrderedDict

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Visitor
from tailorbird.api.errands import Errands
from tailorbird.api.http import Answer, Call
from tailorbird.api.kpis import KpiDesk, checked
from tailorbird.compose import Install
from tailorbird.dashboard.pages import Pages
from tailorbird.measure.kpis.definitions import BY_NAME, Kpi
from tailorbird.measure.kpis.figures import Figure, KpiGroup, KpisShown
from tailorbird.measure.kpis.tables import DIMENSIONS
from tailorbird.measure.kpis.words import amount, parts, title, within
from tailorbird.spine.clock import DAY_MS, MINUTE_MS, format_time
from tailorbird.spine.errors import BadRequest, Forbidden

_PERIODS = (1, 7, 30, 90, 365)
_DAYS = 30
_MOST_COLUMNS = 7
_GOOD_FOR_MS = MINUTE_MS
_MOST_KEPT = 50


class Cell(msgspec.Struct, frozen=True):
    """A figure as the table shows it."""

    value: str
    within: str
    counted: str
    of: str
    note: str | None


class Row(msgspec.Struct, frozen=True):
    """A key figure in all groups; None where a group has none."""

    title: str
    kpi: Kpi
    cells: tuple[Cell | None, ...]


class NumbersPage:
    """Shows key figures; the same question is read anew once a minute at most."""

    def __init__(self, install: Install, pages: Pages) -> None:
        self._install = install
        self._pages = pages
        self._desk = KpiDesk(Errands(install.settings), install.clock)
        self._kept: OrderedDict[tuple[str, str, int], tuple[int, KpisShown]] = OrderedDict()

    async def show(self, call: Call, visitor: Visitor) -> Answer:
        """Show the table."""
        if not visitor.key.may(Scope.ADMIN):
            raise Forbidden("This key may not look at key figures.", remedy="Sign in with another.")
        query = call.query()
        by, days = asked(query)
        at_ms, shown = await self._shown(visitor, by, days)
        groups = (shown.total, *(shown.groups if by != "shop" else ())[: _MOST_COLUMNS - 1])
        rows = rows_of(groups)
        return self._pages.page(
            "numbers.html",
            by=by,
            dimensions=tuple(DIMENSIONS),
            days=days,
            periods=_PERIODS,
            groups=groups,
            rows=rows,
            noted=any(cell is not None and cell.note for row in rows for cell in row.cells),
            more=max(0, len(shown.groups) - _MOST_COLUMNS + 1),
            left_out=shown.left_out,
            read_at_ms=at_ms,
            here="numbers",
            signed_in=True,
        )

    async def _shown(self, visitor: Visitor, by: str, days: int) -> tuple[int, KpisShown]:
        now_ms, key = self._install.clock(), (visitor.shop.name, by, days)
        kept = self._kept.get(key)
        if kept is not None and now_ms - kept[0] < _GOOD_FOR_MS:
            return kept
        query = {"by": by, "since": format_time(now_ms - days * DAY_MS)}
        told = await self._desk.asked(visitor.shop, checked(query))
        self._kept[key] = now_ms, msgspec.json.decode(told, type=KpisShown)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def asked(query: dict[str, str]) -> tuple[str, int]:
    """Return by what, and over how many days, the form asks.

    Raises:
        BadRequest: it asks for what there is not.
    """
    by, days = query.get("by", "placement"), query.get("days", str(_DAYS))
    if by not in DIMENSIONS or days not in map(str, _PERIODS):
        raise BadRequest("There are no such key figures.", remedy="Choose from the lists.")
    return by, int(days)


def rows_of(groups: tuple[KpiGroup, ...]) -> list[Row]:
    """Return the figures of some groups as rows of a table, money by currency."""
    found = [{(one.kpi, one.currency): one for one in group.figures} for group in groups]
    order = list(BY_NAME)
    keys = {key for figures in found for key in figures}
    return [
        Row(
            title(next(figures[key] for figures in found if key in figures)),
            BY_NAME[key[0]],
            tuple(None if key not in figures else _cell(figures[key]) for figures in found),
        )
        for key in sorted(keys, key=lambda key: (order.index(key[0]), key[1] or ""))
    ]


def _cell(one: Figure) -> Cell:
    counted, of = parts(one)
    return Cell(amount(one, one.value), within(one), counted, of, one.note)
