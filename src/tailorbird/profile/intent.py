"""What somebody is after at this moment, and how far along they are.

The stage is the first of these that holds for the visit that is going on:

| stage | rule |
| --- | --- |
| `just_bought` | ordered during this visit and changed nothing in the cart since |
| `checkout` | began to check out or to pay during this visit, and has not ordered since |
| `cart` | has something in the cart, which was changed or shown during this visit |
| `comparing` | went back to an item after touching another one of the same subject |
| `researching` | touched 3 items of one subject; or 2, and searched; or one known from before |
| `browsing` | touched an item, searched, or looked at a list |
| `arriving` | nothing of that yet, or no visit is going on |

What for is said by `subject.py`; someone who has touched nothing yet is taken to be after what they
leaned to before. `confidence` is the share of the visit that the subject explains, times
`n / (n + 1)` for n touches on it: one touch is worth half its share, ten nearly all of it. It ranks
how much there is to go by; it is no calibrated probability.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum

import msgspec

from tailorbird.profile.cart import cart_changed_ms, in_cart
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import Session, session
from tailorbird.profile.subject import Found, Subject, subject_of, usual_subject
from tailorbird.profile.tallies import last_of
from tailorbird.profile.touches import TouchKind
from tailorbird.spine import events
from tailorbird.spine.clock import DAY_MS, HOUR_MS, MINUTE_MS
from tailorbird.spine.facets import Spell

_CHECKING_OUT = (
    events.CHECKOUT_STARTED,
    "Checkout Step Viewed",
    "Checkout Step Completed",
    events.PAYMENT_INFO_ENTERED,
)
_LOOKING = (events.LIST_VIEWED, events.LIST_FILTERED, events.PRODUCTS_SEARCHED)
_NEVER = -1


class Stage(StrEnum):
    """How far along somebody is."""

    ARRIVING = "arriving"
    BROWSING = "browsing"
    RESEARCHING = "researching"
    COMPARING = "comparing"
    CART = "cart"
    CHECKOUT = "checkout"
    JUST_BOUGHT = "just_bought"


class Intent(msgspec.Struct, frozen=True, rename="camel"):
    """How far along somebody is, what they are after, and the facts that say so in plain words."""

    stage: Stage
    subject: Subject | None = None
    evidence: tuple[str, ...] = ()
    confidence: float = 0.0


class _Moment(msgspec.Struct, frozen=True):
    """What the rules look at: the visit, its subject, and when something last happened."""

    profile: Profile
    visit: Session
    found: Found | None
    ordered_ms: int
    paying_ms: int
    cart_ms: int


def intent(profile: Profile, now_ms: int, spell: Spell = str) -> Intent:
    """Return the intent at a moment; the same profile and moment always give the same.

    `spell` tells how brands are written in the evidence; the subject's own is its facet's.
    """
    visit = session(profile, now_ms)
    if visit is None:
        return _away(profile, now_ms, spell)
    moment = _moment(profile, visit)
    stage = next((stage for stage, holds in _RULES if holds(moment)), Stage.ARRIVING)
    if moment.found is None:
        usual = usual_subject(profile, now_ms)
        return _intent(stage, usual, (*_facts(moment, now_ms, spell), *_usually(usual, spell)))
    return _intent(stage, moment.found, tuple(_facts(moment, now_ms, spell)))


def _away(profile: Profile, now_ms: int, spell: Spell) -> Intent:
    usual = usual_subject(profile, now_ms)
    last_ms = profile.presence.last_ms
    here = () if last_ms is None else (f"was here {_span(now_ms - last_ms)} ago",)
    return _intent(Stage.ARRIVING, usual, (*here, *_usually(usual, spell)))


def _intent(stage: Stage, found: Found | None, evidence: tuple[str, ...]) -> Intent:
    if found is None:
        return Intent(stage, evidence=evidence)
    return Intent(stage, found.subject, evidence, round(found.confidence, 4))


def _moment(profile: Profile, visit: Session) -> _Moment:
    bought = [touch.at_ms for touch in visit.touches if touch.kind is TouchKind.BUY]
    return _Moment(
        profile,
        visit,
        subject_of(visit),
        ordered_ms=max(bought, default=_NEVER),
        paying_ms=_during(visit, last_of(profile.tallies, *_CHECKING_OUT)),
        cart_ms=_during(visit, cart_changed_ms(profile.cart)),
    )


def _during(visit: Session, at_ms: int | None) -> int:
    return _NEVER if at_ms is None or at_ms < visit.started_ms else at_ms


def _just_bought(moment: _Moment) -> bool:
    return moment.ordered_ms > _NEVER and moment.cart_ms <= moment.ordered_ms


def _checkout(moment: _Moment) -> bool:
    return moment.paying_ms > moment.ordered_ms


def _cart(moment: _Moment) -> bool:
    return moment.cart_ms > _NEVER and bool(in_cart(moment.profile.cart))


def _comparing(moment: _Moment) -> bool:
    """Tell whether an item was left for another and come back to."""
    left: set[str] = set()
    current = ""
    for touch in moment.found.touches if moment.found is not None else ():
        if touch.item in left:
            return True
        if current and touch.item != current:
            left.add(current)
        current = touch.item
    return False


def _researching(moment: _Moment) -> bool:
    if moment.found is None:
        return False
    items = {touch.item for touch in moment.found.touches}
    if len(items) >= 3 or (len(items) >= 2 and moment.visit.searches):
        return True
    started_ms = moment.visit.started_ms
    return any(touch.item in items for touch in moment.profile.touches if touch.at_ms < started_ms)


def _browsing(moment: _Moment) -> bool:
    looked_ms = _during(moment.visit, last_of(moment.profile.tallies, *_LOOKING))
    return bool(moment.visit.touches) or looked_ms > _NEVER


_RULES: tuple[tuple[Stage, Callable[[_Moment], bool]], ...] = (
    (Stage.JUST_BOUGHT, _just_bought),
    (Stage.CHECKOUT, _checkout),
    (Stage.CART, _cart),
    (Stage.COMPARING, _comparing),
    (Stage.RESEARCHING, _researching),
    (Stage.BROWSING, _browsing),
)


def _facts(moment: _Moment, now_ms: int, spell: Spell) -> Iterator[str]:
    """Yield what was seen during the visit, the nearest to an order first."""
    if moment.ordered_ms > _NEVER:
        yield f"ordered {_span(now_ms - moment.ordered_ms)} ago"
    if moment.paying_ms > moment.ordered_ms:
        yield f"began to check out {_span(now_ms - moment.paying_ms)} ago"
    if moment.cart_ms > _NEVER:
        held = sum(line.quantity for line in in_cart(moment.profile.cart))
        yield f"has {_items(held)} in the cart"
    if moment.found is not None and moment.found.touches:
        yield from _looks(moment.found, spell)
    for search in moment.visit.searches[-1:]:
        yield f'searched for "{search.query}"'


def _looks(found: Found, spell: Spell) -> Iterator[str]:
    touches, subject = found.touches, found.subject
    number = len({touch.item for touch in touches})
    where = "" if subject.category is None else f" in {subject.category}"
    by_all = subject.brand is not None and all(touch.brand == subject.brand for touch in touches)
    brand = "" if subject.brand is None else spell(subject.brand)
    made = f" by {brand}" if by_all else ""
    span_ms = touches[-1].at_ms - touches[0].at_ms
    during = f" in {_span(span_ms)}" if number > 1 else ""
    yield f"looked at {_items(number)}{where}{made}{during}"
    if subject.brand is not None and not by_all:
        by_brand = len({touch.item for touch in touches if touch.brand == subject.brand})
        yield f"{by_brand} of them by {brand}"


def _usually(usual: Found | None, spell: Spell) -> tuple[str, ...]:
    if usual is None:
        return ()
    return (f"leans to {usual.subject.words(spell)} ({usual.share:.0%} in the long run)",)


def _items(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"


def _span(length_ms: int) -> str:
    """Return a length of time in its largest fitting unit."""
    for unit_ms, unit in ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute")):
        number = length_ms // unit_ms
        if number >= 1:
            return f"1 {unit}" if number == 1 else f"{number} {unit}s"
    return "less than a minute"
