"""A trial put together from the log: who was put into which arm by chance, and what followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from tailorbird.predict.uplift.trial import NoTrial, Trial
from tailorbird.spine.clock import DAY_MS, parse_time_ms

WINDOW_MS = 7 * DAY_MS


class Assigned(msgspec.Struct, frozen=True, rename="camel"):
    """Somebody was put into an arm, and met it (or, held out, would have).

    Attributes:
        person: whose it is.
        at_ms: when.
        treated: whether it was the treatment.
        probability: the chance of treatment, as it was known then; None when nobody knows.
        features: as they were known at that moment, by name.
    """

    person: str
    at_ms: int
    treated: bool
    probability: float | None
    features: Mapping[str, float]


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """Something that somebody did, and how much it counts."""

    person: str
    at_ms: int
    value: float = 1.0


class Framed(NamedTuple):
    """A trial, and what was left out on the way, counted by reason."""

    trial: Trial
    left_out: dict[str, int]


def frame(
    assigned: Iterable[Assigned],
    outcomes: Iterable[Outcome],
    names: Sequence[str],
    *,
    until_ms: int,
    window_ms: int = WINDOW_MS,
    binary: bool = True,
) -> Framed:
    """Return a trial: a row a person, of their first exposure and of what followed in the window.

    Whoever was later put into the other arm as well is left out of it and counted; so is whoever's
    window has not passed yet. Outcomes before the exposure do not count. The order of the rows of
    the log does not matter.

    Args:
        assigned: exposures with their assignment.
        outcomes: of anybody, at any time.
        names: the features to use; a missing one is 0.
        until_ms: how far the log reaches.
        window_ms: how long after an exposure outcomes count.
        binary: whether outcomes count once (any at all) rather than in sum.

    Raises:
        NoTrial: a chance of assignment is unknown.
    """
    first, both = _first(assigned)
    gained: defaultdict[str, float] = defaultdict(float)
    for outcome in outcomes:
        start = first.get(outcome.person)
        if start is not None and 0 <= outcome.at_ms - start.at_ms < window_ms:
            gained[outcome.person] += outcome.value
    kept = [
        one
        for person, one in sorted(first.items())
        if person not in both and one.at_ms + window_ms <= until_ms
    ]
    unknown = sum(one.probability is None for one in kept)
    if unknown:
        raise NoTrial(f"The chance of assignment is not on record for {unknown:,} people.")
    sums = [gained[one.person] for one in kept]
    trial = Trial(
        features=np.array(
            [[one.features.get(name, 0.0) for name in names] for one in kept], dtype=np.float64
        ).reshape(len(kept), len(names)),
        names=tuple(names),
        treated=np.array([one.treated for one in kept], dtype=bool),
        outcome=np.array([float(one > 0.0) if binary else one for one in sums], dtype=np.float64),
        probability=np.array([one.probability for one in kept], dtype=np.float64),
    )
    young = len(first) - len(kept) - len(both)
    return Framed(trial, {"in both arms": len(both), "window not passed": young})


def assigned_of(row: Mapping[str, Any], experiment: str, treatment: str) -> Assigned | None:
    """Return the assignment that a row of `tailorbird export exposures` tells, if it does.

    Args:
        row: of kind `shown`, with `personId`, `at`, `experiments` (each `name`, `variant` and,
            where known, `assignmentProbability` of the treatment) and, where known, `features`.
        experiment: which one.
        treatment: the variant that is the treatment.
    """
    for one in row.get("experiments") or ():
        if one.get("name") == experiment and row.get("personId") is not None:
            return Assigned(
                person=str(row["personId"]),
                at_ms=parse_time_ms(str(row["at"])),
                treated=one.get("variant") == treatment,
                probability=one.get("assignmentProbability"),
                features=row.get("features") or {},
            )
    return None


def _first(assigned: Iterable[Assigned]) -> tuple[dict[str, Assigned], set[str]]:
    first: dict[str, Assigned] = {}
    arms: defaultdict[str, set[bool]] = defaultdict(set)
    for one in assigned:
        arms[one.person].add(one.treated)
        before = first.get(one.person)
        if before is None or (one.at_ms, one.treated) < (before.at_ms, before.treated):
            first[one.person] = one
    return first, {person for person, met in arms.items() if len(met) > 1}
