"""The linker: finds links round by round, off the hot path, keeps them and takes them back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from tailorbird.collect.circumstances import Enrich
from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied
from tailorbird.links.crowd import Crowd, Owner, owners_of
from tailorbird.links.finding import Found, Link, beside, links_among
from tailorbird.links.learning import NEVER, Model, case_of, learned, stated
from tailorbird.links.lending import PURPOSE, Lending, subject_of
from tailorbird.links.ports import Denial, LinkStore, Ownerships, Readable, Standing
from tailorbird.links.signals import Signals
from tailorbird.links.stays import Stay, Stays
from tailorbird.links.telling import LinksShown, link_shown, links_shown
from tailorbird.spine.clock import DAY_MS, Clock
from tailorbird.spine.errors import Conflict
from tailorbird.spine.ids import IdentifierKey, PersonId, anonymous_key, user_key
from tailorbird.spine.turns import Turn

WINDOW_MS = 60 * DAY_MS
"""How far back links look; what is older is forgotten."""

_WEEK_MS = 7 * DAY_MS
_A_BATCH = 500
_EVERY_MS = 10 * 60 * 1000


class LinksOff(Conflict):
    """Probabilistic links are off in this install."""

    remedy = "Read docs/how-to/lend-a-taste.md, set `links` to `learned`, and start again."


class NoSuchLink(Conflict):
    """These two are not linked."""

    remedy = "`GET /v1/people/{id}/links` lists a person's links."


class Terms(msgspec.Struct, frozen=True):
    """How links are to be: off, from the shop's own truth, or from the stated table too.

    Attributes:
        mode: `off`, `learned` or `stated`.
        precision: the share of links that shall be right, 0 to 1.
    """

    mode: str = "off"
    precision: float = 0.95

    @property
    def on(self) -> bool:
        """Whether anything is looked at and kept."""
        return self.mode != "off"


class Linker:
    """One workspace's links; one round at a time.

    Args:
        store: links, denials and this week's key.
        log: what happened.
        identity: whose each browser is.
        gate: asked for everybody before they take part.
        lending: what the decider looks at.
        terms: whether, and how sure.
        clock: now.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the rooms that it stands between
        self,
        store: LinkStore,
        log: Readable,
        identity: Ownerships,
        gate: Gate,
        lending: Lending,
        terms: Terms,
        clock: Clock,
    ) -> None:
        self.store = store
        self.lending = lending
        self.terms = terms
        self.signals = Signals(b"\0" * 32) if terms.on else None
        self._log = log
        self._identity = identity
        self._gate = gate
        self._clock = clock
        self._stays = Stays()
        self._after: int | None = None
        self._denied: set[tuple[IdentifierKey, IdentifierKey]] = set()
        self._forgotten: set[IdentifierKey] = set()
        self._standing = Standing()
        self._one_at_a_time = asyncio.Lock()

    @property
    def plugins(self) -> tuple[Enrich, ...]:
        """What the door adds to events: nothing where links are off."""
        return () if self.signals is None else (self.signals,)

    async def open(self) -> None:
        """Take up what was found before; where links are off, look at none of it."""
        if self.signals is None:
            return
        kept = await self.store.kept()
        self._denied = {(one.browser, one.user) for one in kept.denials}
        self._standing = kept.standing
        self._lend(kept.links)
        await self._rotate()

    async def retire(self) -> None:
        """Where a shop serves with links off, throw away what was found before, and the key."""
        if self.signals is None:
            await self.store.put((), Standing())
            await self.store.key(None)

    async def round(self) -> None:
        """Look again, if something happened since; what refuses consent now is dropped."""
        if self.signals is None:
            return
        await self._rotate()
        idle = self._after is not None and self._after >= self._log.last_offset
        if not idle and self._clock() - self._standing.at_ms >= _EVERY_MS:
            await self.refresh()

    async def refresh(self) -> LinksShown:
        """Find the links anew, and return them.

        Raises:
            LinksOff: links are off.
        """
        self._must_be_on()
        async with self._one_at_a_time:
            await self._catch_up()
            self._forgotten = set()
            stays = {name: list(found) for name, found in self._stays.all().items()}
            owners = await self._owners(list(stays))
            now_ms = self._clock()
            found, model = await asyncio.to_thread(_find, stays, owners, self.terms, now_ms)
            since = {(one.browser, one.user): one.since_ms for one in self._links()}
            kept = [
                replace(one, since_ms=since.get((one.browser, one.user), now_ms))
                for one in found.links
                if not self._is_out(one)
            ]
            settled = self._settled(owners)
            self._standing = _standing(found, model, settled, now_ms)
            await self.store.put(kept, self._standing)
            self._lend([one for one in kept if not self._is_out(one)])
        return await self.shown()

    async def deny(self, person: PersonId, other: PersonId, by: str) -> LinksShown:
        """Take a link back for good; it ends at once and is not found again.

        Raises:
            LinksOff: links are off.
            NoSuchLink: these two are not linked.
        """
        self._must_be_on()
        link = next(
            (one for one in self._links() if {one.receiver, one.lender} == {person, other}), None
        )
        if link is None:
            raise NoSuchLink(f"{person} and {other} are not linked.")
        self._denied.add((link.browser, link.user))
        self._lend([one for one in self._links() if one is not link])
        await self.store.deny(Denial(link.browser, link.user, self._clock(), by))
        return await self.shown(person)

    def forget(self, keys: Sequence[IdentifierKey]) -> None:
        """Drop what memory holds of the people behind some identifiers."""
        self._forgotten.update(keys)
        for key in keys:
            kind, _, value = key.partition(":")
            if kind == "user":
                self._stays.forget_user(value)
            else:
                self._stays.forget(value)
        self._lend([one for one in self._links() if not self._is_out(one)])

    async def shown(self, person: PersonId | None = None) -> LinksShown:
        """Return all links or one person's, with what they rest on; both sides allow them now."""
        found = [
            link_shown(one)
            for one in self._links()
            if person in {None, one.receiver, one.lender} and await self.lending.permitted(one)
        ]
        return links_shown(found, self._standing, self.terms.mode, self.terms.precision)

    async def clear(self) -> LinksShown:
        """Drop every link now; the next round looks again."""
        self._must_be_on()
        async with self._one_at_a_time:
            self._lend(())
            await self.store.put((), self._standing)
        return await self.shown()

    # Inside

    def _must_be_on(self) -> None:
        if self.signals is None:
            raise LinksOff

    def _links(self) -> list[Link]:
        return list(self.lending.links.values())

    def _lend(self, links: Sequence[Link]) -> None:
        self.lending.links = {one.receiver: one for one in links}

    def _is_out(self, link: Link) -> bool:
        sides = {link.browser, link.user}
        return (link.browser, link.user) in self._denied or bool(sides & self._forgotten)

    async def _rotate(self) -> None:
        if self.signals is not None:
            self.signals.key = await self.store.key(self._clock() // _WEEK_MS)

    async def _catch_up(self) -> None:
        since_ms = self._clock() - WINDOW_MS
        if self._after is None:
            self._after = await self._offset_at(since_ms)
        turn = Turn(_A_BATCH // 5)
        while batch := await self._log.read(self._after, _A_BATCH):
            for one in batch:
                self._stays.add(one.event)
                await turn.done()
            self._after = batch[-1].offset
        self._stays.prune(since_ms)

    async def _offset_at(self, at_ms: int) -> int:
        """Return an offset before which all came in earlier, by halving."""
        low, high = 0, self._log.last_offset
        while high - low > _A_BATCH:
            middle = (low + high) // 2
            one = await self._log.read(middle, 1)
            if one and one[0].event.received_at_ms < at_ms:
                low = middle
            else:
                high = middle
        return low

    async def _owners(self, browsers: Sequence[str]) -> dict[str, Owner]:
        """Return whose browsers are, of those who allow it; the others take no part at all."""
        allowed: dict[str, Owner] = {}
        users: dict[str, bool] = {}
        for start in range(0, len(browsers), _A_BATCH):
            some = browsers[start : start + _A_BATCH]
            links = await self._identity.links([anonymous_key(one) for one in some])
            nodes = await self._identity.nodes(sorted({one.person for one in links.values()}))
            for browser, owner in owners_of(some, links, nodes).items():
                if owner.user_id is not None:
                    if owner.user_id not in users:
                        users[owner.user_id] = await self._allows(user_key(owner.user_id))
                    if not users[owner.user_id]:
                        continue
                elif not await self._allows(anonymous_key(browser)):
                    continue
                allowed[browser] = owner
            await asyncio.sleep(0)
        return allowed

    async def _allows(self, key: IdentifierKey) -> bool:
        return not isinstance(await self._gate.ask(subject_of(key), PURPOSE), Denied)

    def _settled(self, owners: Mapping[str, Owner]) -> tuple[int, int]:
        """Return how many links a login has settled so far, and how many it has borne out."""
        settled, right = self._standing.settled, self._standing.settled_right
        for one in self._links():
            owner = owners.get(one.browser.partition(":")[2])
            if owner is not None and owner.user_id is not None:
                settled += 1
                right += user_key(owner.user_id) == one.user
        return settled, right


def _find(
    stays: Mapping[str, Sequence[Stay]], owners: Mapping[str, Owner], terms: Terms, now_ms: int
) -> tuple[Found, Model]:
    """Do a whole round's work; pure, and slow enough for a thread of its own."""
    crowd = Crowd(stays, owners)
    cases = [one for one in (case_of(name, crowd) for name in sorted(crowd.stays)) if one]
    model = learned(cases)
    if model.basis == "nothing" and terms.mode == "stated":
        model = stated()
    besides = [beside(crowd, name) for name in crowd.anonymous()]
    return links_among(besides, crowd, model, terms.precision, now_ms), model


def _standing(found: Found, model: Model, settled: tuple[int, int], now_ms: int) -> Standing:
    threshold = found.threshold
    return Standing(
        basis=model.basis,
        why=model.why,
        at_ms=now_ms,
        browsers=model.browsers,
        truths=model.truths,
        threshold=None if threshold.probability >= NEVER else round(threshold.probability, 4),
        held_links=threshold.links,
        held_right=threshold.right,
        compared=found.compared,
        settled=settled[0],
        settled_right=settled[1],
    )
