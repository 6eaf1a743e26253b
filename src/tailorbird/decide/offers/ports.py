"""What offers need from outside: a place for grants that never breaks a limit, and uplift."""

from collections.abc import Sequence
from typing import Protocol

from tailorbird.decide.offers.choosing import Said
from tailorbird.decide.offers.grants import Grant, Limits, Redemption, Refused, Spending, Wanted
from tailorbird.decide.offers.offer import Offer
from tailorbird.decide.portrait import Portrait
from tailorbird.predict.uplift.depth_table import DepthTable
from tailorbird.predict.uplift.model import UpliftModel
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey


class GrantStore(Protocol):
    """Every grant, durable before it is returned.

    `grant` is atomic: whoever asks at the same time, no limit is broken; somebody who has an open
    grant of the offer is given that one again. What was granted counts until it is known what an
    order took off, or the code has expired.
    """

    def open_of(self, theirs: Sequence[IdentifierKey], now_ms: int) -> Sequence[Grant]: ...

    def refusal(self, wanted: Wanted, limits: Limits) -> Refused | None: ...

    async def grant(self, wanted: Wanted, limits: Limits) -> Grant | Refused: ...

    async def settle(self, orders: Sequence[Redemption], offset: int) -> None: ...

    async def expire(self, now_ms: int) -> int: ...

    async def settled(self) -> int | None: ...

    async def spending(self) -> Sequence[Spending]: ...


class Uplifts(Protocol):
    """What models say of the effect of offers on people."""

    def said(self, offer: Offer, whom: Portrait) -> Said: ...


class UpliftStore(Protocol):
    """Trained uplift models, by treatment; `current` names the version and the table that serve."""

    def current(self, treatment: str) -> str | None: ...

    def load(self, treatment: str) -> UpliftModel | None: ...

    def depths(self, treatment: str) -> DepthTable | None: ...


class Orders(Protocol):
    """The log, as settling reads it."""

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...
