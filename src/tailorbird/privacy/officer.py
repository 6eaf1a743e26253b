"""The officer: carries out access and erasure over every store, and writes the receipt."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from tailorbird.privacy.ports import PersonalStore
from tailorbird.privacy.requests import Receipt, RequestType, StoreReceipt
from tailorbird.spine.clock import Clock, format_time
from tailorbird.spine.ids import IdentifierKey

_MOST_RECEIPTS = 10_000


class Officer:
    """Privacy for one workspace.

    Args:
        stores: every store that can hold a person, by name, in the order of erasing: the log
            first, so that nothing derived can come back from it.
        keep_out: remembers digests of the erased, so that late events bring nobody back.
        everyone: all identifiers that belong to the person behind some of them.
        clock: the time on receipts.
    """

    def __init__(
        self,
        stores: Mapping[str, PersonalStore],
        keep_out: Callable[[Sequence[IdentifierKey], int], Awaitable[None]],
        everyone: Callable[[Sequence[IdentifierKey]], Awaitable[Sequence[IdentifierKey]]],
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._keep_out = keep_out
        self._everyone = everyone
        self._clock = clock
        self._receipts: dict[str, Receipt] = {}

    async def erase(self, request_id: str, keys: Sequence[IdentifierKey]) -> Receipt:
        """Forget the person behind some identifiers, in every store.

        First new events are kept out, then the stores are emptied; doing it twice is harmless, so
        an erasure that was interrupted is simply asked for again.
        """
        began = self._clock()
        theirs = await self._everyone(keys)
        await self._keep_out(theirs, began)
        done = []
        for name, store in self._stores.items():
            gone = await store.erase(theirs)
            done.append(StoreReceipt(store=name, found=gone, done="erased"))
        return self._filed(request_id, RequestType.ERASURE, began, len(theirs), tuple(done), None)

    async def access(
        self, request_id: str, kind: RequestType, keys: Sequence[IdentifierKey]
    ) -> Receipt:
        """Return everything held on the person behind some identifiers."""
        began = self._clock()
        theirs = await self._everyone(keys)
        done: list[StoreReceipt] = []
        data: dict[str, object] = {}
        for name, store in self._stores.items():
            held = await store.export(theirs)
            done.append(StoreReceipt(store=name, found=len(held), done="exported"))
            data[name] = list(held)
        return self._filed(request_id, kind, began, len(theirs), tuple(done), data)

    def receipt(self, request_id: str) -> Receipt | None:
        """Return the receipt of a request that was carried out."""
        return self._receipts.get(request_id)

    def _filed(
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
        if len(self._receipts) >= _MOST_RECEIPTS:
            self._receipts.pop(next(iter(self._receipts)))
        self._receipts[request_id] = receipt
        return receipt
