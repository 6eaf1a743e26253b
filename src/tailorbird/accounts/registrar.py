"""The registrar: says what is known of an account, and what holds for its people now."""

from __future__ import annotations

from collections import Counter

from tailorbird.accounts.directory import Directory
from tailorbird.accounts.ports import People, SegmentsOf, Source
from tailorbird.accounts.reordering import Reorder, reorders
from tailorbird.accounts.share import account_profile, current_account, share
from tailorbird.accounts.telling import (
    AccountLine,
    AccountPerson,
    AccountShown,
    AccountsShown,
    CatalogShown,
    ReorderShown,
)
from tailorbird.accounts.terms import Custom, Standing, Terms, standing
from tailorbird.catalog.catalog import Catalog
from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied, Purpose
from tailorbird.identity.graph import Node
from tailorbird.profile.customer import Money
from tailorbird.profile.orders import placed
from tailorbird.profile.orders_view import money
from tailorbird.profile.profile import Profile
from tailorbird.profile.traits import attributes, traits_of_account
from tailorbird.profile.view import view
from tailorbird.profile.worth import worth
from tailorbird.spine.clock import DAY_MS, MINUTE_MS, Clock, format_time
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import ItemId, PersonId, Subject
from tailorbird.spine.money import to_major

MOST_PEOPLE = 500
"""Of how many of its people an account's profile is made at most, the first by id."""

REORDERS_SHOWN = 50
_STANDS_MS = MINUTE_MS  # how old what holds for an account may be when an answer goes by it
_MOST_STANDING = 10_000
_YEAR_MS = 365 * DAY_MS


class UnknownAccount(NotFound):
    """No account is known by that id."""

    remedy = "Send `group` calls with its `groupId`; GET /v1/accounts lists those that are known."


class Registrar:
    """One workspace's accounts.

    Args:
        gate: asked about each person: who refuses personalization adds nothing to an account.
        people: persons and their profiles.
        catalog: for titles, prices and availability of what is bought again.
        clock: the time.
    """

    def __init__(self, gate: Gate, people: People, catalog: Catalog, clock: Clock) -> None:
        self._gate = gate
        self._people = people
        self._catalog = catalog
        self._segments_of: SegmentsOf | None = None
        self._clock = clock
        self._tiers: tuple[Terms, ...] = ()
        self._standing: dict[str, tuple[int, Standing]] = {}
        self.directory = Directory()

    async def follow(self, source: Source, segments_of: SegmentsOf) -> None:
        """Learn who is in an account, and of every change from now on.

        Args:
            source: where profiles change.
            segments_of: the segments of a person.
        """
        self._segments_of = segments_of
        source.told = self.directory.learn
        self.directory.learn(await source.in_accounts())

    def adopt(self, tiers: tuple[Terms, ...]) -> None:
        """Put other tiers in force."""
        self._tiers = tiers
        self._standing = {}

    def forget(self) -> None:
        """Drop what was worked out: somebody of some account is being erased."""
        self._standing = {}

    async def standing(self, profile: Profile, wanted: str | None = None) -> Standing | None:
        """Return what holds for somebody's account; None for who is in none.

        Worked out anew once a minute an account.

        Args:
            profile: whose.
            wanted: the account in whose name they ask; counts only if they are in it.
        """
        account = wanted if wanted in profile.accounts else current_account(profile)
        if account is None:
            return None
        now_ms = self._clock()
        since_ms, found = self._standing.get(account, (0, None))
        if found is None or not 0 <= now_ms - since_ms < _STANDS_MS:
            members = [one for _, one in await self._members(account)]
            found = self._stands(account, account_profile(members, account), now_ms)
            if len(self._standing) >= _MOST_STANDING:
                self._standing = {}
            self._standing[account] = now_ms, found
        return found

    async def shown(self, account: str) -> AccountShown:
        """Return all that is known of an account.

        Raises:
            UnknownAccount: nobody has been seen in it.
        """
        everybody = self.directory.people(account)
        if not everybody:
            raise UnknownAccount(f"No account is known as {account[:80]!r}")
        now_ms, members = self._clock(), await self._members(account)
        whole = account_profile((one for _, one in members), account)
        stands = self._stands(account, whole, now_ms)
        seen = view(whole, now_ms, spell=self._catalog.spelling)
        segments: Counter[str] = Counter()
        for person, profile in members:
            if self._segments_of is not None and current_account(profile) == account:
                segments.update(await self._segments_of(person))
        return AccountShown(
            account_id=account,
            traits=attributes(traits_of_account(whole.account_traits, account)),
            tier=stands.tier,
            price_list=stands.price_list,
            catalog=CatalogShown(stands.categories, stands.not_categories),
            people=tuple(_person(person, profile, account) for person, profile in members),
            withheld=min(MOST_PEOPLE, len(everybody)) - len(members),
            segments=dict(sorted(segments.items())),
            orders=seen.customer.orders,
            cart=seen.customer.cart,
            affinity=seen.affinity,
            reorder=tuple(
                self._reorder(one, stands, now_ms)
                for one in reorders(whole.orders, now_ms, REORDERS_SHOWN)
            ),
        )

    def listed(self, after: str, limit: int) -> AccountsShown:
        """Return accounts behind an id."""
        found = self.directory.after(after, limit)
        return AccountsShown(
            tuple(AccountLine(name, people) for name, people in found),
            found[-1][0] if len(found) == limit else None,
        )

    async def _members(self, account: str) -> list[tuple[PersonId, Profile]]:
        """Return the people of an account who allow it, with their profiles."""
        persons = self.directory.people(account)[:MOST_PEOPLE]
        nodes = await self._people.nodes(persons)
        members = []
        for person in persons:
            node = nodes.get(person)
            if node is None or not node.identifiers:
                continue
            permit = await self._gate.ask(_subject(node), Purpose.PERSONALIZATION)
            if isinstance(permit, Denied):
                continue
            profile = await self._people.read(permit, person)
            if profile is not None and account in profile.accounts:
                members.append((person, profile))
        return members

    def _stands(self, account: str, whole: Profile, now_ms: int) -> Standing:
        currency = worth(whole.orders, now_ms).main_currency
        lately = [
            one.sale
            for one in placed(whole.orders)
            if now_ms - _YEAR_MS <= one.sale.at_ms <= now_ms
        ]
        spent = sum(sale.revenue_minor for sale in lately if sale.currency == currency)
        traits = attributes(traits_of_account(whole.account_traits, account))
        custom = Custom(traits, to_major(spent, currency), len(lately))
        return standing(account, custom, self._tiers)

    def _reorder(self, one: Reorder, stands: Standing, now_ms: int) -> ReorderShown:
        item = self._catalog.get(one.item)
        return ReorderShown(
            item=one.item,
            title=None if item is None else item.title or None,
            available=item is not None and item.in_stock,
            price=self._price(one.item, stands.price_list),
            orders=one.orders,
            quantity=one.quantity,
            last_at=format_time(one.last_ms),
            every_days=one.every_days,
            due_at=None if one.due_ms is None else format_time(one.due_ms),
            due=one.due_ms is not None and one.due_ms <= now_ms,
        )

    def _price(self, name: ItemId, price_list: str | None) -> Money | None:
        """Return an item's price on a list: of its attribute `priceLists`, else its own."""
        item = self._catalog.get(name)
        if item is None:
            return None
        lists = item.attributes.get("priceLists")
        listed = lists.get(price_list) if isinstance(lists, dict) and price_list else None
        if isinstance(listed, int | float) and not isinstance(listed, bool):
            return Money(float(listed), item.currency)
        if item.asking_minor is None:
            return None
        return money(item.asking_minor, item.currency or "")


def _person(person: PersonId, profile: Profile, account: str) -> AccountPerson:
    mine = share(profile, account)
    joined = mine.joined.get(account)
    return AccountPerson(
        person,
        None if joined is None else format_time(joined),
        format_time(mine.accounts[account]),
        current_account(profile) == account,
    )


def _subject(node: Node) -> Subject:
    browsers = [key for key in node.identifiers if key.startswith("anonymous:")]
    return Subject(
        user_id=node.user_id,
        anonymous_id=browsers[0].partition(":")[2] if browsers else None,
    )
