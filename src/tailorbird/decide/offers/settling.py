"""Settling: orders that come with a code free what was held for it, and cost what they took off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from tailorbird.decide.offers.grants import Redemption
from tailorbird.decide.offers.ports import GrantStore, Orders
from tailorbird.identity.graph import Resolved
from tailorbird.spine.clock import Clock
from tailorbird.spine.errors import Overloaded
from tailorbird.spine.events import ORDER_CANCELLED, ORDER_COMPLETED, Event, LoggedEvent
from tailorbird.spine.ids import IdentifierKey

Everyone = Callable[[Sequence[IdentifierKey]], Awaitable[Sequence[IdentifierKey]]]
"""Returns all identifiers of the people behind some."""

_A_BATCH = 2_000
_EXPIRES_MS = 10_000


class Settler:
    """Follows the log for the grants of one workspace; the same order twice changes nothing.

    Args:
        grants: where they are kept, with how far the log was read.
        orders: the log.
        everyone: who else somebody is.
        clock: tells when codes have expired.
    """

    def __init__(
        self, grants: GrantStore, orders: Orders, everyone: Everyone, clock: Clock
    ) -> None:
        self._grants = grants
        self._orders = orders
        self._everyone = everyone
        self._clock = clock
        self._waiting: list[Event] = []
        self._offset = 0
        self._ready = False
        self._expired_ms = 0

    def observe(self, batch: Sequence[Resolved]) -> None:
        """See events once they are folded; orders wait for the next round."""
        for resolved in batch:
            self._see(resolved.logged)

    async def round(self) -> None:
        """Settle what came, and give back what was held for codes that have expired."""
        if not self._ready:
            return
        news, offset = self._taken()
        if news:
            try:
                await self._settle(news, offset)
            except Overloaded:
                self._waiting = [*news, *self._waiting]
                raise
        now_ms = self._clock()
        if now_ms - self._expired_ms >= _EXPIRES_MS:
            self._expired_ms = now_ms
            await self._grants.expire(now_ms)

    async def recall(self, folded: int) -> None:
        """Settle what came in while nobody settled.

        Args:
            folded: up to where of the log events were folded before anybody listened.
        """
        done = await self._grants.settled()
        after = folded if done is None else done
        if done is None:  # nothing was ever given: nothing can have been redeemed
            await self._grants.settle((), folded)
        while after < folded:
            batch = await self._orders.read(after, _A_BATCH)
            if not batch:
                break
            after = batch[-1].offset
            news = [one.event for one in batch if one.offset <= folded and _matters(one.event)]
            await self._settle(news, min(after, folded))
        self._offset = max(self._offset, folded)
        self._ready = True
        await self.round()

    def _see(self, logged: LoggedEvent) -> None:
        self._offset = max(self._offset, logged.offset)
        if _matters(logged.event):
            self._waiting.append(logged.event)

    def _taken(self) -> tuple[list[Event], int]:
        news, self._waiting = self._waiting, []
        return news, self._offset

    async def _settle(self, news: Iterable[Event], offset: int) -> None:
        found = [await self._redemption(event) for event in news]
        await self._grants.settle(found, offset)

    async def _redemption(self, event: Event) -> Redemption:
        order = event.order
        if order is None:
            raise TypeError
        return Redemption(
            order_id=order.order_id,
            code=order.coupon.strip() if order.coupon and event.name == ORDER_COMPLETED else None,
            theirs=tuple(await self._everyone(event.subject.identifiers())),
            discount_minor=max(order.discount_minor, 0),
            at_ms=event.occurred_at_ms,
        )


def _matters(event: Event) -> bool:
    if event.order is None:
        return False
    return event.name == ORDER_CANCELLED or (
        event.name == ORDER_COMPLETED and bool(event.order.coupon and event.order.coupon.strip())
    )
