"""The doors to segments: which there are, who is in them, and correcting them by hand."""

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer, decoded, whole_number
from tailorbird.api.people import find_person
from tailorbird.compose import Install

_MOST_BODY = 16 * 1024
_MOST_PEOPLE = 1_000


class Renaming(msgspec.Struct, rename="camel"):
    """The name that a segment shall have."""

    name: str


class Merging(msgspec.Struct, rename="camel"):
    """The segment, by id or name, that takes the people in."""

    into: str


class SegmentDoors:
    """Doors that show and correct segments; each change is in the audit log."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/v1/segments"): self.list,
            ("POST", "/v1/segments/refresh"): self.refresh,
        }

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [
            ("GET", "/v1/segments/{segment}/people", self.people),
            ("PATCH", "/v1/segments/{segment}", self.rename),
            ("POST", "/v1/segments/{segment}/merge", self.merge),
            ("PUT", "/v1/segments/{segment}/people/{person}", self.pin),
            ("DELETE", "/v1/segments/{segment}/people/{person}", self.unpin),
        ]

    async def list(self, call: Call) -> Answer:
        """Show all segments, the largest first, with how stable they are."""
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        return answer(await visitor.shop.segmenter.shown())

    async def people(self, call: Call) -> Answer:
        """Show who is in a segment, by person id; `next` is the `after` of the next page."""
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        name = call.params["segment"]
        self._note(visitor, "read the people of segment", name)
        limit = whole_number(call, "limit", 100, _MOST_PEOPLE, least=1)
        after = call.query().get("after", "")
        return answer(await visitor.shop.segmenter.inside(name, after, limit))

    async def refresh(self, call: Call) -> Answer:
        """Find the segments anew, now."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        self._note(visitor, "refreshed segments", "")
        return answer(await visitor.shop.segmenter.refresh())

    async def rename(self, call: Call) -> Answer:
        """Give a segment a name that it keeps."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        wanted = decoded(await call.body(_MOST_BODY), Renaming, "a new name")
        self._note(visitor, "renamed segment", call.params["segment"])
        return answer(await visitor.shop.segmenter.rename(call.params["segment"], wanted.name))

    async def merge(self, call: Call) -> Answer:
        """Put a segment's people into another, now and at all later runs."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        wanted = decoded(await call.body(_MOST_BODY), Merging, "what to merge into")
        self._note(visitor, "merged segment", call.params["segment"])
        return answer(await visitor.shop.segmenter.merge(call.params["segment"], wanted.into))

    async def pin(self, call: Call) -> Answer:
        """Put a person into a segment until they are taken out by hand."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        person, node = await find_person(visitor.shop, call.params["person"])
        self._note(visitor, "pinned to a segment", person)
        segment = call.params["segment"]
        await visitor.shop.segmenter.pin(person, node.identifiers[0], segment)
        return answer({"success": True})

    async def unpin(self, call: Call) -> Answer:
        """Let a person be where their behavior puts them again."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        person, _ = await find_person(visitor.shop, call.params["person"])
        self._note(visitor, "unpinned from a segment", person)
        await visitor.shop.segmenter.unpin(person)
        return answer({"success": True})

    def _note(self, visitor: Visitor, action: str, what: str) -> None:
        now_ms = self._install.clock()
        self._install.audit.note(now_ms, visitor.shop.name, visitor.key.id, action, what)
