"""Parting people: from portraits to segments that carry on those of the last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from tailorbird.segments.clustering import Clusters, clusters_of, nearest, settled
from tailorbird.segments.matching import agreement, matched
from tailorbird.segments.naming import describe, marks, unlike
from tailorbird.segments.portraits import HABITS, Frame, Portrait, frame_of
from tailorbird.segments.segment import Segment, Segmentation, TooFewPeople
from tailorbird.spine.ids import PersonId

LEAST_PEOPLE = 50
STAY = 0.1
"""By which share another group must be nearer before somebody changes over."""

_FARTHEST = 2.0
_COUNTED = ("away", "active", "depth", "orders", "basket")

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


class Parted(NamedTuple):
    """The new segmentation, and which segment each person is in (pins and merges not heeded)."""

    segmentation: Segmentation
    home: dict[PersonId, str]


def part(
    people: Mapping[PersonId, Portrait],
    last: Segmentation,
    homes: Mapping[PersonId, str],
    at_ms: int,
    rng: np.random.Generator,
) -> Parted:
    """Part people into segments.

    Args:
        people: everybody's portrait.
        last: the last segmentation; an empty one at first.
        homes: where each was put at the last run.
        at_ms: now.
        rng: luck of samples and starts.

    Raises:
        TooFewPeople: fewer than 50, or all of them alike.
    """
    names, portraits = list(people), list(people.values())
    if len(names) < LEAST_PEOPLE:
        raise TooFewPeople(f"{len(names)} people did something; {LEAST_PEOPLE} are needed")
    frame = frame_of(portraits)
    points = frame.points(portraits)
    if not np.ptp(points, axis=0).any():
        raise TooFewPeople(f"All {len(names)} people are alike in every way that is measured")
    old = [one for one in last.segments if one.centroid]
    before = _placed(old, frame)
    found = _largest_first(clusters_of(points, rng, before), points)
    segments, next_id = _carried_on(found, old, last, frame)
    ids = [one.id for one in segments]
    where = {name: number for number, name in enumerate(ids)}
    were = np.array([where.get(homes.get(name, ""), -1) for name in names], np.int64)
    labels = settled(points, found.centroids, were, STAY)
    segments = _described(segments, labels, points, portraits, frame)
    both = were >= 0
    again = clusters_of(points, rng)
    segmentation = Segmentation(
        run=last.run + 1,
        at_ms=at_ms,
        frame=frame,
        segments=_with_retired(segments, last),
        people=len(names),
        silhouette=round(found.silhouette, 4),
        stability=round(agreement(were[both], labels[both]), 4) if both.any() else None,
        restart_stability=round(agreement(nearest(points, again.centroids), labels), 4),
        next_id=next_id,
    )
    return Parted(
        segmentation, {name: ids[label] for name, label in zip(names, labels, strict=True)}
    )


def _largest_first(found: Clusters, points: Floats) -> Clusters:
    """Return the groups by size, so that ids and names do not depend on luck."""
    sizes = np.bincount(nearest(points, found.centroids), minlength=len(found.centroids))
    rows = found.centroids.tolist()
    order = sorted(range(len(rows)), key=lambda number: (-sizes[number], rows[number]))
    return Clusters(found.centroids[order], found.silhouette)


def _placed(old: Sequence[Segment], frame: Frame) -> Floats:
    """Return the last run's centroids as points of today's frame; new categories count as none."""
    rows = [[one.centroid.get(name, 0.0) for name in frame.names] for one in old]
    return frame.scaled(np.array(rows, np.float64).reshape(len(rows), len(frame.names)))


def _carried_on(
    found: Clusters, old: Sequence[Segment], last: Segmentation, frame: Frame
) -> tuple[list[Segment], int]:
    """Return a segment a centroid: the matching one of the last run, else a new one."""
    same = matched(_placed(old, frame), found.centroids, _FARTHEST)
    values = frame.unscaled(found.centroids)
    segments, next_id = [], last.next_id
    for number, row in enumerate(values):
        centroid = dict(zip(frame.names, (round(float(one), 6) for one in row), strict=True))
        if number in same:
            segments.append(replace(old[same[number]], centroid=centroid))
        else:
            segments.append(Segment(f"s{next_id}", "", "", centroid))
            next_id += 1
    return segments, next_id


def _described(
    segments: Sequence[Segment],
    labels: Labels,
    points: Floats,
    portraits: Sequence[Portrait],
    frame: Frame,
) -> list[Segment]:
    """Return the segments with what sets them apart; those without a name get that for one."""
    usual = _typical(portraits, frame)
    taken = {one.name for one in segments if one.name}
    described = []
    for number, segment in enumerate(segments):
        inside = np.flatnonzero(labels == number)
        if not len(inside):
            described.append(segment if segment.name else replace(segment, name=segment.id))
            continue
        mean = points[inside].mean(axis=0)[: len(HABITS)].tolist()
        apart = dict(zip(HABITS, mean, strict=True))
        typical = _typical([portraits[place] for place in inside.tolist()], frame)
        words = describe(apart, typical, usual)
        name = segment.name or unlike(words, taken, marks(apart))
        taken.add(name)
        described.append(replace(segment, name=name, description=words))
    return described


def _typical(portraits: Sequence[Portrait], frame: Frame) -> dict[str, float]:
    """Return the means of counts as they are, and of shares of categories."""
    columns = dict(zip(HABITS, zip(*(one.habits for one in portraits), strict=True), strict=True))
    means: dict[str, float] = {}
    for name, column in columns.items():
        known = np.array(column, np.float64)
        known = known[np.isfinite(known)]
        values = np.expm1(known) if name in _COUNTED else known
        means[name] = float(values.mean()) if len(values) else 0.0
    for category in frame.categories:
        shares = [one.categories.get(category, 0.0) for one in portraits]
        means[f"category:{category}"] = float(np.mean(shares))
    return means


def _with_retired(segments: Sequence[Segment], last: Segmentation) -> tuple[Segment, ...]:
    """Return today's segments and those that were found no more: merges and pins refer to them."""
    there = {one.id for one in segments}
    retired = [replace(one, centroid={}) for one in last.segments if one.id not in there]
    return tuple(sorted((*segments, *retired), key=lambda one: int(one.id[1:])))
