"""A lesson: what chance gave to whom at which depth, what was known then, and what followed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.uplift.trial import Trial
from tailorbird.spine.clock import DAY_MS

WINDOW_MS = 7 * DAY_MS
OUTCOMES = ("order", "revenue", "profit")
"""What is counted of a person: whether they ordered; and, in major units, what that brought."""

Floats = NDArray[np.float64]


class Exposed(msgspec.Struct, frozen=True):
    """Somebody was given a treatment by chance, or nothing.

    Attributes:
        person: who it is now.
        at_ms: when.
        depth: how much was given; 0 for nothing.
        chances: by depth, the chance that it had; 0 for nothing.
        meant: how much the policy alone would have given; 0 for nothing.
        features: as known at that moment; None for somebody who may not be learned from.
        known_as: by which id the person was known at that moment.
    """

    person: str
    at_ms: int
    depth: float
    chances: Mapping[float, float]
    meant: float = 0.0
    features: Mapping[str, float] | None = None
    known_as: str = ""


class Gained(msgspec.Struct, frozen=True):
    """What somebody brought at a moment; money in major units, profit after the discount."""

    person: str
    at_ms: int
    order: float = 0.0
    revenue: float = 0.0
    profit: float = 0.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """People in the order in which they first drew a lot.

    Attributes:
        features: float64[n, d], as known before; `names` names the columns.
        at_ms: int64[n].
        depth: float64[n], what was given; 0 for nothing.
        meant: float64[n], what the policy alone would have given.
        chances: float64[n, k], of each of `depths`, ascending, nothing first.
        gained: float64[n] by outcome, within the window.
    """

    features: Floats
    names: tuple[str, ...]
    at_ms: NDArray[np.int64]
    depth: Floats
    meant: Floats
    depths: tuple[float, ...]
    chances: Floats
    gained: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.depth)

    def rows(self, chosen: NDArray[np.bool_]) -> Lesson:
        """Return some of the people."""
        gained = {name: values[chosen] for name, values in self.gained.items()}
        parts = self.features[chosen], self.names, self.at_ms[chosen], self.depth[chosen]
        return Lesson(*parts, self.meant[chosen], self.depths, self.chances[chosen], gained)

    def trial(self, outcome: str = "order") -> Trial:
        """Return the trial of something, at any depth, against nothing."""
        nothing = self.chances[:, 0]
        given, chance = self.depth > 0.0, 1.0 - nothing
        return Trial(self.features, self.names, given, self.gained[outcome], chance)

    def against(self, depth: float) -> Lesson:
        """Return those who were given this depth or nothing, and had a chance of both."""
        place = self.depths.index(depth)
        could = (self.chances[:, place] > 0.0) & (self.chances[:, 0] > 0.0)
        part = self.rows(could & ((self.depth == depth) | (self.depth == 0.0)))
        two = part.chances[:, [0, place]]
        parts = part.features, part.names, part.at_ms, part.depth, part.meant
        return Lesson(*parts, (0.0, depth), two / two.sum(axis=1, keepdims=True), part.gained)

    def as_meant(self) -> Lesson:
        """Return those who were given what the policy meant them to have, or nothing instead.

        Its depths are 0 for nothing and 1 for what was meant.
        """
        rows = np.arange(len(self))
        places = np.searchsorted(self.depths, self.meant)
        meant = self.chances[rows, places]
        could = (self.meant > 0.0) & (meant > 0.0) & (self.chances[:, 0] > 0.0)
        kept = could & ((self.depth == self.meant) | (self.depth == 0.0))
        part = self.rows(kept)
        two = np.column_stack([part.chances[:, 0], meant[kept]])
        parts = part.features, part.names, part.at_ms, (part.depth > 0.0).astype(np.float64)
        shares = two / two.sum(axis=1, keepdims=True)
        return Lesson(*parts, part.meant, (0.0, 1.0), shares, part.gained)

    def columns(self, names: Sequence[str]) -> Floats | None:
        """Return the features by these names, in their order; None where one is not known."""
        if any(name not in self.names for name in names):
            return None
        return self.features[:, [self.names.index(name) for name in names]]


class Taught(NamedTuple):
    """A lesson, and who was left out of it, counted by reason."""

    lesson: Lesson
    left_out: dict[str, int]


def first_of_each(exposed: Iterable[Exposed]) -> list[Exposed]:
    """Return everybody's first lot, in the order of time: later ones depend on what came of it."""
    first: dict[str, Exposed] = {}
    for one in exposed:
        before = first.get(one.person)
        if before is None or one.at_ms < before.at_ms:
            first[one.person] = one
    return sorted(first.values(), key=lambda one: (one.at_ms, one.person))


def taught(
    exposed: Sequence[Exposed],
    gained: Iterable[Gained],
    names: Sequence[str],
    *,
    until_ms: int,
    window_ms: int = WINDOW_MS,
) -> Taught:
    """Return a lesson: a row a person.

    Left out, and counted, is who may not be learned from, whose window has not passed, and who had
    no chance of nothing or of something.

    Args:
        exposed: one a person, as `first_of_each` has them.
        gained: of anybody, at any time.
        names: the features to use; what is not known of somebody is 0, as when serving.
        until_ms: how far the log reaches.
        window_ms: how long after an exposure outcomes count.
    """
    left_out: Counter[str] = Counter()
    kept = []
    for one in exposed:
        reason = _unfit(one, until_ms - window_ms)
        if reason is None:
            kept.append(one)
        else:
            left_out[reason] += 1
    sums = _sums(kept, gained, window_ms)
    depths = tuple(sorted({0.0, *(depth for one in kept for depth in (*one.chances, one.meant))}))
    features = [[(one.features or {}).get(name, 0.0) for name in names] for one in kept]
    lesson = Lesson(
        features=np.array(features, np.float64).reshape(len(kept), len(names)),
        names=tuple(names),
        at_ms=np.array([one.at_ms for one in kept], np.int64),
        depth=np.array([one.depth for one in kept], np.float64),
        meant=np.array([one.meant for one in kept], np.float64),
        depths=depths,
        chances=np.array(
            [[one.chances.get(depth, 0.0) for depth in depths] for one in kept], np.float64
        ).reshape(len(kept), len(depths)),
        gained={name: np.array([sums[one.person][name] for one in kept]) for name in OUTCOMES},
    )
    return Taught(lesson, dict(left_out))


def _unfit(one: Exposed, last_ms: int) -> str | None:
    if one.features is None:
        return "refused to be profiled"
    if one.at_ms > last_ms:
        return "window not passed"
    if not 0.0 < one.chances.get(0.0, 0.0) < 1.0:
        return "no chance of the other arm"
    return None


def _sums(
    kept: Sequence[Exposed], gained: Iterable[Gained], window_ms: int
) -> Mapping[str, dict[str, float]]:
    start = {one.person: one.at_ms for one in kept}
    sums: defaultdict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0.0))
    for one in gained:
        since = start.get(one.person)
        if since is not None and 0 <= one.at_ms - since < window_ms:
            known = sums[one.person]
            known["order"] = max(known["order"], one.order)
            known["revenue"] += one.revenue
            known["profit"] += one.profit
    return sums
