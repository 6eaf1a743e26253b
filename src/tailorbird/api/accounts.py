"""The doors to accounts: which there are, and all that is known of one."""

from tailorbird.access.keys import Scope
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import Answer, Call, Door, answer, whole_number
from tailorbird.compose import Install

_MOST_ACCOUNTS = 1_000


class AccountDoors:
    """Doors that show accounts; each look is in the audit log."""

    def __init__(self, keeper: Doorkeeper, install: Install) -> None:
        self._keeper = keeper
        self._install = install

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {("GET", "/v1/accounts"): self.list}

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [("GET", "/v1/accounts/{account}", self.account)]

    async def list(self, call: Call) -> Answer:
        """Show accounts by id; `next` is the `after` of the next page."""
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        limit = whole_number(call, "limit", 100, _MOST_ACCOUNTS, least=1)
        return answer(visitor.shop.accounts.listed(call.query().get("after", ""), limit))

    async def account(self, call: Call) -> Answer:
        """Show an account: people, tier, prices, orders, what it leans to, what is due again."""
        visitor = await self._keeper.admit(call, Scope.PEOPLE)
        name = call.params["account"]
        self._note(visitor, name)
        return answer(await visitor.shop.accounts.shown(name))

    def _note(self, visitor: Visitor, name: str) -> None:
        now_ms = self._install.clock()
        self._install.audit.note(
            now_ms, visitor.shop.name, visitor.key.id, "looked at account", name
        )
