"""The page to try a decision on: any identifier, any placement, any item beside it."""

import msgspec

from tailorbird.api.doorkeeper import Visitor
from tailorbird.api.http import Answer, Call
from tailorbird.compose import Install
from tailorbird.dashboard.cards import ItemCard, Shelf
from tailorbird.dashboard.overview import address_of
from tailorbird.dashboard.pages import Pages
from tailorbird.dashboard.trying import MOST, Trial, try_out
from tailorbird.decide.wire import DecideRequest, RequestContext, Slot
from tailorbird.predict.predictor import Predictor
from tailorbird.simulate.scenario import cast
from tailorbird.spine.errors import BadRequest

_SUGGESTED = 40
_LONGEST = 200


class DecidePage:
    """Tries decisions; who was asked about is in the audit log, the decision itself is not kept."""

    def __init__(self, install: Install, pages: Pages) -> None:
        self._install = install
        self._pages = pages
        self._cast = cast() if install.settings.demo else ()

    async def show(self, call: Call, visitor: Visitor) -> Answer:
        """Show the form, and the outcome once somebody or something is named."""
        query = call.query()
        trial = trial_in(query)
        shop = visitor.shop
        outcome = await try_out(shop, trial) if query else None
        if outcome is not None and outcome.person is not None:
            self._install.audit.note(
                self._install.clock(),
                shop.name,
                visitor.key.id,
                "tried a decision for",
                outcome.person,
            )
        return self._pages.page(
            "decide.html",
            trial=trial,
            outcome=outcome,
            placements=[one.name for one in shop.decider.placements.all()],
            suggested=_suggested(Shelf(shop.catalog), shop.predictor),
            cast=self._cast,
            request=_as_request(trial),
            url=address_of(call),
            here="decide",
            signed_in=True,
        )


def trial_in(query: dict[str, str]) -> Trial:
    """Return what the form asks.

    Raises:
        BadRequest: the limit is not a number from 1 to 24.
    """
    limit = query.get("limit", "8")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        raise BadRequest(f"`limit` must be 1 to {MOST}", remedy="Ask for fewer items.")
    return Trial(
        who=query.get("who", "").strip()[:_LONGEST],
        placement=query.get("placement", "home_recs")[:_LONGEST],
        item=query.get("item", "").strip()[:_LONGEST],
        limit=int(limit),
    )


def _suggested(shelf: Shelf, predictor: Predictor) -> list[ItemCard]:
    """Return what is popular, for the form to offer."""
    codes = predictor.leaders.popular.codes[:_SUGGESTED].tolist()
    return [shelf.item(predictor.table.items.ids[code]) for code in codes]


def _as_request(trial: Trial) -> str:
    """Return the same question as a program would send it."""
    kind, _, name = trial.who.rpartition(":")
    request = DecideRequest(
        user_id=name if kind == "user" else None,
        anonymous_id=None if kind == "user" or not name else name,
        placements=(Slot(name=trial.placement, limit=trial.limit),),
        context=RequestContext(item=trial.item or None),
        explain=True,
        dry_run=True,
    )
    plain = msgspec.to_builtins(request)
    plain["context"] = {"item": trial.item} if trial.item else {}
    plain["placements"][0].pop("candidates", None)
    said = {name: value for name, value in plain.items() if value not in (None, {}, False)}
    return msgspec.json.encode(said).decode()
