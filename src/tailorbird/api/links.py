"""The doors to probabilistic links: which there are, why, and taking one back by hand."""

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer
from tailorbird.api.people import find_person
from tailorbird.compose import Install


class LinkDoors:
    """Doors that show and take back links; each look and each change is in the audit log."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/v1/links"): self.list,
            ("POST", "/v1/links/refresh"): self.refresh,
            ("DELETE", "/v1/links"): self.clear,
        }

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [
            ("GET", "/v1/people/{person}/links", self.of_person),
            ("DELETE", "/v1/people/{person}/links/{other}", self.deny),
        ]

    async def list(self, call: Call) -> Answer:
        """Show all links, the surest first, and what they rest on."""
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        self._note(visitor, "read all links", "")
        return answer(await visitor.shop.linker.shown())

    async def of_person(self, call: Call) -> Answer:
        """Show who lends to a person, or to whom they lend, with the evidence."""
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        person, _ = await find_person(visitor.shop, call.params["person"])
        self._note(visitor, "read the links of", person)
        return answer(await visitor.shop.linker.shown(person))

    async def refresh(self, call: Call) -> Answer:
        """Find the links anew, now."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        self._note(visitor, "refreshed links", "")
        return answer(await visitor.shop.linker.refresh())

    async def clear(self, call: Call) -> Answer:
        """Drop all links now; the next round looks again."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        self._note(visitor, "dropped all links", "")
        return answer(await visitor.shop.linker.clear())

    async def deny(self, call: Call) -> Answer:
        """Take back the link between two people; it ends at once and is not found again."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        person, _ = await find_person(visitor.shop, call.params["person"])
        other, _ = await find_person(visitor.shop, call.params["other"])
        self._note(visitor, "denied a link of", person)
        return answer(await visitor.shop.linker.deny(person, other, visitor.key.id))

    def _note(self, visitor: Visitor, action: str, what: str) -> None:
        now_ms = self._install.clock()
        self._install.audit.note(now_ms, visitor.shop.name, visitor.key.id, action, what)
