"""What rules need from outside: items, a log, and what models believe."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tailorbird.catalog.items import Item
from tailorbird.collect.ports import Appended
from tailorbird.features.moment import Moment
from tailorbird.profile.profile import Profile
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import ItemId, PersonId, Subject


class Items(Protocol):
    """What is for sale."""

    def get(self, item: ItemId) -> Item | None: ...


class Log(Protocol):
    """Where firings go, and where the recent past is read from."""

    last_offset: int

    async def append(self, events: Sequence[Event]) -> Appended: ...

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...


class People(Protocol):
    """Who somebody is, and what may be known of them; nothing where consent is refused."""

    async def person(self, subject: Subject) -> PersonId | None: ...

    async def profile(self, subject: Subject, person: PersonId) -> Profile | None: ...

    def kept_out(self, event: Event) -> bool: ...


class Beliefs(Protocol):
    """What models believe of somebody; asked only when a rule mentions it, None while unknown.

    Whoever has described the profile at that time already may hand on the description.
    """

    def purchase_probability(
        self, profile: Profile, now_ms: int, described: Moment | None = None
    ) -> float | None: ...

    def churn_probability(self, profile: Profile, now_ms: int) -> float | None: ...

    def segments(self, person: PersonId, profile: Profile, now_ms: int) -> Sequence[str]: ...


Values = Mapping[str, Any]
"""Plain values by name, as conditions read them."""
