"""A segment and a segmentation: named groups, where they lie, and what was decided by hand."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tailorbird.segments.portraits import Frame
from tailorbird.spine.errors import BadRequest, Conflict, NotFound

LONGEST_NAME = 80


class UnknownSegment(NotFound):
    """There is no segment by this name."""

    remedy = "`tailorbird segments` lists them, by id and by name."


class NameTaken(Conflict):
    """Another segment has this name."""

    remedy = "Choose another, or merge the two."


class BadName(BadRequest):
    """This cannot be a segment's name."""

    remedy = f"Give one to {LONGEST_NAME} characters, without a slash."


class TooFewPeople(Conflict):
    """There are too few people to find groups among."""

    remedy = "Collect or import more events first."


class Segment(msgspec.Struct, frozen=True, rename="camel"):
    """One group.

    Attributes:
        id: stays for ever: `s1`, `s2` …
        name: as given by hand, else as found at first.
        description: what sets it apart today; its name is not changed by that.
        centroid: where it lies, number → value as in `portraits`; empty once it was found no more.
        by_hand: whether somebody gave the name.
        into: the segment that it was merged into.
    """

    id: str
    name: str
    description: str
    centroid: Mapping[str, float] = {}
    by_hand: bool = False
    into: str | None = None


class Segmentation(msgspec.Struct, frozen=True, rename="camel"):
    """All behavioral segments of a shop, as found at one time and corrected by hand since.

    Attributes:
        run: counts the runs.
        at_ms: when.
        frame: how people are measured; None before the first run.
        segments: in the order of their ids.
        people: how many were parted.
        silhouette: how clearly the groups part (-1 to 1).
        stability: adjusted Rand index between this run and the last one, over those in both;
            None at the first.
        restart_stability: the same between this run and one from other random starts.
        next_id: the number of the next new segment.
    """

    run: int = 0
    at_ms: int = 0
    frame: Frame | None = None
    segments: tuple[Segment, ...] = ()
    people: int = 0
    silhouette: float = 0.0
    stability: float | None = None
    restart_stability: float | None = None
    next_id: int = 1

    def find(self, name: str) -> Segment:
        """Return a segment by id or by name.

        Raises:
            UnknownSegment: there is none.
        """
        for one in self.segments:
            if name in {one.id, one.name}:
                return one
        known = ", ".join(f"{one.id} ({one.name})" for one in self.shown()) or "none yet"
        raise UnknownSegment(f"There is no segment {name!r}; there are: {known}")

    def shown(self) -> tuple[Segment, ...]:
        """Return the segments that people can be in: those that were not merged into others."""
        return tuple(one for one in self.segments if one.into is None)

    def end(self, segment_id: str) -> str:
        """Return where the people of a segment go: itself, or what it was merged into."""
        into = {one.id: one.into for one in self.segments}
        while (further := into.get(segment_id)) is not None:
            segment_id = further
        return segment_id


def renamed(segmentation: Segmentation, name: str, new: str) -> Segmentation:
    """Return the segmentation with a segment named by hand.

    Raises:
        UnknownSegment: there is no such segment.
        NameTaken: another has the new name.
        BadName: the new name is empty, too long, or has a slash.
    """
    new = " ".join(new.split())
    if not new or len(new) > LONGEST_NAME or "/" in new:
        raise BadName(f"{new[:100]!r} cannot be a name")
    meant = segmentation.find(name)
    if any(new in {one.id, one.name} and one.id != meant.id for one in segmentation.segments):
        raise NameTaken(f"Another segment is called {new!r}")
    return _with(segmentation, msgspec.structs.replace(meant, name=new, by_hand=True))


def merged(segmentation: Segmentation, name: str, into: str) -> Segmentation:
    """Return the segmentation with one segment's people in another from now on.

    Raises:
        UnknownSegment: there is no such segment.
        NameTaken: both are the same.
    """
    one, other = segmentation.find(name), segmentation.find(into)
    if segmentation.end(other.id) == one.id:
        raise NameTaken(f"{one.name!r} cannot be merged into itself")
    return _with(segmentation, msgspec.structs.replace(one, into=other.id))


def _with(segmentation: Segmentation, changed: Segment) -> Segmentation:
    segments = tuple(changed if one.id == changed.id else one for one in segmentation.segments)
    return msgspec.structs.replace(segmentation, segments=segments)
