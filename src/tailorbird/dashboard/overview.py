"""The first page: is it alive, what comes in, what is decided, and where to look next."""

from collections.abc import Sequence

from tailorbird.api.doorkeeper import Visitor
from tailorbird.api.http import Answer, Call
from tailorbird.compose import Install
from tailorbird.dashboard.cards import DecisionCard, Shelf
from tailorbird.dashboard.pages import Pages
from tailorbird.dashboard.vitals import VitalSigns
from tailorbird.decide.ports import DecisionRecord
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
        return self._pages.page(
            "overview.html",
            vitals=await self._signs.of(shop, now_ms),
            events=shelf.events(shop.feed.latest())[:ROWS],
            decisions=decided_last(shelf, await self._signs.latest(shop, now_ms)),
            cast=self._cast,
            workspace=shop.name,
            url=address_of(call),
            here="overview",
            signed_in=True,
        )


def decided_last(shelf: Shelf, records: Sequence[DecisionRecord]) -> list[DecisionCard]:
    """Return the last decisions for people, each placement's newest before others of the same."""
    cards = shelf.decisions((one for one in records if one.person is not None), _ITEMS_EACH)
    firsts = {card.placement: card for card in reversed(cards)}
    chosen = [card for card in cards if card is firsts[card.placement]]
    chosen += [card for card in cards if card is not firsts[card.placement]]
    return sorted(chosen[:_DECISIONS], key=lambda card: -(card.at_ms or 0))


def address_of(call: Call) -> str:
    """Return where this server is reached, for commands that can be copied."""
    host = call.header(b"host") or "127.0.0.1:8800"
    return f"{call.scope.get('scheme', 'http')}://{host}"
