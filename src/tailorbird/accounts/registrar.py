"""The registrar: says what is known of an account, and what holds for its people now."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping

from tailorbird.accounts.directory import Directory
from tailorbird.accounts.gathering import Gathering
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
from tailorbird.accounts.terms import Standing, Terms, standing
from tailorbird.catalog.catalog import Catalog
from tailorbird.catalog.price_lists import listed_minor
from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied, Purpose
from tailorbird.identity.graph import Node
from tailorbird.profile.customer import Money
from tailorbird.profile.orders_view import money
from tailorbird.profile.profile import Profile
from tailorbird.profile.traits import attributes, traits_of_account
from tailorbird.profile.view import view
from tailorbird.spine.clock import MINUTE_MS, Clock, format_time
from tailorbird.spine.errors import NotFound
from tailorbird.spine.ids import ItemId, PersonId, Subject

MOST_PEOPLE = 500
"""Of how many of its people an account's profile is made at most, the first by id."""

REORDERS_SHOWN = 50
_STANDS_MS = MINUTE_MS  # older than this, what holds for an account is worked out anew behind it
_AT_MOST_MS = 10 * MINUTE_MS  # older than this, an answer waits for that
_MOST_STANDING = 10_000
_A_READ = 16  # people that are read at once
_A_BITE_S = 0.001  # how long an account may be worked on before others have their turn


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
        self._working: dict[str, asyncio.Task[Standing]] = {}
        self._wanted: dict[str, None] = {}
        self.directory = Directory()

    async def follow(self, source: Source, segments_of: SegmentsOf) -> None:
        """Learn who is in an account, and of every change from now on.

        Args:
            source: where profiles change.
            segments_of: the segments of a person.
        """
        self._segments_of = segments_of
        source.told = self._learn
        self.directory.learn(await source.in_accounts())

    def adopt(self, tiers: tuple[Terms, ...]) -> None:
        """Put other tiers in force; those whose people were here lately are worked out at once."""
        self._tiers = tiers
        self._wanted |= dict.fromkeys(self._standing)
        self._drop()

    def forget(self) -> None:
        """Drop what was worked out: somebody of some account is being erased."""
        self._drop()

    async def standing(self, profile: Profile, wanted: str | None = None) -> Standing | None:
        """Return what holds for somebody's account; None for who is in none.

        Worked out when somebody of the account has been heard of, and anew once a minute, behind
        the answers; only an account of which nothing is known is waited for.

        Args:
            profile: whose.
            wanted: the account in whose name they ask; counts only if they are in it.
        """
        account = wanted if wanted in profile.accounts else current_account(profile)
        if account is None:
            return None
        since_ms, found = self._standing.get(account, (0, None))
        age_ms = self._clock() - since_ms
        if found is None or not 0 <= age_ms < _AT_MOST_MS:
            return await self._worked_out(account)
        if age_ms >= _STANDS_MS:
            self._wanted[account] = None
        return found

    async def round(self) -> None:
        """Work out what holds for the accounts of whoever was heard of since."""
        wanted, self._wanted = self._wanted, {}
        for account in wanted:
            await self._worked_out(account)

    def _learn(self, profiles: Mapping[PersonId, Profile | None]) -> None:
        """Take up changed profiles, and have a look at the accounts of whoever was heard of."""
        self.directory.learn(profiles)
        now_ms = self._clock()
        for profile in profiles.values():
            account = None if profile is None else current_account(profile)
            if account is not None:
                since_ms, _ = self._standing.get(account, (0, None))
                if not 0 <= now_ms - since_ms < _STANDS_MS:
                    self._wanted[account] = None

    def _drop(self) -> None:
        self._standing, self._working = {}, {}

    async def _worked_out(self, account: str) -> Standing:
        """Return what holds for an account, worked out once whoever asks at the same time."""
        task = self._working.get(account)
        if task is None:
            task = asyncio.create_task(self._work_out(account))
            self._working[account] = task
        return await asyncio.shield(task)

    async def _work_out(self, account: str) -> Standing:
        tiers, mine = self._tiers, asyncio.current_task()
        gathering = Gathering(account)
        try:
            async for _, profile in self._members(account):
                gathering.add(profile)
        finally:
            holds = self._working.get(account) is mine  # else what it rests on was dropped
            if holds:
                del self._working[account]
        now_ms = self._clock()
        found = standing(account, gathering.custom(now_ms), tiers)
        if holds:
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
        now_ms, members = self._clock(), [one async for one in self._members(account)]
        whole, gathering = account_profile((one for _, one in members), account), Gathering(account)
        for _, profile in members:
            gathering.add(profile)
        stands = standing(account, gathering.custom(now_ms), self._tiers)
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

    async def _members(self, account: str) -> AsyncIterator[tuple[PersonId, Profile]]:
        """Yield the people of an account who allow it, with their profiles, leaving time to others.

        Between two people others have their turn once a millisecond has passed.
        """
        persons = self.directory.people(account)[:MOST_PEOPLE]
        begun = time.perf_counter()
        for first in range(0, len(persons), _A_READ):
            some = persons[first : first + _A_READ]
            nodes = await self._people.nodes(some)
            for person in some:
                profile = await self._allowed(person, nodes.get(person))
                if profile is not None and account in profile.accounts:
                    yield person, profile
                if time.perf_counter() - begun > _A_BITE_S:
                    await asyncio.sleep(0)
                    begun = time.perf_counter()

    async def _allowed(self, person: PersonId, node: Node | None) -> Profile | None:
        """Return somebody's profile; None for who refuses, or is gone."""
        if node is None or not node.identifiers:
            return None
        permit = await self._gate.ask(_subject(node), Purpose.PERSONALIZATION)
        return None if isinstance(permit, Denied) else await self._people.read(permit, person)

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
        minor = listed_minor(item, price_list)
        return None if minor is None else money(minor, item.currency or "")


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
