"""What each person was last shown, so that a hurried answer need not be a stranger's."""

from __future__ import annotations

from collections import OrderedDict

from tailorbird.spine.ids import PersonId

_MOST_REMEMBERED = 50_000


class LastShown:
    """The latest slate of a person in a placement, in memory only; the oldest are forgotten."""

    def __init__(self) -> None:
        self._slates: OrderedDict[tuple[PersonId, str], tuple[str, ...]] = OrderedDict()

    def keep(self, person: PersonId, placement: str, items: tuple[str, ...]) -> None:
        """Remember a slate."""
        key = (person, placement)
        self._slates.pop(key, None)
        self._slates[key] = items
        if len(self._slates) > _MOST_REMEMBERED:
            self._slates.popitem(last=False)

    def of(self, person: PersonId | None, placement: str) -> tuple[str, ...]:
        """Return the latest slate; nothing for somebody unknown."""
        return () if person is None else self._slates.get((person, placement), ())

    def forget(self, person: PersonId) -> None:
        """Forget a person."""
        for key in [key for key in self._slates if key[0] == person]:
            del self._slates[key]
