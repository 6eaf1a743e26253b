"""The first page: is it alive, what comes in, what is decided, and where to look next."""

from collections.abc import Sequence

from tailorbird.api.doorkeeper import Visitor
from tailorbird.api.http import Answer, Call
from tailorbird.compose import Install
from tailorbird.dashboard.cards import Shelf
from tailorbird.dashboard.pages import Pages
from tailorbird.dashboard.vitals import VitalSigns
from tailorbird.simulate.scenario import cast

ROWS = 30
_DECISIONS = 4
_ITEMS_EACH = 3


class Overview:
    """Shows a workspace at a glance."""

    def __init__(self, install: Install, pages: Pages, signs: VitalSigns) -> None:
        self._install = install
        self._pages = pages
        self._signs = signs
        self._cast: Sequence[tuple[str, str]] = cast() if install.settings.demo else ()

    async def show(self, call: Call, visitor: Visitor) -> Answer:
        """Show the page."""
        shop, now_ms = visitor.shop, self._install.clock()
        self._install.audit.note(now_ms, shop.name, visitor.key.id, "looked at", "the overview")
        shelf = Shelf(shop.catalog)
        records = await self._signs.latest(shop, now_ms)
        latest = [record for record in records if record.person is not None][:_DECISIONS]
        return self._pages.page(
            "overview.html",
            vitals=await self._signs.of(shop, now_ms),
            events=shelf.events(shop.feed.latest()[:ROWS]),
            decisions=shelf.decisions(latest, _ITEMS_EACH)[:_DECISIONS],
            cast=self._cast,
            workspace=shop.name,
            url=address_of(call),
            here="overview",
            signed_in=True,
        )


def address_of(call: Call) -> str:
    """Return where this server is reached, for commands that can be copied."""
    host = call.header(b"host") or "127.0.0.1:8800"
    return f"{call.scope.get('scheme', 'http')}://{host}"
