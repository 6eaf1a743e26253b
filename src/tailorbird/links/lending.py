"""Lending: what somebody known leans to, lent to the anonymous browser that is probably theirs.

Only leanings are lent (brands, categories, price bands), at half their weight at most, for ranking:
no order, no cart, no name, no contact data. Both sides are asked for consent at each loan, so that
a withdrawal ends it with the next answer.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied, Permit, Purpose
from tailorbird.links.finding import Link, because
from tailorbird.profile.affinity import Pull, Pulls
from tailorbird.profile.ports import ProfileStore
from tailorbird.spine.ids import IdentifierKey, PersonId, Subject

PURPOSE = Purpose.PERSONALIZATION
"""What both sides must allow, for linking as for lending: it serves personalization only."""

SHARE = 0.5
"""What a lent leaning counts beside one's own, at a probability of one."""


class Loan(msgspec.Struct, frozen=True, gc=False):
    """Leanings that are lent, by whom and why.

    Attributes:
        pulls: scaled by the share and the link's probability.
        lender: the person they come from.
        because: what speaks for the link, in words.
    """

    pulls: Pulls
    lender: PersonId
    probability: float
    because: tuple[str, ...]


class LentBy(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """In an explanation: whose leaning lifted an item."""

    person_id: PersonId
    probability: float
    because: tuple[str, ...]


class Lending:
    """Who lends to whom now; empty where links are off.

    Attributes:
        links: by the person who is lent to.
    """

    def __init__(self, gate: Gate, profiles: ProfileStore) -> None:
        self.links: Mapping[PersonId, Link] = {}
        self._gate = gate
        self._profiles = profiles

    async def of(self, person: PersonId) -> Loan | None:
        """Return what is lent to a person who may be personalized for; None for nothing.

        The lender is asked for consent anew: without a permit their profile cannot be read.
        """
        link = self.links.get(person)
        if link is None:
            return None
        permit = await self._gate.ask(subject_of(link.user), PURPOSE)
        if isinstance(permit, Denied):
            return None
        return await self._loan(link, permit)

    async def permitted(self, link: Link) -> bool:
        """Return whether both sides of a link allow it now."""
        for key in (link.user, link.browser):
            if isinstance(await self._gate.ask(subject_of(key), PURPOSE), Denied):
                return False
        return True

    async def _loan(self, link: Link, permit: Permit) -> Loan | None:
        profile = await self._profiles.read(permit, link.lender)
        if profile is None or not profile.facets:
            return None
        share = SHARE * link.probability
        pulls = {
            facet: Pull(one.last_ms, one.short * share, one.long * share)
            for facet, one in profile.facets.items()
        }
        return Loan(pulls, link.lender, link.probability, tuple(because(link)))


def lent_by(loan: Loan, facet: str | None, own: Pulls) -> LentBy | None:
    """Return by whom a facet is lent; None where the person leans to it by themselves."""
    if facet is None or facet in own or facet not in loan.pulls:
        return None
    return LentBy(loan.lender, loan.probability, loan.because)


def subject_of(key: IdentifierKey) -> Subject:
    """Return the subject that an identifier stands for."""
    kind, _, value = key.partition(":")
    return Subject(user_id=value) if kind == "user" else Subject(anonymous_id=value)
