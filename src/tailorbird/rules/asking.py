"""Asking conditions of a moment: what they need is found out once, and shared by all of them."""

from collections.abc import Iterable
from typing import Any

import cel
import msgspec

from tailorbird.rules.condition import Condition, Want
from tailorbird.rules.counting import Count
from tailorbird.rules.moment import Moment, counted
from tailorbird.rules.names import ROOTS
from tailorbird.rules.samples import UNFIT


class Needs(msgspec.Struct, frozen=True):
    """What some conditions ask for, all together; whether of the item, which is looked up then."""

    wants: tuple[Want, ...] = ()
    counts: tuple[Count, ...] = ()
    of_item: bool = False


def needs_of(conditions: Iterable[Condition]) -> Needs:
    """Return what some conditions ask for, each thing once."""
    wants: dict[Want, None] = {}
    counts: dict[str, Count] = {}
    for one in conditions:
        wants |= dict.fromkeys(one.wants)
        counts |= {count.variable: count for count in one.counts}
    of_item = any(want.root == "item" for want in wants)
    return Needs(tuple(wants), tuple(counts.values()), of_item)


def surroundings(needs: Needs, moment: Moment) -> cel.Context:
    """Return what conditions see of a moment: only what is needed, each thing found out once."""
    values: dict[str, Any] = {root: {} for root in ROOTS}
    for want in needs.wants:
        found = ROOTS[want.root][want.field].get(moment)
        if want.entry is None:
            values[want.root][want.field] = found
        else:
            entries = values[want.root].setdefault(want.field, {})
            if want.entry in found and want.entry not in entries:
                values[want.root][want.field] = {**entries, want.entry: found[want.entry]}
    at_ms = moment.now_ms if moment.event is None else moment.event.occurred_at_ms
    item = moment.event.items[0].id if moment.event is not None and moment.event.items else ""
    for count in needs.counts:
        values[count.variable] = counted(
            moment.marks,
            count.name,
            item if count.same_item else None,
            at_ms - count.window_ms,
            at_ms,
        )
    return cel.Context(variables=values)


def holds(condition: Condition, seen: cel.Context) -> bool:
    """Return whether a condition holds; one whose values are missing or do not fit does not."""
    try:
        return condition.program.execute(seen) is True
    except UNFIT:
        return False


def holds_at(condition: Condition, moment: Moment) -> bool:
    """Return whether one condition holds at a moment."""
    try:
        seen = surroundings(needs_of([condition]), moment)
    except UNFIT:  # a value that CEL has no type for, such as a whole number past 64 bits
        return False
    return holds(condition, seen)
