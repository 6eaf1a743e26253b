"""Membership: who is in which segment since when, and the events that say that it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from tailorbird.segments.segment import Segmentation
from tailorbird.spine.events import OWN_SOURCE, Event
from tailorbird.spine.ids import IdentifierKey, PersonId

ENTERED, EXITED = "Segment Entered", "Segment Exited"
SOURCE = f"{OWN_SOURCE}segments"


class Kind(StrEnum):
    """How people come into a segment: found by how they behave, or by a rule that they meet."""

    BEHAVIOR = "behavior"
    RULE = "rule"


class Membership(msgspec.Struct, frozen=True):
    """One person in one segment.

    Attributes:
        person: who.
        key: an identifier of theirs, under which they are erased and shown.
        segment: where they are, by its id.
        home: where their behavior puts them; another than `segment` after a merge or a pin.
        since_ms: since when they are in it.
        pinned: put there by hand; stays until taken out by hand.
        kind: how they came in. Behavior puts a person into one segment, rules into any number.
    """

    person: PersonId
    key: IdentifierKey
    segment: str
    home: str
    since_ms: int
    pinned: bool = False
    kind: Kind = Kind.BEHAVIOR


class Changes(msgspec.Struct, frozen=True):
    """What becomes of memberships in one step, all or nothing.

    Attributes:
        come: put in, or changed; of the same person and segment the new one stands.
        gone: taken out.
        news: what the log is to be told.
    """

    come: tuple[Membership, ...] = ()
    gone: tuple[Membership, ...] = ()
    news: tuple[Event, ...] = ()


def changes_of(
    now: Mapping[PersonId, tuple[IdentifierKey, str]],
    before: Mapping[PersonId, Membership],
    segmentation: Segmentation,
    at_ms: int,
) -> Changes:
    """Return what a run changes.

    Who is pinned stays where they are. Who has no portrait any more (gone, or refused since) is
    dropped without a word: nothing is said of somebody who is not there.

    Args:
        now: each person's identifier, and where their behavior puts them.
        before: behavioral memberships so far.
        segmentation: the run's.
        at_ms: now.
    """
    come: list[Membership] = []
    gone = [one for person, one in before.items() if person not in now]
    news: list[Event] = []
    there = {one.id for one in segmentation.segments}
    for person, (key, home) in now.items():
        old = before.get(person)
        pinned = old is not None and old.pinned and old.segment in there
        segment = old.segment if old is not None and pinned else segmentation.end(home)
        if old is not None and old.segment == segment:
            fresh = Membership(person, key, segment, home, old.since_ms, pinned)
            if fresh != old:
                come.append(fresh)
            continue
        fresh = Membership(person, key, segment, home, at_ms)
        come.append(fresh)
        if old is not None:
            gone.append(old)
        news.extend(news_of(old, fresh, segmentation, at_ms))
    return Changes(tuple(come), tuple(gone), tuple(news))


def moved(
    members: Iterator[Membership] | list[Membership],
    to: str,
    segmentation: Segmentation,
    at_ms: int,
    *,
    pinned: bool = False,
) -> Changes:
    """Return what putting members into another segment changes."""
    come: list[Membership] = []
    gone: list[Membership] = []
    news: list[Event] = []
    for old in members:
        if old.segment == to:
            come.append(msgspec.structs.replace(old, pinned=pinned))
            continue
        fresh = msgspec.structs.replace(old, segment=to, since_ms=at_ms, pinned=pinned)
        come.append(fresh)
        gone.append(old)
        news.extend(news_of(old, fresh, segmentation, at_ms))
    return Changes(tuple(come), tuple(gone), tuple(news))


def news_of(
    old: Membership | None, new: Membership | None, segmentation: Segmentation, at_ms: int
) -> Iterator[Event]:
    """Yield the events of leaving one segment and entering another."""
    for name, one in ((EXITED, old), (ENTERED, new)):
        if one is not None:
            yield _event(name, one, segmentation, at_ms)


def _event(name: str, one: Membership, segmentation: Segmentation, at_ms: int) -> Event:
    kind, _, value = one.key.partition(":")
    called = {segment.id: segment.name for segment in segmentation.segments}
    return Event(
        kind="track",
        name=name,
        # The same change told twice is one event: the log knows it by this.
        message_id=f"{name}-{one.segment}-{one.person}-{at_ms}",
        source=SOURCE,
        occurred_at_ms=at_ms,
        received_at_ms=at_ms,
        user_id=value if kind == "user" else None,
        anonymous_id=value if kind == "anonymous" else None,
        properties={
            "segment": one.segment,
            "segment_name": called.get(one.segment, one.segment),
            "segment_kind": one.kind.value,
        },
    )
