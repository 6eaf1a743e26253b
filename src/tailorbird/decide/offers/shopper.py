"""A shopper: who asks for an offer or an action, from where, and until when."""

from __future__ import annotations

import msgspec

from tailorbird.accounts.terms import Standing
from tailorbird.decide.offers.basket import Asking, Basket, Find, basket_of, event_of
from tailorbird.decide.portrait import Portrait
from tailorbird.decide.wire import RequestContext
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.rules.ports import Beliefs
from tailorbird.spine.ids import PersonId, Subject


class Shopper(msgspec.Struct, frozen=True):
    """Who asks for an offer, and from where.

    Attributes:
        subject: by which identifiers they asked.
        person: who that is; None for somebody not met before.
        profile: what is known of them.
        context: the request's.
        now_ms: when.
        left_ms: how long the answer may still take.
        portrait: what was worked out of them so far for this answer.
        rehearsed: nothing is to be given, only told what would be.
        standing: what holds for the account in whose name they buy.
    """

    subject: Subject
    person: PersonId | None
    profile: Profile | None
    context: RequestContext
    now_ms: int
    left_ms: float
    portrait: Portrait
    rehearsed: bool = False
    standing: Standing | None = None

    def basket(self, find: Find, margin: float | None = None) -> Basket:
        """Return their cart, with a margin assumed of items whose cost is not known."""
        plain = self._basket(find, None)
        return plain if plain.uncosted is None or margin is None else self._basket(find, margin)

    def _basket(self, find: Find, margin: float | None) -> Basket:
        return self.portrait.once(
            ("basket", margin),
            lambda: basket_of(self.context, self.profile, find, margin, self.standing),
        )

    def asking(self, find: Find, beliefs: Beliefs) -> Asking:
        """Return their moment, as conditions are asked about it."""
        return self.portrait.once("asking", lambda: self._asking(find, beliefs))

    def _asking(self, find: Find, beliefs: Beliefs) -> Asking:
        return Asking(
            person=self.person or PersonId(""),
            profile=self.profile or EMPTY,
            now_ms=self.now_ms,
            event=event_of(self.subject, self.context, self.now_ms),
            beliefs=self.portrait.believed(beliefs),
            stated=self.basket(find).lines,
        )
