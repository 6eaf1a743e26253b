"""Recent sessions: what has been touched since the models were trained, read as sessions."""

from __future__ import annotations

from array import array
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.sessions import Codes, Offsets, Seconds, Sessions

PAUSE_S = 30 * 60.0
_LONGEST = 100


class Touches(NamedTuple):
    """Touches in the order in which they came.

    Attributes:
        visitors: int64[n], a number for whoever it was.
        codes: int32[n], the item.
        moments: float64[n], seconds.
    """

    visitors: NDArray[np.int64]
    codes: Codes
    moments: Seconds


class RecentSessions:
    """The newest touches, flat: twenty bytes each, and nothing for the collector of garbage to see.

    A visitor is kept as the hash of their name, which differs from process to process.

    Args:
        most: how many touches are kept; past it the oldest quarter goes.
    """

    def __init__(self, most: int = 400_000) -> None:
        self._most = most
        self._visitors = array("q")
        self._codes = array("i")
        self._moments = array("d")
        self.changed = False

    def touch(self, visitor: str, code: int, at_s: float) -> None:
        """Add a touch."""
        self._visitors.append(hash(visitor))
        self._codes.append(code)
        self._moments.append(at_s)
        self.changed = True
        if len(self._codes) > self._most:
            surplus = len(self._codes) - self._most * 3 // 4
            del self._visitors[:surplus], self._codes[:surplus], self._moments[:surplus]

    def touches(self) -> Touches:
        """Return copies of all that is kept; cheap, for `sessions_of` in a thread."""
        self.changed = False
        return self._all()

    def move(self, places: Codes) -> None:
        """Give every item a new code: item i becomes `places[i]`."""
        found = self._all()
        self._keep(found._replace(codes=places[found.codes]))

    def forget(self, visitor: str) -> None:
        """Forget a visitor's touches; the next index is made without them."""
        found = self._all()
        others = found.visitors != hash(visitor)
        if not others.all():
            self._keep(Touches(*(part[others] for part in found)))

    def __len__(self) -> int:
        return len(self._codes)

    def _all(self) -> Touches:
        return Touches(
            np.array(self._visitors, np.int64),
            np.array(self._codes, np.int32),
            np.array(self._moments, np.float64),
        )

    def _keep(self, touches: Touches) -> None:
        self._visitors = array("q", touches.visitors.tobytes())
        self._codes = array("i", touches.codes.astype(np.int32).tobytes())
        self._moments = array("d", touches.moments.tobytes())
        self.changed = True


def sessions_of(touches: Touches) -> Sessions:
    """Return the visits with two items or more, oldest first.

    A visit ends with a pause of 30 minutes; an item touched twice in a row is one, and of a visit
    the first 100 items count.
    """
    order = np.argsort(touches.visitors, kind="stable")
    return Sessions(*_visits(touches, order)).sorted_by_end()


@kernel
def _visits(touches: Touches, order: NDArray[np.int64]) -> tuple[Offsets, Codes, Seconds]:
    visitors, codes, moments = touches
    count = len(order)
    offsets = np.zeros(count + 1, np.int64)
    items = np.empty(count, np.int32)
    ended = np.empty(count, np.float64)
    found = 0
    start = end = 0
    last = 0.0
    for place in range(count):
        at = order[place]
        begins = (
            place == 0
            or visitors[at] != visitors[order[place - 1]]
            or abs(moments[at] - last) > PAUSE_S
        )
        if begins:
            if end - start > 1:
                ended[found] = last
                found += 1
                offsets[found] = end
                start = end
            end = start
            last = moments[at]
        last = max(last, moments[at])
        if end == start or (items[end - 1] != codes[at] and end - start < _LONGEST):
            items[end] = codes[at]
            end += 1
    if end - start > 1:
        ended[found] = last
        found += 1
        offsets[found] = end
        start = end
    return offsets[: found + 1].copy(), items[:start].copy(), ended[:found].copy()
