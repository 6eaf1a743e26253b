"""The checkout's desk: payment methods in this customer's order, and what need not be typed."""

from __future__ import annotations

import msgspec

from tailorbird.catalog.catalog import Catalog
from tailorbird.decide.checkout.keeper import PaymentKeeper
from tailorbird.decide.checkout.methods import Ranked, Till
from tailorbird.decide.checkout.ports import Contacts
from tailorbird.decide.checkout.prefill import facts, preferred_currency
from tailorbird.decide.filling import Asked
from tailorbird.decide.levels import Level
from tailorbird.decide.offers.basket import basket_of
from tailorbird.decide.wire import ExplainedItem, ShownItem, Slot, SlotDecision
from tailorbird.spine.ids import Subject

NO_METHODS = "Name the shop's payment methods under `candidates`."


class CheckoutDesk:
    """Answers the payment placements of one workspace.

    Args:
        payments: knows how payments go.
        catalog: what things cost.
        contacts: the vault.
    """

    def __init__(self, payments: PaymentKeeper, catalog: Catalog, contacts: Contacts) -> None:
        self._payments = payments
        self._catalog = catalog
        self._contacts = contacts

    def ordered(self, decision: SlotDecision, slot: Slot, asked: Asked, stem: str) -> SlotDecision:
        """Return the decision with the candidates in this customer's order.

        Args:
            decision: what could be answered at once.
            slot: with the shop's methods, in its order.
            asked: who pays, and from where.
            stem: what exposure ids begin with.
        """
        candidates = tuple(str(one) for one in slot.candidates)
        if not candidates:
            return msgspec.structs.replace(decision, notice=NO_METHODS)
        found = self._payments.ordered(candidates, self._till(asked))
        shown = [_shown(one, place, stem) for place, one in enumerate(found, start=1)]
        explained = [_explained(item, one) for item, one in zip(shown, found, strict=True)]
        personal = any(one.personal for one in found)
        return msgspec.structs.replace(
            decision,
            items=tuple(explained) if asked.explain else tuple(shown),
            level=Level.PERSONAL.value if personal else decision.level,
        )

    async def filled(self, decision: SlotDecision, asked: Asked, subject: Subject) -> SlotDecision:
        """Return the decision with what the checkout can be filled with; for the answer only.

        Contact data is added for a user whom the request itself names: the door has let it name
        only one whom the shop vouches for. What is written down goes without.
        """
        here = asked.moment
        if here.generic:
            return decision
        named = None if asked.request.user_id is None else subject.user_id
        found = await facts(self._contacts, here.profile, named, here.context.currency)
        return msgspec.structs.replace(decision, checkout=found)

    def _till(self, asked: Asked) -> Till:
        here = asked.moment
        basket = basket_of(here.context, here.profile, self._catalog.get, standing=asked.standing)
        currency = here.context.currency or basket.currency or preferred_currency(here.profile)
        presence = None if here.profile is None else here.profile.presence
        country = here.context.country
        device = None
        if presence is not None:
            device = None if presence.device is None else presence.device.text
            if country is None and presence.country is not None:
                country = presence.country.text
        return Till(
            person=asked.person,
            profile=here.profile,
            now_ms=here.now_ms,
            value_minor=basket.value_minor,
            currency=currency,
            country=country,
            device=device,
        )


def _shown(one: Ranked, place: int, stem: str) -> ShownItem:
    return ShownItem(one.method, place, f"{stem}-{place}", one.reason)


def _explained(item: ShownItem, one: Ranked) -> ExplainedItem:
    return ExplainedItem(
        id=item.id,
        position=item.position,
        exposure_id=item.exposure_id,
        reason=item.reason,
        explore=False,
        score=round(one.score, 6),
        source="payments",
        sources={"success": round(one.success.mean, 4), "attempts": float(one.success.tries)},
        facet=None,
    )
