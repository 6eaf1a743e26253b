"""Recent sessions: what has been touched since the models were trained, kept as sessions."""

from __future__ import annotations

from collections import OrderedDict

from tailorbird.predict.sessions import Sessions

PAUSE_S = 30 * 60.0
_LONGEST = 100


class RecentSessions:
    """Sessions by person, cut at pauses, the oldest forgotten past a limit.

    Args:
        most: how many sessions are kept.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._open: OrderedDict[str, tuple[float, list[int]]] = OrderedDict()
        self._closed: OrderedDict[int, tuple[float, list[int]]] = OrderedDict()
        self._whose: dict[int, str] = {}
        self._number = 0
        self.changed = False

    def touch(self, person: str, code: int, at_s: float) -> None:
        """Add a touch; after a pause it begins a new session; an item touched twice is one."""
        last = self._open.pop(person, None)
        if last is not None and abs(at_s - last[0]) > PAUSE_S:
            self._close(person, last)
            last = None
        if last is None:
            self._open[person] = (at_s, [code])
        else:
            codes = last[1]
            if codes[-1] != code and len(codes) < _LONGEST:
                codes.append(code)
            self._open[person] = (max(at_s, last[0]), codes)
        self.changed = True
        while len(self._open) > self._most:
            self._close(*self._open.popitem(last=False))

    def rows(self) -> list[tuple[float, list[int]]]:
        """Return (end in seconds, codes) of every session; cheap, for `sessions_of` in a thread."""
        self.changed = False
        return [*self._closed.values(), *self._open.values()]

    def move(self, places: list[int]) -> None:
        """Give every item a new code: item i becomes `places[i]`."""
        for _, codes in (*self._closed.values(), *self._open.values()):
            codes[:] = [places[code] for code in codes]
        self.changed = True

    def forget_before(self, at_s: float) -> None:
        """Forget sessions that ended before a moment: a newly trained model has them."""
        self._closed = OrderedDict(
            (number, row) for number, row in self._closed.items() if row[0] >= at_s
        )
        self._open = OrderedDict(
            (person, row) for person, row in self._open.items() if row[0] >= at_s
        )
        self._whose = {number: who for number, who in self._whose.items() if number in self._closed}

    def forget(self, person: str) -> None:
        """Forget a person's sessions; the next index is made without them."""
        theirs = [number for number, who in self._whose.items() if who == person]
        for number in theirs:
            del self._closed[number], self._whose[number]
        if self._open.pop(person, None) is not None or theirs:
            self.changed = True

    def __len__(self) -> int:
        return len(self._open) + len(self._closed)

    def _close(self, person: str, row: tuple[float, list[int]]) -> None:
        self._closed[self._number] = row
        self._whose[self._number] = person
        self._number += 1
        while len(self._closed) > self._most:
            number, _ = self._closed.popitem(last=False)
            del self._whose[number]


def sessions_of(rows: list[tuple[float, list[int]]]) -> Sessions:
    """Return the sessions with two items or more, oldest first."""
    told = sorted((row for row in rows if len(row[1]) > 1), key=_end)
    return Sessions.of([codes for _, codes in told], [ended for ended, _ in told])


def _end(row: tuple[float, list[int]]) -> float:
    return row[0]
