"""A moment: somebody, what just happened, and all that a condition may ask about them."""

from collections.abc import Sequence
from functools import cached_property

import msgspec

from tailorbird.catalog.items import Item
from tailorbird.profile.cart import InCart, in_cart
from tailorbird.profile.intent import Intent, intent
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.profile.session import Session, session
from tailorbird.profile.worth import Worth, worth
from tailorbird.rules.beliefs import Unbelieving
from tailorbird.rules.ports import Beliefs
from tailorbird.spine.events import NO_CONTEXT, Context, Event
from tailorbird.spine.ids import PersonId

_UNBELIEVING = Unbelieving()


class Mark(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """That something happened: when, what, and with which item ("" for none)."""

    at_ms: int
    name: str
    item: str = ""


class Moment(msgspec.Struct, dict=True):
    """What conditions are asked about; what is costly is worked out once, and only if asked.

    Attributes:
        person: whose moment it is.
        profile: what is known of them.
        now_ms: when it is.
        event: what just happened; None for conditions on people alone.
        item: what the event is about, as the catalog has it.
        marks: the recent past, oldest first; windows are counted in it.
        beliefs: what models say.
    """

    person: PersonId
    profile: Profile = EMPTY
    now_ms: int = 0
    event: Event | None = None
    item: Item | None = None
    marks: Sequence[Mark] = ()
    beliefs: Beliefs = _UNBELIEVING

    @cached_property
    def worth(self) -> Worth:
        """Orders and money."""
        return worth(self.profile.orders, self.now_ms)

    @cached_property
    def visit(self) -> Session | None:
        """The visit that is going on."""
        return session(self.profile, self.now_ms)

    @cached_property
    def intent(self) -> Intent:
        """How far along they are."""
        return intent(self.profile, self.now_ms)

    @cached_property
    def cart(self) -> tuple[InCart, ...]:
        """What is in the cart."""
        return in_cart(self.profile.cart)

    @property
    def context(self) -> Context:
        """The circumstances of the event."""
        return NO_CONTEXT if self.event is None else self.event.context


def marked(event: Event) -> Mark:
    """Return the mark that an event leaves."""
    return Mark(event.occurred_at_ms, event.name, event.items[0].id if event.items else "")


def counted(marks: Sequence[Mark], name: str, item: str | None, since_ms: int, now_ms: int) -> int:
    """Return how often something happened after `since_ms` and up to `now_ms`.

    Args:
        marks: oldest first.
        name: of the event.
        item: only with this item; None for any.
        since_ms: not counted itself.
        now_ms: counted itself.
    """
    found = 0
    for mark in reversed(marks):
        if mark.at_ms <= since_ms:
            break
        if mark.name == name and mark.at_ms <= now_ms and (item is None or mark.item == item):
            found += 1
    return found
