"""Who was given what by chance, and what people brought: from a shop's own journal and log."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from tailorbird.decide.offers.lots import lots_in
from tailorbird.decide.ports import DecisionRecord
from tailorbird.experiments.experiment import Experiment, Unit
from tailorbird.measure.own.history import Era
from tailorbird.predict.uplift.lesson import Exposed, Gained
from tailorbird.spine import events as names
from tailorbird.spine.events import Event
from tailorbird.spine.money import to_major

_ORDERS = frozenset({names.ORDER_COMPLETED, "Store Purchase Completed"})
_TREATMENT = 1.0


class Records(msgspec.Struct, frozen=True):
    """Where it is read from.

    Attributes:
        decisions: the journal, oldest first.
        events: the log, in its order.
        whose: identifier key → person, as it is known now.
        left_out: people who may not be learned from.
    """

    decisions: Callable[[], Iterable[DecisionRecord]]
    events: Callable[[], Iterable[Event]]
    whose: Mapping[str, str]
    left_out: Collection[str] = ()

    def person(self, user_id: str | None, anonymous_id: str | None) -> str | None:
        """Return who some identifiers are now, the user's first."""
        keys = (f"user:{user_id}", f"anonymous:{anonymous_id}")
        return next((self.whose[key] for key in keys if key in self.whose), None)


def by_lot(source: Records, offers: Collection[str]) -> Iterator[Exposed]:
    """Yield everybody's lots of some offers, in the order of the journal."""
    for one in lots_in(source.decisions()):
        if one.lot.offer not in offers:
            continue
        person = source.person(one.user_id, one.anonymous_id) or one.person
        if person in source.left_out:
            continue
        chances = {float(key): chance for key, chance in one.lot.action_probabilities.items()}
        depth, meant = one.lot.depth, one.lot.meant
        yield Exposed(person, one.at_ms, depth, chances, meant, known_as=one.person)


def by_arm(source: Records, name: str, eras: Sequence[Era]) -> Iterator[Exposed]:
    """Yield who was put into an arm of an experiment on people: every arm but the control treats.

    The chances are the weights that the arms had then, by the version of the configuration that was
    in force; who was put there by hand is left out.

    Args:
        source: the journal, and who is who.
        name: of the experiment.
        eras: the experiment through time, oldest first.
    """
    begun = [era.since_ms for era in eras]
    for record in source.decisions():
        at = bisect_right(begun, record.at_ms) - 1
        then = None if at < 0 else eras[at].one
        if then is None or then.unit is not Unit.PERSON:
            continue
        for slot in record.decisions:
            for told in slot.get("experiments") or ():
                arm = told.get("variant")
                if told.get("name") != name or "forced" in told or arm not in then.shares:
                    continue
                person = source.person(record.user_id, record.anonymous_id) or record.person
                if person is None or person in source.left_out:
                    continue
                depth = 0.0 if arm == then.control else _TREATMENT
                known = record.person or ""
                chances = _chances(then)
                yield Exposed(person, record.at_ms, depth, chances, _TREATMENT, known_as=known)


def _chances(then: Experiment) -> dict[float, float]:
    """Return the chance of nothing and of a treatment; once an arm is released, it is certain."""
    if then.released is not None:
        control = float(then.released == then.control)
    else:
        control = then.shares[then.control] / sum(then.shares.values())
    return {0.0: control, _TREATMENT: 1.0 - control}


class _Order(msgspec.Struct):
    person: str
    at_ms: int
    revenue: int
    profit: int
    currency: str | None


def brought(source: Records, costs: Mapping[str, int], assumed_margin: float) -> Iterator[Gained]:
    """Yield what every order brought that stands, whoever reported it, in major units.

    A refund takes off what was paid back; whether the goods came back is not known. Money is that
    of the currency that most orders are in; others are orders all the same, and bring none.

    Args:
        source: the log, and who is who.
        costs: item → what a piece costs the shop, in minor units.
        assumed_margin: margin of pieces of unknown cost, as a share of their price.
    """
    orders: dict[str, _Order] = {}
    for event in source.events():
        fact = event.order
        if fact is None:
            continue
        if event.name in _ORDERS and fact.order_id not in orders:
            person = source.person(event.user_id, event.anonymous_id)
            if person is not None and person not in source.left_out:
                profit = fact.revenue_minor - _cost(event, costs, assumed_margin)
                at_ms = event.occurred_at_ms
                orders[fact.order_id] = _Order(
                    person, at_ms, fact.revenue_minor, profit, event.currency
                )
        elif event.name == names.ORDER_CANCELLED:
            orders.pop(fact.order_id, None)
        elif event.name == names.ORDER_REFUNDED and fact.order_id in orders:
            known = orders[fact.order_id]
            back = min(fact.revenue_minor or known.revenue, known.revenue)
            known.revenue -= back
            known.profit -= back
    [(base, _)] = Counter(one.currency for one in orders.values()).most_common(1) or [(None, 0)]
    for one in orders.values():
        money = (one.revenue, one.profit) if one.currency == base else (0, 0)
        yield Gained(one.person, one.at_ms, 1.0, *(to_major(minor, base) for minor in money))


def _cost(event: Event, costs: Mapping[str, int], assumed_margin: float) -> int:
    total = 0.0
    for line in event.items:
        known = costs.get(line.id)
        each = (line.price_minor or 0) * (1.0 - assumed_margin) if known is None else known
        total += each * line.quantity
    return round(total)
