"""The desk: gives offers for one workspace, each held of its budget before the answer goes out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence

import msgspec

from tailorbird.decide.bandits.choosing import Choice
from tailorbird.decide.offers.basket import Basket, Find
from tailorbird.decide.offers.choosing import Chosen, Said, Told, Untold, at_depth
from tailorbird.decide.offers.drawing import HELD_OUT, TRIED, Draw, deepest_of, drawn
from tailorbird.decide.offers.grants import Grant, Refused, Wanted
from tailorbird.decide.offers.learning import (
    LEARNED,
    NONE_LEFT,
    NOTHING,
    Learner,
    Option,
    least_stock,
    options_of,
)
from tailorbird.decide.offers.lots import Lot, is_held_out, luck_of
from tailorbird.decide.offers.offer import OfferKind
from tailorbird.decide.offers.ports import GrantStore, Uplifts
from tailorbird.decide.offers.ready import ByPlacement, ReadyOffer
from tailorbird.decide.offers.shopper import Shopper
from tailorbird.decide.offers.showing import (
    ON_LEARNED,
    ON_LOT,
    ON_NOBODY,
    ON_PERSON,
    Found,
    given,
    in_place,
    reason_words,
)
from tailorbird.experiments.whom import founder
from tailorbird.identity.resolver import Resolver
from tailorbird.rules.asking import holds_at
from tailorbird.rules.ports import Beliefs
from tailorbird.spine.errors import Overloaded
from tailorbird.spine.ids import IdentifierKey

NOBODY_TO_GIVE_TO = "an offer needs an `anonymousId` or a `userId`: caps hold by person"
REFUSED = "personalization was refused, and offers with it"
IN_HASTE = "there was no time left to hold it"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that are mistaken for others
_CODE_LENGTH = 12

MakeCode = Callable[[], str]
"""Returns a code that nobody can guess, without its prefix."""


class Counter(msgspec.Struct, frozen=True):
    """What the desk works with: grants, the catalog, uplift, what is believed, and identities."""

    grants: GrantStore
    find: Find
    uplifts: Uplifts
    beliefs: Beliefs
    resolver: Resolver


class OfferDesk:
    """Gives the offers of one workspace.

    Args:
        counter: what it works with.
        code: makes codes where the shop has none.
    """

    def __init__(self, counter: Counter, code: MakeCode | None = None) -> None:
        self._counter = counter
        self._code = code or new_code
        self._offers: ByPlacement = {}
        self._holding: set[asyncio.Task[Grant | Refused]] = set()

    def adopt(self, offers: ByPlacement) -> None:
        """Put other offers in force; what was given before stays good."""
        self._offers = offers

    async def found(
        self, placement: str, shopper: Shopper, exposure_id: str, learner: Learner | None = None
    ) -> Found:
        """Return what a placement gives one shopper, durably held if it is a discount.

        Args:
            placement: its name.
            shopper: who asks.
            exposure_id: of the answer.
            learner: the placement's bandit, if it has one.
        """
        offers = [one for one in self._offers.get(placement, ()) if one.is_on(shopper.now_ms)]
        if not offers:
            return Found()
        theirs = await self._identifiers(shopper)
        if not theirs:
            return Found(notice=NOBODY_TO_GIVE_TO)
        open_now = {
            grant.offer: grant for grant in self._counter.grants.open_of(theirs, shopper.now_ms)
        }
        for one in offers:
            if one.name in open_now:
                shown = given(one, open_now[one.name], exposure_id)
                arm = "treatment" if one.offer.holdout else None
                return Found(shown, one.policy, arm=arm, personal=True)
        if learner is not None:
            return await self._learned(offers, shopper, theirs, exposure_id, learner)
        return await self._first(offers, shopper, theirs, exposure_id)

    async def _first(
        self,
        offers: Sequence[ReadyOffer],
        shopper: Shopper,
        theirs: tuple[IdentifierKey, ...],
        exposure_id: str,
    ) -> Found:
        """Return the first offer that is given; else the first that has something in its place."""
        instead: Found | None = None
        lots: tuple[Lot, ...] = ()
        for one in offers:
            if not self._may_have(one, shopper):
                continue
            basket = self._basket(one, shopper)
            said = self._said(one, shopper)
            draw = drawn(one.offer, basket, said, luck_of(one.offer, _who(shopper)))
            lots = (*lots, *self._counting(one, shopper, basket, theirs, draw))
            if draw.held_out:
                return Found(policy=one.policy, notice=HELD_OUT, arm="control", lots=lots)
            found = await self._try(one, shopper, draw, theirs, exposure_id, isinstance(said, Told))
            if found.offer is not None and found.offer.kind != OfferKind.CONTENT:
                return msgspec.structs.replace(found, lots=lots)
            if instead is None or instead.offer is None:
                instead = found
        if instead is None:
            return Found(notice="no offer is meant for this person and cart")
        return msgspec.structs.replace(instead, lots=lots)

    def _basket(self, one: ReadyOffer, shopper: Shopper) -> Basket:
        """Return what an offer would be counted on."""
        return shopper.basket(self._counter.find, one.offer.assumed_margin)

    async def _learned(
        self,
        offers: Sequence[ReadyOffer],
        shopper: Shopper,
        theirs: tuple[IdentifierKey, ...],
        exposure_id: str,
        learner: Learner,
    ) -> Found:
        """Return what the bandit of a placement chooses of all that may be given now."""
        options, stock = {NOTHING: Option()}, None
        for one in offers:
            if not self._may_have(one, shopper):
                continue
            basket = self._basket(one, shopper)
            if is_held_out(one.offer, luck_of(one.offer, _who(shopper))):
                return Found(policy=one.policy, notice=HELD_OUT, arm="control")
            stock = least_stock(basket, self._counter.find)
            options |= {
                option.name: option
                for option in options_of(one, basket)
                if self._can_be(option, one, shopper, theirs)
            }
        choice = learner.choose(tuple(option.arm(stock) for option in options.values()))
        if choice is None:
            return Found(notice=NONE_LEFT)
        option = options[choice.arm]
        if option.one is None:
            return Found(notice=LEARNED, learned=learner.given(choice, exposure_id))
        return await self._as_learned(
            option.one, option, shopper, theirs, (choice, learner, exposure_id)
        )

    def _can_be(
        self, option: Option, one: ReadyOffer, shopper: Shopper, theirs: tuple[IdentifierKey, ...]
    ) -> bool:
        """Return whether no budget or cap is in the way of what a bandit could choose."""
        if option.depth is None:
            return True
        wanted = self._wanted(one, shopper, option.depth, theirs, ON_LEARNED)
        return self._counter.grants.refusal(wanted, one.limits) is None

    async def _as_learned(
        self,
        one: ReadyOffer,
        option: Option,
        shopper: Shopper,
        theirs: tuple[IdentifierKey, ...],
        by: tuple[Choice, Learner, str],
    ) -> Found:
        """Return what was chosen, held if it is a discount; what cannot be held teaches nothing."""
        choice, learner, exposure_id = by
        arm = "treatment" if one.offer.holdout else None
        shown = in_place(one.offer, exposure_id)
        if option.depth is not None:
            wanted = self._wanted(one, shopper, option.depth, theirs, ON_LEARNED)
            held = await self._held(one, wanted, shopper)
            if isinstance(held, Refused):
                return Found(shown, one.policy, held.why, arm)
            shown = given(one, held, exposure_id)
        learned = learner.given(choice, exposure_id)
        return Found(shown, one.policy, LEARNED, arm, learned=learned)

    async def _try(
        self,
        one: ReadyOffer,
        shopper: Shopper,
        draw: Draw,
        theirs: tuple[IdentifierKey, ...],
        exposure_id: str,
        told: bool,  # noqa: FBT001
    ) -> Found:
        arm = "treatment" if one.offer.holdout else None
        personal = told and not draw.tried
        depth = draw.depth
        if not isinstance(depth, Chosen):
            shown = in_place(one.offer, exposure_id)
            return Found(shown, one.policy, depth.why, arm, personal=personal)
        ground = ON_LOT if draw.tried else ON_PERSON if personal else ON_NOBODY
        wanted = self._wanted(one, shopper, depth, theirs, ground)
        held = await self._held(one, wanted, shopper)
        if isinstance(held, Refused):
            shown = in_place(one.offer, exposure_id)
            return Found(shown, one.policy, held.why, arm, personal=personal)
        return Found(given(one, held, exposure_id), one.policy, depth.why, arm, personal=personal)

    def _counting(
        self,
        one: ReadyOffer,
        shopper: Shopper,
        basket: Basket,
        theirs: tuple[IdentifierKey, ...],
        draw: Draw,
    ) -> tuple[Lot, ...]:
        """Return the lot, unless limits or haste would keep an arm of it from what it drew."""
        if draw.lot is None or (shopper.left_ms <= 0 and not shopper.rehearsed):
            return ()
        deepest = at_depth(one.offer, basket, deepest_of(draw.lot), TRIED)
        wanted = self._wanted(one, shopper, deepest, theirs, ON_LOT)
        refused = self._counter.grants.refusal(wanted, one.limits)
        return (draw.lot,) if refused is None else ()

    def _said(self, one: ReadyOffer, shopper: Shopper) -> Said:
        if one.offer.by_uplift is None:
            return Untold("its depth depends on nobody")
        return self._counter.uplifts.said(one.offer, shopper.portrait)

    def _wanted(
        self,
        one: ReadyOffer,
        shopper: Shopper,
        depth: Chosen,
        theirs: tuple[IdentifierKey, ...],
        ground: str,
    ) -> Wanted:
        codes = one.offer.codes
        return Wanted(
            offer=one.name,
            key=theirs[0],
            theirs=theirs,
            depth=depth.depth,
            hold_minor=depth.hold_minor,
            most_minor=depth.most_minor,
            code=codes.shared or f"{codes.prefix}{self._code()}",
            pool=codes.pool,
            at_ms=shopper.now_ms,
            expires_ms=min(shopper.now_ms + one.good_ms, one.until_ms),
            reason=reason_words(one, depth.depth, ground),
        )

    async def _held(self, one: ReadyOffer, wanted: Wanted, shopper: Shopper) -> Grant | Refused:
        """Hold a grant; one that is not durable in time is shown at the next request."""
        refused = self._counter.grants.refusal(wanted, one.limits)
        if refused is not None:
            return refused
        if shopper.rehearsed:
            return _rehearsed(wanted)
        if shopper.left_ms <= 0:
            return Refused(IN_HASTE)
        task = asyncio.create_task(self._grant(wanted, one))
        self._holding.add(task)
        task.add_done_callback(self._holding.discard)
        done, _ = await asyncio.wait({task}, timeout=shopper.left_ms / 1000)
        return task.result() if done else Refused(IN_HASTE)

    async def _grant(self, wanted: Wanted, one: ReadyOffer) -> Grant | Refused:
        try:
            return await self._counter.grants.grant(wanted, one.limits)
        except Overloaded:
            return Refused("the server was too busy to hold it")

    def _may_have(self, one: ReadyOffer, shopper: Shopper) -> bool:
        if one.when is None:
            return True
        return holds_at(one.when, shopper.asking(self._counter.find, self._counter.beliefs))

    async def _identifiers(self, shopper: Shopper) -> tuple[IdentifierKey, ...]:
        """Return every identifier of the shopper, the one that asked first."""
        own = shopper.subject.identifiers()
        if shopper.person is None:
            return own
        found = await self._counter.resolver.find(shopper.person)
        more = () if found is None else found[1].identifiers
        return tuple(dict.fromkeys((*own, *more)))


def _who(shopper: Shopper) -> str:
    """Return whose luck counts: the person; of somebody unknown, who they will be."""
    found = shopper.person or founder(shopper.subject)
    return "" if found is None else found


def new_code() -> str:
    """Return twelve letters and digits by the system's own luck: 60 bits, nobody guesses one."""
    luck = secrets.token_bytes(_CODE_LENGTH)
    return "".join([_LETTERS[byte % len(_LETTERS)] for byte in luck])  # 32 of them: each as likely


def _rehearsed(wanted: Wanted) -> Grant:
    return Grant(
        id=0,
        offer=wanted.offer,
        key=wanted.key,
        depth=wanted.depth,
        held_minor=0,
        most_minor=wanted.most_minor,
        code=None,
        at_ms=wanted.at_ms,
        expires_ms=wanted.expires_ms,
        state="open",
        order_id=None,
        reason=wanted.reason,
    )
