"""Standings: decayed counts of touches an item, overall and by channel, kept online."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.leaders import Standing

LONG_HALF_LIFE_S = 14 * 86_400.0
SHORT_HALF_LIFE_S = 86_400.0
_MOST_CHANNELS = 16
_REBASE_AT = 200.0  # 2^200 is far inside the range of a double, and far past any old weight
_AT_ONCE = 4_096


class DecayedCounts:
    """One decayed count an item, by forward decay (Cormode et al., ICDE 2009).

    A touch of weight w at time t adds `w * 2^((t - L) / h)` for a landmark L, so adding is
    order-independent and nothing is touched as time passes; the landmark moves when numbers grow.
    Touches wait in a row, and are counted thousands at a time.
    """

    def __init__(self, half_life_s: float, landmark_s: float) -> None:
        self._half_life_s = half_life_s
        self.landmark_s = landmark_s
        self._sums: NDArray[np.float64] = np.zeros(1024)
        self._codes, self._moments, self._weights = array("i"), array("d"), array("d")

    def add(self, code: int, at_s: float, weight: float) -> None:
        """Count a touch."""
        self._codes.append(code)
        self._moments.append(at_s)
        self._weights.append(weight)
        if len(self._codes) >= _AT_ONCE:
            self._settle()

    def _settle(self) -> None:
        """Count what waits."""
        if not self._codes:
            return
        codes = np.array(self._codes, np.int32)
        moments, weights = np.array(self._moments), np.array(self._weights)
        self._codes, self._moments, self._weights = array("i"), array("d"), array("d")
        newest_s = float(moments.max())
        exponent = (newest_s - self.landmark_s) / self._half_life_s
        if exponent > _REBASE_AT:
            self._sums *= 2.0**-exponent
            self.landmark_s = newest_s
        room = int(codes.max()) + 1
        if room > len(self._sums):
            more = max(room, 2 * len(self._sums)) - len(self._sums)
            self._sums = np.concatenate([self._sums, np.zeros(more)])
        np.add.at(
            self._sums, codes, weights * np.exp2((moments - self.landmark_s) / self._half_life_s)
        )

    def move(self, places: NDArray[np.int32]) -> None:
        """Give every item a new code: item i becomes `places[i]`."""
        self._settle()
        moved = np.zeros(max(len(self._sums), int(places.max(initial=-1)) + 1))
        count = min(len(places), len(self._sums))
        moved[places[:count]] = self._sums[:count]
        self._sums = moved

    def restore(self, sums: NDArray[np.float64], landmark_s: float) -> None:
        """Take counts that were written down."""
        self._sums, self.landmark_s = sums.copy(), landmark_s

    def sums(self) -> NDArray[np.float64]:
        """float64[items], comparable with each other; a copy."""
        self._settle()
        return self._sums.copy()


class Standings:
    """What is touched now and what was touched for weeks."""

    def __init__(self, landmark_s: float) -> None:
        self._landmark_s = landmark_s
        self._long = DecayedCounts(LONG_HALF_LIFE_S, landmark_s)
        self._short = DecayedCounts(SHORT_HALF_LIFE_S, landmark_s)
        self._channels: dict[str, DecayedCounts] = {}

    def touch(self, code: int, at_s: float, weight: float, channel: str | None) -> None:
        """Count a touch of an item, by a visitor who came by a channel."""
        self._long.add(code, at_s, weight)
        self._short.add(code, at_s, weight)
        if channel is None:
            return
        counts = self._channels.get(channel)
        if counts is None:
            if len(self._channels) >= _MOST_CHANNELS:
                return
            counts = self._channels[channel] = DecayedCounts(LONG_HALF_LIFE_S, self._landmark_s)
        counts.add(code, at_s, weight)

    def move(self, places: NDArray[np.int32]) -> None:
        """Give every item a new code: item i becomes `places[i]`."""
        for counts in self._all():
            counts.move(places)

    def parts(self) -> tuple[dict[str, object], dict[str, NDArray[np.generic]]]:
        """Return everything as facts and arrays, to be written down."""
        arrays: dict[str, NDArray[np.generic]] = {
            "long": self._long.sums(),
            "short": self._short.sums(),
        }
        for number, counts in enumerate(self._channels.values()):
            arrays[f"channel_{number}"] = counts.sums()
        landmarks = [counts.landmark_s for counts in self._all()]
        return {"channels": list(self._channels), "landmarks": landmarks}, arrays

    @staticmethod
    def of(
        channels: list[str], landmarks: list[float], arrays: list[NDArray[np.float64]]
    ) -> Standings:
        """Return standings as they were written down: long, short, then each channel."""
        found = Standings(landmarks[0])
        found._channels = {name: DecayedCounts(LONG_HALF_LIFE_S, 0.0) for name in channels}
        for counts, landmark_s, sums in zip(found._all(), landmarks, arrays, strict=True):
            counts.restore(sums, landmark_s)
        return found

    def _all(self) -> list[DecayedCounts]:
        return [self._long, self._short, *self._channels.values()]

    def standing(self) -> Standing:
        """Return the counts as they are now."""
        return Standing(
            long=self._long.sums(),
            short=self._short.sums(),
            by_channel={channel: counts.sums() for channel, counts in self._channels.items()},
        )
