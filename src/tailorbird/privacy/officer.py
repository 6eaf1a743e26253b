"""The officer: carries out access and erasure over every store, and writes the receipt."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec

from tailorbird.privacy.ports import PersonalStore, Receipts
from tailorbird.privacy.requests import Receipt, RequestType, StoreReceipt
from tailorbird.spine.clock import Clock, format_time
from tailorbird.spine.ids import IdentifierKey

FOR_NOW = 2**62
"""A time after all times: while an erasure is at work, nothing of its subject is let in."""

Everyone = Callable[[Sequence[IdentifierKey]], Awaitable[Sequence[IdentifierKey]]]


class Doors(msgspec.Struct, frozen=True):
    """What an officer needs of the shop's other rooms.

    Attributes:
        keep_out: remembers digests of the erased, so that late events bring nobody back.
        settled: waits until what was let in before is stored and folded.
        everyone: all identifiers that belong to the person behind some of them.
        forget: drops what memory holds of them.
    """

    keep_out: Callable[[Sequence[IdentifierKey], int], Awaitable[None]]
    settled: Callable[[], Awaitable[None]]
    everyone: Everyone
    forget: Callable[[Sequence[IdentifierKey]], Awaitable[None]]


class Officer:
    """Privacy for one workspace.

    Args:
        stores: every store that can hold a person, by name, in the order of erasing: the log
            first, so that nothing derived can come back from it.
        doors: what it needs of the other rooms.
        receipts: where receipts are kept; what an access found is not kept with them.
        clock: the time on receipts.
    """

    def __init__(
        self,
        stores: Mapping[str, PersonalStore],
        doors: Doors,
        receipts: Receipts,
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._doors = doors
        self._receipts = receipts
        self._clock = clock

    async def erase(self, request_id: str, keys: Sequence[IdentifierKey]) -> Receipt:
        """Forget the person behind some identifiers, in every store.

        First new events are kept out, and those on their way are waited for; then the stores are
        emptied. Doing it twice is harmless, so an erasure that was interrupted is simply asked for
        again.
        """
        began = self._clock()
        theirs = await self._all_theirs(keys)
        await self._doors.forget(theirs)
        done = []
        for name, store in self._stores.items():
            gone = await store.erase(theirs)
            done.append(StoreReceipt(store=name, found=gone, done="erased"))
        await self._doors.keep_out(theirs, self._clock())
        return await self._filed(
            request_id, RequestType.ERASURE, began, len(theirs), tuple(done), None
        )

    async def _all_theirs(self, keys: Sequence[IdentifierKey]) -> Sequence[IdentifierKey]:
        """Keep a person out, and return all their identifiers, an event on its way included."""
        theirs: Sequence[IdentifierKey] = ()
        more = await self._doors.everyone(keys)
        while more != theirs:
            theirs = more
            await self._doors.keep_out(theirs, FOR_NOW)
            await self._doors.settled()
            more = await self._doors.everyone(theirs)
        return theirs

    async def access(
        self, request_id: str, kind: RequestType, keys: Sequence[IdentifierKey]
    ) -> Receipt:
        """Return everything held on the person behind some identifiers."""
        began = self._clock()
        theirs = await self._doors.everyone(keys)
        done: list[StoreReceipt] = []
        data: dict[str, object] = {}
        for name, store in self._stores.items():
            held = await store.export(theirs)
            done.append(StoreReceipt(store=name, found=len(held), done="exported"))
            data[name] = list(held)
        return await self._filed(request_id, kind, began, len(theirs), tuple(done), data)

    async def receipt(self, request_id: str) -> Receipt | None:
        """Return the receipt of a request that was carried out, without the data of an access."""
        return await self._receipts.get(request_id)

    async def _filed(
        self,
        request_id: str,
        kind: RequestType,
        began_ms: int,
        identifiers: int,
        stores: tuple[StoreReceipt, ...],
        data: dict[str, object] | None,
    ) -> Receipt:
        receipt = Receipt(
            request_id=request_id,
            type=kind,
            status="completed",
            received_at=format_time(began_ms),
            completed_at=format_time(self._clock()),
            identifiers=identifiers,
            stores=stores,
            data=data,
        )
        await self._receipts.put(msgspec.structs.replace(receipt, data=None), self._clock())
        return receipt
