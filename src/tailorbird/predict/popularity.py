"""What is popular, rising and new: sums that fade with time and can be added in any order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.model_files import read_parts, write_parts
from tailorbird.predict.ranked import Ranked, best_of
from tailorbird.predict.sessions import Codes

Floats = NDArray[np.float64]

KIND = "popularity"
OVERALL = -1
LONG = 14 * 86_400.0
SHORT = 2 * 86_400.0
NEVER = -np.inf


@dataclass(slots=True)
class Fading:
    """Sums whose terms halve with every half-life, kept as logarithms.

    Forward decay (Cormode et al., 2009): `logs[i] = log2(sum of w * 2^(t / half_life))`. Since
    a term does not depend on when it is looked at, terms may arrive in any order, no reference
    time is needed, and nothing overflows.

    Attributes:
        half_life: Seconds.
        logs: float64[n], minus infinity where nothing was added; grows by doubling.
    """

    half_life: float
    logs: Floats = field(default_factory=lambda: np.full(16, NEVER))

    def add(self, code: int, at_seconds: float, weight: float = 1.0) -> None:
        """Add one term.

        Args:
            code: Which sum.
            at_seconds: When it happened, since 1970.
            weight: Above zero.
        """
        if code >= len(self.logs):
            self.logs = grown(self.logs, code + 1)
        term = np.log2(weight) + at_seconds / self.half_life
        self.logs[code] = np.logaddexp2(self.logs[code], term)

    def add_many(self, codes: Codes, at_seconds: Floats, weights: Floats) -> None:
        """Add many terms at once; the result is that of `add` one by one."""
        if len(codes) == 0:
            return
        if int(codes.max()) >= len(self.logs):
            self.logs = grown(self.logs, int(codes.max()) + 1)
        np.logaddexp2.at(self.logs, codes, np.log2(weights) + at_seconds / self.half_life)

    def at(self, now_seconds: float) -> Floats:
        """Return float64[n], the faded sums as of a moment."""
        return np.exp2(np.minimum(self.logs - now_seconds / self.half_life, 1000.0))


@dataclass(slots=True)
class Popularity:
    """Faded touches of every item: overall, and by group (a category, a channel).

    Attributes:
        long: By group code, fading over weeks; `OVERALL` is everybody.
        short: The same, fading over days.
        first_seen: float64[n], seconds, infinite for an item never touched.
    """

    long: dict[int, Fading] = field(default_factory=lambda: {OVERALL: Fading(LONG)})
    short: dict[int, Fading] = field(default_factory=lambda: {OVERALL: Fading(SHORT)})
    first_seen: Floats = field(default_factory=lambda: np.full(16, np.inf))

    def observe(self, item: int, groups: Codes, at_seconds: float, weight: float = 1.0) -> None:
        """Add one touch of an item by a visitor.

        Args:
            item: Its code.
            groups: int32[g], its categories and the visitor's channel, by group code.
            at_seconds: When, since 1970.
            weight: Above zero; a purchase may weigh more than a view.
        """
        for group in (OVERALL, *(int(code) for code in groups)):
            self.long.setdefault(group, Fading(LONG)).add(item, at_seconds, weight)
            self.short.setdefault(group, Fading(SHORT)).add(item, at_seconds, weight)
        if item >= len(self.first_seen):
            self.first_seen = grown(self.first_seen, item + 1, np.inf)
        self.first_seen[item] = min(self.first_seen[item], at_seconds)

    def popular(self, k: int, group: int = OVERALL) -> Ranked:
        """Return the k most touched items of a group; scores are logs to base 2 below the first."""
        kept = self.long.get(group)
        return _best(kept.logs, k) if kept else _none()

    def trending(self, k: int, now_seconds: float, group: int = OVERALL) -> Ranked:
        """Return the k items that rise most.

        The score is the lift of the short sum over what the long one leads to expect, with
        one touch added on both sides, so that a single view does not look like a rise.
        """
        if group not in self.short:
            return _none()
        short, long = self.short[group].at(now_seconds), self.long[group].at(now_seconds)
        size = min(len(short), len(long))
        expected = long[:size] * (SHORT / LONG)
        rise = (short[:size] + 1.0) / (expected + 1.0)
        return _best(np.where(short[:size] > 0.0, np.log2(rise), NEVER), k)

    def new(self, k: int) -> Ranked:
        """Return the k items seen first most recently; scores are seconds before the newest."""
        seen = np.where(np.isfinite(self.first_seen), self.first_seen, NEVER)
        return _best(seen, k)

    def save(self, folder: Path) -> None:
        """Write all sums to a folder."""
        groups = sorted(self.long)
        arrays: dict[str, NDArray[np.generic]] = {"first_seen": self.first_seen}
        for group in groups:
            arrays[f"long_{group}"] = self.long[group].logs
            arrays[f"short_{group}"] = self.short[group].logs
        write_parts(folder, KIND, {"groups": groups}, arrays)


def load_popularity(folder: Path) -> Popularity:
    """Read what `Popularity.save` wrote.

    Raises:
        ModelMissing: There is nothing in the folder.
        ModelUnreadable: A file is damaged, or of a newer version.
    """
    parts = read_parts(folder, KIND)
    groups = parts.fact("groups", list[int])
    return Popularity(
        {group: Fading(LONG, parts.array(f"long_{group}", np.float64)) for group in groups},
        {group: Fading(SHORT, parts.array(f"short_{group}", np.float64)) for group in groups},
        parts.array("first_seen", np.float64),
    )


def grown(values: Floats, size: int, filler: float = NEVER) -> Floats:
    """Return the array with room for at least `size` values, at least doubled."""
    more = max(size, 2 * len(values)) - len(values)
    return np.concatenate([values, np.full(more, filler)])


def _best(scores: Floats, k: int) -> Ranked:
    codes = np.flatnonzero(scores > NEVER).astype(np.int32)
    if len(codes) == 0:
        return _none()
    # Below the leader, since a 32-bit number of seconds since 1970 would be minutes off.
    below = scores[codes] - scores[codes].max()
    return best_of(codes, below.astype(np.float32), k)


def _none() -> Ranked:
    return Ranked(np.zeros(0, np.int32), np.zeros(0, np.float32))
