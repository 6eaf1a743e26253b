"""What was done for people lately: read from the journal once a person, remembered from then on.

Caps and fatigue ask for it at every question. Nothing is kept here that the journal does not have,
so what is let go is only read again.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.ids import PersonId

Past = Callable[[PersonId, int], Awaitable[Sequence[DecisionRecord]]]
"""Returns so many of the decisions that were made for a person, newest first."""

_LOOKED_THROUGH = 200  # decisions of a person, once
_OF_ONE = 200
_PEOPLE = 20_000
_HEARD = 5_000  # people: more than are told of until the journal is written


class Done(NamedTuple):
    """An action that was taken for somebody.

    Attributes:
        exposure_id: which answer told it.
        at_ms: when.
        name: which action.
        sent: whether it is a message.
    """

    exposure_id: str
    at_ms: int
    name: str
    sent: bool


class Lately:
    """Remembers what was done for the people who ask.

    Args:
        past: reads the journal; what was told to `note` in the last moment may be missing.
    """

    def __init__(self, past: Past) -> None:
        self._past = past
        self._known: OrderedDict[PersonId, deque[Done]] = OrderedDict()
        self._heard: OrderedDict[PersonId, deque[Done]] = OrderedDict()
        self._forgotten = 0

    async def of(self, person: PersonId) -> Sequence[Done]:
        """Return what was done for a person, oldest first: at least their last 200 decisions'."""
        known = self._known.get(person)
        if known is None:
            return await self._read(person)
        self._known.move_to_end(person)
        return known

    def note(self, person: PersonId, done: Iterable[Done]) -> None:
        """Remember what is done for a person now, and will be in the journal."""
        known = self._known.get(person)
        if known is None:
            known = self._heard.get(person)
        if known is None:
            known = self._heard[person] = deque(maxlen=_OF_ONE)
            if len(self._heard) > _HEARD:
                self._heard.popitem(last=False)
        known.extend(done)

    def forget(self, person: PersonId) -> None:
        """Forget a person, also where they are being read about."""
        self._known.pop(person, None)
        self._heard.pop(person, None)
        self._forgotten += 1

    async def _read(self, person: PersonId) -> Sequence[Done]:
        """Read a person's past; what was heard of may or may not be in it, and counts once."""
        era = self._forgotten
        written = done_in(await self._past(person, _LOOKED_THROUGH))
        known = self._known.get(person)
        if known is not None:
            return known
        heard = self._heard.get(person, ())
        known = deque({one.exposure_id: one for one in (*written, *heard)}.values(), _OF_ONE)
        if era == self._forgotten:
            self._heard.pop(person, None)
            self._known[person] = known
            if len(self._known) > _PEOPLE:
                self._known.popitem(last=False)
        return known


def done_in(records: Sequence[DecisionRecord]) -> list[Done]:
    """Return the actions in decisions of one person, oldest first.

    Args:
        records: of the journal, newest first.
    """
    return [
        Done(str(one["exposureId"]), record.at_ms, str(one["id"]), "channel" in one)
        for record in reversed(records)
        for slot in record.decisions
        for one in slot.get("actions") or ()
    ]
