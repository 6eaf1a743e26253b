"""The catalog: what is for sale, kept current, and told to whoever ranks."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tailorbird.catalog.items import BadItem, Item, WireItem, item_from, item_id
from tailorbird.catalog.ports import ItemStore
from tailorbird.catalog.spelling import Spelling
from tailorbird.catalog.supply import changes
from tailorbird.spine.clock import Clock
from tailorbird.spine.ids import ItemId

Watcher = Callable[[Sequence[Item]], None]
"""Told of items as they are now, after each change; an item taken away comes unavailable."""

_decode_item = msgspec.json.Decoder(WireItem).decode
_decode_raws = msgspec.json.Decoder(list[msgspec.Raw]).decode
_MOST_REMEMBERED = 200_000


class ItemRejection(msgspec.Struct, frozen=True, rename="camel"):
    """One item of a request that was not taken, and why."""

    index: int
    reason: str


class CatalogOutcome(msgspec.Struct, frozen=True, rename="camel"):
    """What became of a request's items."""

    accepted: int
    rejected: list[ItemRejection]


class Catalog:
    """One workspace's items."""

    def __init__(self, store: ItemStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._watchers: list[Watcher] = []
        self._facets: dict[ItemId, tuple[str, ...] | None] = {}
        self.spelling = Spelling()
        self.unknown = 0
        self.edition = 0  # raised by every change, for whoever remembers what an item was like

    def watch(self, watcher: Watcher) -> None:
        """Tell somebody of every change from now on."""
        self._watchers.append(watcher)

    def get(self, item: ItemId) -> Item | None:
        """Return an item, or None."""
        return self._store.get(item)

    def cost_minor(self, item: ItemId) -> int | None:
        """Return what an item costs the shop, in minor units; None where that is not known."""
        found = self._store.get(item)
        return None if found is None else found.cost_minor

    def all(self) -> Iterator[Item]:
        """Yield every item."""
        return self._store.all()

    def recall(self, items: Sequence[Item]) -> None:
        """Have at hand what is known of items that were just read: their words, their facets."""
        self.spelling.learn(items)
        for item in items[: _MOST_REMEMBERED - len(self._facets)]:
            self._facets[item.id] = item.facets()

    def count(self) -> int:
        """Return how many items there are."""
        return self._store.count()

    def facets(self, item: ItemId) -> tuple[str, ...] | None:
        """Return an item's facets for stamping events; None (and counted) for unknown items."""
        if item in self._facets:
            facets = self._facets[item]
        else:
            known = self._store.get(item)
            facets = None if known is None else known.facets()
            if len(self._facets) >= _MOST_REMEMBERED:
                self._facets.clear()
            self._facets[item] = facets
        if facets is None:
            self.unknown += 1
        return facets

    async def put(self, body: bytes) -> CatalogOutcome:
        """Insert or update items given as a JSON array, one JSON object, or NDJSON.

        Fields that an item leaves out keep what they were.

        Raises:
            BadItem: the body is none of these.
        """
        items: dict[ItemId, Item] = {}
        rejected = []
        for index, raw in enumerate(_split(body)):
            try:
                wire = _decode_item(raw)
                name = item_id(wire.id)
                items[name] = item_from(wire, items.get(name) or self._current(name))
            except (BadItem, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
                rejected.append(ItemRejection(index=index, reason=str(cause)))
        await self.put_items(list(items.values()))
        return CatalogOutcome(accepted=len(items), rejected=rejected)

    def _current(self, name: ItemId) -> Item:
        """Return an item as it is, or the bare start of one that was never heard of."""
        return self._store.get(name) or Item(id=name, created_at_ms=self._clock())

    async def patch(self, item: ItemId, body: bytes) -> Item | None:
        """Change some fields of one item; None when there is no such item.

        Raises:
            BadItem: a field is wrong.
        """
        current = self._store.get(item)
        if current is None:
            return None
        try:
            fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            wire = _decode_item(msgspec.json.encode({**fields, "id": item}))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
            raise BadItem(f"The body is not an object of item fields: {cause}") from cause
        changed = item_from(wire, current)
        await self.put_items([changed])
        return changed

    async def put_items(self, items: Sequence[Item]) -> None:
        """Store items and tell the watchers."""
        if not items:
            return
        pairs = [(self._store.get(item.id), item) for item in items]
        await self._store.put(items, tuple(changes(pairs, self._clock())))
        self.spelling.learn(items)
        for item in items:
            self._facets.pop(item.id, None)
        self._tell(items)

    async def delete(self, item: ItemId) -> bool:
        """Take an item away; False when there was none."""
        current = self._store.get(item)
        if current is None:
            return False
        gone = msgspec.structs.replace(current, available=False)
        await self._store.delete([item], tuple(changes([(current, gone)], self._clock())))
        self._facets.pop(item, None)
        self._tell([gone])
        return True

    def _tell(self, items: Sequence[Item]) -> None:
        self.edition += 1
        for watcher in self._watchers:
            watcher(items)


def _split(body: bytes) -> Sequence[bytes | msgspec.Raw]:
    start = body.lstrip()[:1]
    if start == b"[":
        try:
            return _decode_raws(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
            raise BadItem(f"The body is not a JSON array of items: {cause}") from cause
    if start != b"{":
        raise BadItem("The body is neither a JSON array of items nor NDJSON")
    lines = [line for line in body.splitlines() if line.strip()]
    try:
        msgspec.json.decode(lines[0], type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [body]  # one object over several lines
    return lines
