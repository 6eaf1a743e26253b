"""Segments put to the test on UCI Online Retail: found day after day, and compared.

Real invoices of a wholesaler's customers; between two days most people do nothing and some order.
Each day's run knows the one before, as in a shop that lives.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from tailorbird.predict.evaluation.public_events import public_events
from tailorbird.profile.fold import fold
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.segments.parting import Parted, part
from tailorbird.segments.portraits import Portrait, portrait
from tailorbird.segments.segment import Segmentation
from tailorbird.spine.clock import DAY_MS, format_time
from tailorbird.spine.ids import PersonId

FILE = "orders/online_retail_2010-12_2011-08.csv.gz"
DAYS = 7


class DayMarks(msgspec.Struct, frozen=True, rename="camel"):
    """One day's run: how many people and groups, and how far it agrees with others.

    Attributes:
        day: as of its end.
        people: how many were parted.
        active: how many of them did something that day.
        groups: how many segments.
        stability: adjusted Rand index with the day before; None on the first.
        restart_stability: the same with a run from other starts.
        silhouette: how clearly the groups part.
    """

    day: str
    people: int
    active: int
    groups: int
    stability: float | None
    restart_stability: float | None
    silhouette: float


class SegmentMarks(msgspec.Struct, frozen=True, rename="camel"):
    """All days, and the names of the last day's segments with how many are in each."""

    days: tuple[DayMarks, ...]
    segments: dict[str, int]


def examine_segments(root: Path, seed: int = 0) -> SegmentMarks:
    """Return how stable segments are over the last days of the file.

    Args:
        root: the folder that holds `orders/`.
        seed: luck of starts.

    Raises:
        NoSuchData: the file is not there.
    """
    history = sorted(
        public_events(root / FILE, "online-retail"), key=lambda one: one.occurred_at_ms
    )
    end_day = history[-1].occurred_at_ms // DAY_MS
    rng = np.random.default_rng(seed)
    profiles: dict[PersonId, Profile] = {}
    last = Parted(Segmentation(), {})
    days: list[DayMarks] = []
    place = 0
    for day in range(end_day - DAYS + 1, end_day + 1):
        until_ms = (day + 1) * DAY_MS
        active: set[PersonId] = set()
        while place < len(history) and history[place].occurred_at_ms < until_ms:
            event = history[place]
            if event.user_id is not None:
                person = PersonId(event.user_id)
                profiles[person] = fold(profiles.get(person, EMPTY), event)
                if event.occurred_at_ms >= until_ms - DAY_MS:
                    active.add(person)
            place += 1
        last = part(_portraits(profiles, until_ms), last.segmentation, last.home, until_ms, rng)
        days.append(_marks(last.segmentation, until_ms, len(active)))
    names = {one.id: one.name for one in last.segmentation.segments}
    counts: dict[str, int] = {}
    for segment in last.home.values():
        counts[names[segment]] = counts.get(names[segment], 0) + 1
    return SegmentMarks(tuple(days), dict(sorted(counts.items(), key=lambda one: -one[1])))


def _portraits(profiles: dict[PersonId, Profile], at_ms: int) -> dict[PersonId, Portrait]:
    found = {person: portrait(profile, at_ms) for person, profile in profiles.items()}
    return {person: one for person, one in found.items() if one is not None}


def _marks(found: Segmentation, until_ms: int, active: int) -> DayMarks:
    return DayMarks(
        day=format_time(until_ms - DAY_MS)[:10],
        people=found.people,
        active=active,
        groups=sum(bool(one.centroid) for one in found.segments),
        stability=found.stability,
        restart_stability=found.restart_stability,
        silhouette=found.silhouette,
    )
