"""Segments as they are shown to people and programs."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tailorbird.segments.membership import Membership
from tailorbird.segments.segment import Segmentation
from tailorbird.spine.clock import format_time
from tailorbird.spine.ids import PersonId


class SegmentShown(msgspec.Struct, frozen=True, rename="camel"):
    """One segment: how many are in it, what sets it apart today, and where it lies."""

    id: str
    name: str
    description: str
    kind: str
    people: int
    share: float
    by_hand: bool
    centroid: Mapping[str, float]


class SegmentsShown(msgspec.Struct, frozen=True, rename="camel"):
    """All segments, the largest first, and how far the runs that found them agree."""

    segments: tuple[SegmentShown, ...]
    run: int
    found_at: str | None
    people: int
    silhouette: float
    stability: float | None
    restart_stability: float | None


class MemberShown(msgspec.Struct, frozen=True, rename="camel"):
    """One person in a segment."""

    person_id: PersonId
    since: str
    pinned: bool


class MembersShown(msgspec.Struct, frozen=True, rename="camel"):
    """People of a segment, by id; `next` continues the list, None where it ends."""

    segment: str
    name: str
    people: tuple[MemberShown, ...]
    next: str | None


def segments_shown(segmentation: Segmentation, counts: Mapping[str, int]) -> SegmentsShown:
    """Return all segments as they are shown; those found no more only while people are in them."""
    total = max(1, sum(counts.get(one.id, 0) for one in segmentation.segments))
    shown = [
        SegmentShown(
            id=one.id,
            name=one.name,
            description=one.description,
            kind="behavior",
            people=counts.get(one.id, 0),
            share=round(counts.get(one.id, 0) / total, 4),
            by_hand=one.by_hand,
            centroid=one.centroid,
        )
        for one in segmentation.shown()
        if one.centroid or counts.get(one.id, 0)
    ]
    return SegmentsShown(
        segments=tuple(sorted(shown, key=lambda one: (-one.people, one.id))),
        run=segmentation.run,
        found_at=format_time(segmentation.at_ms) if segmentation.run else None,
        people=segmentation.people,
        silhouette=segmentation.silhouette,
        stability=segmentation.stability,
        restart_stability=segmentation.restart_stability,
    )


def member_shown(one: Membership) -> MemberShown:
    """Return one member as shown."""
    return MemberShown(one.person, format_time(one.since_ms), one.pinned)
