"""Actions as configuration: what files may say of them, and what of that would be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.configure.words import meant
from tailorbird.decide.actions.action import NOTHING, Action, ActionKind, ByBandit
from tailorbird.decide.bandits.policy import Measure
from tailorbird.decide.configuration import PLACEMENTS
from tailorbird.decide.offers.configuration import ROOTS
from tailorbird.decide.offers.fairness import barred_in
from tailorbird.decide.placements import Placement, PlacementKind
from tailorbird.rules.condition import condition
from tailorbird.rules.configuration import condition_faults
from tailorbird.rules.durations import length_ms
from tailorbird.spine.clock import DAY_MS

_LONGEST_MS = 366 * DAY_MS
_FITS = {
    ActionKind.ITEMS: PlacementKind.ITEMS,
    ActionKind.CONTENT: PlacementKind.CONTENT,
    ActionKind.SOCIAL_PROOF: PlacementKind.CONTENT,
    ActionKind.OFFER: PlacementKind.OFFER,
}


def _faults(action: Action, known: Known) -> Iterator[Fault]:
    if action.name == NOTHING:
        yield Fault("$.name", f"`{NOTHING}` always competes: it needs no declaring")
    placements = known.of(PLACEMENTS)
    if action.kind.shown:
        yield from _placed(action, placements)
    else:
        yield from _sent(action)
    yield from _effect(action, placements)
    yield from _money(action)
    yield from _times(action)
    yield from _condition(action, known)


def _placed(action: Action, placements: Mapping[str, Placement]) -> Iterator[Fault]:
    wanted = _FITS[action.kind]
    fitting = [one.name for one in placements.values() if one.kind is wanted]
    if action.placement is None:
        yield Fault("$", f"an action of kind `{action.kind.value}` needs a `placement`")
        return
    found = placements.get(action.placement)
    if found is None:
        hint = meant(action.placement, fitting)
        yield Fault("$.placement", f"there is no placement {action.placement!r}{hint}")
    elif found.kind is not wanted:
        hint = meant(action.placement, fitting)
        yield Fault("$.placement", f"{found.name!r} is no placement of kind `{wanted}`{hint}")
    elif action.creative is not None:
        yield from _named("$.creative", action.creative, found)
    if action.channel is not None:
        yield Fault("$.channel", "only a message has a `channel`")


def _sent(action: Action) -> Iterator[Fault]:
    if action.channel is None:
        yield Fault("$", "a message needs a `channel`: email, push or sms")
    if action.template is None:
        yield Fault("$", "a message needs a `template`: what is to be sent")
    if action.placement is not None:
        yield Fault("$.placement", "a message is sent, not shown: it has no `placement`")


def _named(path: str, creative: str, placement: Placement) -> Iterator[Fault]:
    names = [one.id for one in placement.creatives]
    if creative not in names:
        hint = meant(creative, names)
        yield Fault(path, f"`{placement.name}` has no creative {creative!r}{hint}")


def _effect(action: Action, placements: Mapping[str, Placement]) -> Iterator[Fault]:
    effect = action.effect
    if not 0 <= effect.assumed <= 1:
        yield Fault("$.effect.assumed", "`assumed` is a probability: 0 to 1")
    if effect.declared is not None and not -1 <= effect.declared <= 1:
        yield Fault("$.effect.declared", "`declared` is a change of a probability: 0.01 is a point")
    if effect.bandit is not None:
        yield from _bandit(effect.bandit, placements)
    grounds = (effect.uplift, effect.bandit, effect.declared)
    if action.kind is not ActionKind.OFFER and all(one is None for one in grounds):
        yield Fault("$", "nothing says what it changes: `effect` needs uplift, bandit or declared")


def _bandit(said: ByBandit, placements: Mapping[str, Placement]) -> Iterator[Fault]:
    learning = [one.name for one in placements.values() if one.bandit is not None]
    found = placements.get(said.placement)
    if found is None or found.bandit is None:
        hint = meant(said.placement, learning)
        yield Fault("$.effect.bandit.placement", f"{said.placement!r} has no bandit{hint}")
        return
    if found.bandit.measure is not Measure.SHARE:
        yield Fault("$.effect.bandit.placement", "its bandit must have `measure: share`")
    if found.kind is PlacementKind.CONTENT:
        for path, arm in (("against", said.against), ("arm", said.arm)):
            if arm is not None:
                yield from _named(f"$.effect.bandit.{path}", arm, found)


def _money(action: Action) -> Iterator[Fault]:
    currency = action.currency
    if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        yield Fault("$.currency", "`currency` must be an ISO 4217 code such as EUR")
    for path, amount in (
        ("value.amount", action.value.amount),
        ("value.typical", action.value.typical),
        ("cost.amount", action.cost.amount),
        ("cost.fatigue", action.cost.fatigue),
    ):
        if amount is not None and amount < 0:
            yield Fault(f"$.{path}", f"`{path}` must not be negative")
    for path, share in (("margin", action.value.margin), ("customer", action.value.customer)):
        if not 0 <= share <= 1:
            yield Fault(f"$.value.{path}", f"`{path}` is a share: 0 to 1")


def _times(action: Action) -> Iterator[Fault]:
    lengths = [("delay", action.delay), ("restAfterOrder", action.rest_after_order)]
    if action.cap is not None:
        lengths.append(("cap.within", action.cap.within))
        if action.cap.times < 1:
            yield Fault("$.cap.times", "`times` must be at least 1")
    for path, text in lengths:
        try:
            if length_ms(text) > _LONGEST_MS:
                yield Fault(f"$.{path}", f"`{path}` must be at most 366d")
        except ValueError as cause:
            yield Fault(f"$.{path}", f"`{path}`: {cause}")


def _condition(action: Action, known: Known) -> Iterator[Fault]:
    slips = list(condition_faults(action.when, "$.when", known, ROOTS))
    yield from slips
    if slips:
        return
    asked = condition(action.when)
    if asked.counts:
        yield Fault("$.when", "an action cannot count events: put them into a rule or a segment")
    if action.kind is not ActionKind.OFFER:
        return
    excused = {one.attribute for one in action.allows}
    for one in barred_in(asked):
        if one.attribute not in excused:
            yield Fault("$.when", f"an offer may not depend on `{one.attribute}`: {one.problem}")


ACTIONS = Kind("actions", "action", Action, check=_faults)
