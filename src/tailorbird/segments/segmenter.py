"""The segmenter: finds segments among everybody, keeps who is in which, and tells the log."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
from msgspec.structs import replace

from tailorbird.segments.membership import Changes, Kind, Membership, changes_of, moved
from tailorbird.segments.parting import part
from tailorbird.segments.portraits import Portrait, portrait
from tailorbird.segments.ports import People, Segments, Tell
from tailorbird.segments.segment import Segmentation, TooFewPeople, merged, renamed
from tailorbird.segments.telling import MembersShown, SegmentsShown, member_shown, segments_shown
from tailorbird.spine.clock import DAY_MS, Clock
from tailorbird.spine.ids import IdentifierKey, PersonId

log = logging.getLogger("tailorbird.segments")

_A_BREATH = 20
_TOLD_AT_ONCE = 500
_MOVED_AT_ONCE = 500


class Segmenter:
    """One workspace's segments; one change at a time.

    Args:
        store: segments, memberships and what is still to be told.
        people: everybody whose consent allows it.
        tell: puts events into the log.
        clock: now.
        rng: luck of samples and starts.
    """

    def __init__(
        self, store: Segments, people: People, tell: Tell, clock: Clock, rng: np.random.Generator
    ) -> None:
        self._store = store
        self._people = people
        self._tell = tell
        self._clock = clock
        self._rng = rng
        self._one_at_a_time = asyncio.Lock()
        self._forgotten: set[PersonId] = set()

    # Finding

    async def refresh(self) -> SegmentsShown:
        """Find the segments anew, carrying on those there are; return them.

        Raises:
            TooFewPeople: fewer than 50 people did something.
        """
        async with self._one_at_a_time:
            await self._announce()
            self._forgotten = set()
            portraits, keys = await self._portraits()
            last = await self._store.segmentation()
            before = await self._store.members(Kind.BEHAVIOR)
            homes = {person: one.home for person, one in before.items()}
            at_ms = self._clock()
            found = await asyncio.to_thread(part, portraits, last, homes, at_ms, self._rng)
            now = {
                person: (keys[person], home)
                for person, home in found.home.items()
                if person not in self._forgotten
            }
            changes = changes_of(now, before, found.segmentation, at_ms)
            await self._store.change(changes, found.segmentation)
            await self._announce()
        return await self.shown()

    async def refresh_if_due(self, every_ms: int = DAY_MS) -> None:
        """Find the segments anew when the last time is long ago; too few people are no mistake."""
        last = await self._store.segmentation()
        if last.run and self._clock() - last.at_ms < every_ms:
            await self.tell_what_waits()
            return
        try:
            await self.refresh()
        except TooFewPeople as few:
            log.debug("segments.not_yet said=%s", few.detail)

    async def tell_what_waits(self) -> None:
        """Tell the log what it was not told before the process ended."""
        async with self._one_at_a_time:
            await self._announce()

    def forget(self, person: PersonId) -> None:
        """Leave somebody out of a run that has looked at them already."""
        self._forgotten.add(person)

    # Correcting by hand

    async def rename(self, name: str, new: str) -> SegmentsShown:
        """Give a segment a name that it keeps; see `renamed` for what is refused."""
        async with self._one_at_a_time:
            changed = renamed(await self._store.segmentation(), name, new)
            await self._store.change(Changes(), changed)
        return await self.shown()

    async def merge(self, name: str, into: str) -> SegmentsShown:
        """Put a segment's people into another, now and at all later runs; see `merged`."""
        async with self._one_at_a_time:
            before = await self._store.segmentation()
            one, changed = before.find(name), merged(before, name, into)
            await self._store.change(Changes(), changed)
            await self._move_all(one.id, changed)
            await self._announce()
        return await self.shown()

    async def pin(self, person: PersonId, key: IdentifierKey, name: str) -> MembersShown:
        """Put somebody into a segment until they are taken out by hand.

        Raises:
            UnknownSegment: there is none by this name.
        """
        async with self._one_at_a_time:
            segmentation = await self._store.segmentation()
            segment = segmentation.end(segmentation.find(name).id)
            at_ms = self._clock()
            old = await self._behavioral(person)
            if old is None:
                new = Membership(person, key, segment, segment, at_ms, pinned=True)
                changes = changes_of({person: (key, segment)}, {}, segmentation, at_ms)
                changes = replace(changes, come=(new,))
            else:
                changes = moved([old], segment, segmentation, at_ms, pinned=True)
            await self._store.change(changes)
            await self._announce()
        return await self.inside(segment)

    async def unpin(self, person: PersonId) -> None:
        """Let somebody be where their behavior puts them again."""
        async with self._one_at_a_time:
            old = await self._behavioral(person)
            if old is not None and old.pinned:
                segmentation = await self._store.segmentation()
                home = segmentation.end(old.home)
                await self._store.change(moved([old], home, segmentation, self._clock()))
                await self._announce()

    # Showing

    async def shown(self) -> SegmentsShown:
        """Return all segments with how many are in each."""
        return segments_shown(await self._store.segmentation(), await self._store.counts())

    async def inside(self, name: str, after: str = "", limit: int = 100) -> MembersShown:
        """Return people of a segment, by id, from behind `after` on.

        Raises:
            UnknownSegment: there is none by this name.
        """
        segmentation = await self._store.segmentation()
        meant = segmentation.find(segmentation.end(segmentation.find(name).id))
        found = await self._store.inside(meant.id, after, limit)
        further = found[-1].person if len(found) == limit else None
        return MembersShown(meant.id, meant.name, tuple(map(member_shown, found)), further)

    async def of_person(self, person: PersonId) -> tuple[str, ...]:
        """Return the names of the segments that somebody is in."""
        called = {one.id: one.name for one in (await self._store.segmentation()).segments}
        found = await self._store.of_person(person)
        return tuple(sorted(called.get(one.segment, one.segment) for one in found))

    # Inside

    async def _portraits(self) -> tuple[dict[PersonId, Portrait], dict[PersonId, IdentifierKey]]:
        as_of_ms = min(self._clock(), await self._people.as_of())
        portraits: dict[PersonId, Portrait] = {}
        keys: dict[PersonId, IdentifierKey] = {}
        looked_at = 0
        async for one in self._people.known(as_of_ms):
            found = portrait(one.profile, as_of_ms)
            if found is not None:
                portraits[one.person], keys[one.person] = found, one.key
            looked_at += 1
            if looked_at % _A_BREATH == 0:
                await asyncio.sleep(0)
        return portraits, keys

    async def _move_all(self, segment: str, segmentation: Segmentation) -> None:
        to, at_ms = segmentation.end(segment), self._clock()
        while inside := await self._store.inside(segment, "", _MOVED_AT_ONCE):
            for pinned in (False, True):
                these = [one for one in inside if one.pinned is pinned]
                changes = moved(these, to, segmentation, at_ms, pinned=pinned)
                await self._store.change(changes)

    async def _behavioral(self, person: PersonId) -> Membership | None:
        found = await self._store.of_person(person)
        return next((one for one in found if one.kind is Kind.BEHAVIOR), None)

    async def _announce(self) -> None:
        while waiting := await self._store.waiting(_TOLD_AT_ONCE):
            await self._tell([event for _, event in waiting])
            await self._store.told([number for number, _ in waiting])
