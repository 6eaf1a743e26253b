"""What each person was last shown, so that a hurried answer need not be a stranger's."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from tailorbird.spine.ids import PersonId

_MOST_REMEMBERED = 50_000
_packed = msgspec.msgpack.Encoder().encode
_unpacked = msgspec.msgpack.Decoder(tuple[str, ...]).decode


class LastShown:
    """The latest slate of a person in a placement, in memory only; the oldest are forgotten.

    Packed, so that to forget one is to give back one piece of memory, and not to look for a dozen.
    """

    def __init__(self) -> None:
        self._slates: OrderedDict[tuple[PersonId, str], bytes] = OrderedDict()

    def keep(self, person: PersonId, placement: str, items: list[str]) -> None:
        """Remember a slate."""
        key = (person, placement)
        self._slates.pop(key, None)
        self._slates[key] = _packed(items)
        if len(self._slates) > _MOST_REMEMBERED:
            self._slates.popitem(last=False)

    def of(self, person: PersonId | None, placement: str) -> tuple[str, ...]:
        """Return the latest slate; nothing for somebody unknown."""
        known = None if person is None else self._slates.get((person, placement))
        return () if known is None else _unpacked(known)

    def forget(self, person: PersonId) -> None:
        """Forget a person."""
        for key in [key for key in self._slates if key[0] == person]:
            del self._slates[key]
