"""The deciding doors: what to show, and in which order."""

from collections.abc import Callable

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.collect.identifiers import identifier, is_junk
from tailorbird.configure.words import meant
from tailorbird.consent.signals import from_gpc
from tailorbird.decide.actions.advising import UnknownAction
from tailorbird.decide.actions.wire import as_decide, as_next_action, decode_next_action
from tailorbird.decide.wire import DecideRequest, RankRequest, decode_rank, decode_request
from tailorbird.settings import Settings
from tailorbird.spine.errors import Forbidden
from tailorbird.spine.ids import Subject

MOST_REQUEST_BYTES = 256 * 1024


class DecidingDoors:
    """Doors that answer what to show."""

    def __init__(self, keeper: Doorkeeper, settings: Settings) -> None:
        self._keeper = keeper
        self._deadline_ms = float(settings.deadline_ms)
        self._demo = settings.demo

    def doors(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("POST", "/v1/decide"): self.decide,
            ("POST", "/v1/rank"): self.rank,
            ("POST", "/v1/next-action"): self.next_action,
        }

    async def decide(self, call: Call) -> Answer:
        """Decide every placement that is asked for."""
        visitor = await self._keeper.admit(call, Scope.DECIDE)
        request = decode_request(await call.body(MOST_REQUEST_BYTES))
        subject = subject_of(request, visitor)
        if request.explain and not (visitor.is_secret or self._demo):
            raise Forbidden("`explain` needs a secret key")
        found = await visitor.shop.decider.decide(
            request,
            subject,
            from_gpc(call.header(b"sec-gpc")),
            deadline_ms=self._deadline_ms if request.deadline_ms is None else request.deadline_ms,
            explain=request.explain,
        )
        return answer(found)

    async def next_action(self, call: Call) -> Answer:
        """Say what is best done for somebody now; doing nothing always competes."""
        visitor = await self._keeper.admit(call, Scope.DECIDE)
        asked = decode_next_action(await call.body(MOST_REQUEST_BYTES))
        request = as_decide(asked)
        visitor.shop.decider.placements.get(asked.placement)
        known = visitor.shop.counters.actions()
        for name in asked.actions:
            if name not in known:
                raise UnknownAction(f"There is no action {name[:60]!r}{meant(name, known)}")
        if request.explain and not (visitor.is_secret or self._demo):
            raise Forbidden("`explain` needs a secret key")
        found = await visitor.shop.decider.decide(
            request,
            subject_of(request, visitor),
            from_gpc(call.header(b"sec-gpc")),
            deadline_ms=self._deadline_ms if request.deadline_ms is None else request.deadline_ms,
            explain=request.explain,
        )
        return answer(as_next_action(found))

    async def rank(self, call: Call) -> Answer:
        """Put a list that the shop brings into this visitor's order."""
        visitor = await self._keeper.admit(call, Scope.DECIDE)
        request = decode_rank(await call.body(MOST_REQUEST_BYTES))
        found = await visitor.shop.decider.rank(
            request,
            subject_of(request, visitor),
            from_gpc(call.header(b"sec-gpc")),
            deadline_ms=self._deadline_ms if request.deadline_ms is None else request.deadline_ms,
        )
        return answer(found)


def subject_of(request: DecideRequest | RankRequest, visitor: Visitor) -> Subject:
    """Return whom a request is about; a browser may name a user only with the shop's word."""
    user_id = identifier(request.user_id, "userId")
    anonymous_id = identifier(request.anonymous_id, "anonymousId")
    visitor.must_vouch(user_id, request.user_token)
    stand_in = visitor.shop.pseudonyms.stand_in
    return Subject(anonymous_id=_usable(anonymous_id, stand_in), user_id=_usable(user_id, stand_in))


def _usable(text: str | None, stand_in: Callable[[str], str]) -> str | None:
    return None if text is None or is_junk(text) else stand_in(text)
