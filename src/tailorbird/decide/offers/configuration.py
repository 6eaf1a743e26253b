"""Offers as configuration: what files may say of them, and what would be wrong or unfair."""

from collections.abc import Iterator

from tailorbird.configure.kinds import Fault, Kind, Known
from tailorbird.configure.words import meant
from tailorbird.decide.configuration import PLACEMENTS
from tailorbird.decide.offers.fairness import allowed, barred_in
from tailorbird.decide.offers.offer import Offer, OfferKind
from tailorbird.decide.placements import PlacementKind
from tailorbird.rules.condition import condition
from tailorbird.rules.configuration import condition_faults
from tailorbird.rules.durations import length_ms
from tailorbird.spine.clock import DAY_MS, parse_time_ms

ROOTS = ("person", "session", "cart", "context")
"""What the condition of an offer may speak of."""

_LONGEST_MS = 366 * DAY_MS
_LEAST_REASON = 10
_DECILES = 10


def _faults(offer: Offer, known: Known) -> Iterator[Fault]:
    yield from _placed(offer, known)
    yield from _depths(offer)
    yield from _money(offer)
    yield from _times(offer)
    yield from _codes(offer)
    yield from _condition(offer, known)
    if not 0 <= offer.holdout < 1:
        yield Fault("$.holdout", "`holdout` must be 0 or more and less than 1")
    if not 0 <= offer.explore <= 1 - offer.holdout:
        yield Fault("$.explore", "`explore` is a share of those who are not held out")


def _placed(offer: Offer, known: Known) -> Iterator[Fault]:
    placements = known.of(PLACEMENTS)
    found = placements.get(offer.placement)
    offering = [one.name for one in placements.values() if one.kind is PlacementKind.OFFER]
    if found is None:
        hint = meant(offer.placement, offering)
        yield Fault("$.placement", f"there is no placement {offer.placement!r}{hint}")
    elif found.kind is not PlacementKind.OFFER:
        yield Fault("$.placement", f"{offer.placement!r} is no placement of kind `offer`")
    elif found.bandit is not None and offer.explore:
        yield Fault("$.explore", f"the bandit of {found.name!r} explores: leave `explore` out")


def _depths(offer: Offer) -> Iterator[Fault]:
    if offer.kind is OfferKind.CONTENT:
        if offer.instead is None:
            yield Fault("$", "an offer of kind `content` needs `instead`: what is shown")
        return
    if not offer.usable_depths:
        yield Fault("$.depths", "`depths` must name at least one between `floor` and `ceiling`")
    top = 100 if offer.kind is OfferKind.PERCENT else float("inf")
    if any(not 0 < depth <= top for depth in offer.depths):
        yield Fault("$.depths", "a depth must be more than 0, and a percentage at most 100")
    yield from _steps(offer)
    untold = offer.depth_without_model
    if untold is not None and untold not in offer.depths:
        yield Fault("$.depthWithoutModel", f"{untold:g} is not among `depths`")
    if untold is None and offer.by_uplift is None:
        yield Fault("$", "it needs `depthWithoutModel`, `byUplift`, or both")


def _steps(offer: Offer) -> Iterator[Fault]:
    for index, step in enumerate(() if offer.by_uplift is None else offer.by_uplift.steps):
        path = f"$.byUplift.steps[{index}]"
        if (step.deciles is None) == (step.uplift is None):
            yield Fault(path, "a step needs either `deciles` or `uplift`")
        if step.deciles is not None and not 1 <= step.deciles <= _DECILES:
            yield Fault(f"{path}.deciles", "`deciles` must be 1 to 10")
        if step.depth not in offer.depths:
            yield Fault(f"{path}.depth", f"{step.depth:g} is not among `depths`")


def _money(offer: Offer) -> Iterator[Fault]:
    if not (len(offer.currency) == 3 and offer.currency.isalpha() and offer.currency.isupper()):
        yield Fault("$.currency", "`currency` must be an ISO 4217 code such as EUR")
    if not 0 <= offer.margin_floor < 1:
        yield Fault("$.marginFloor", "`marginFloor` is a share: 0 or more, less than 1")
    if offer.assumed_margin is not None and not 0 <= offer.assumed_margin < 1:
        yield Fault("$.assumedMargin", "`assumedMargin` is a share: 0 or more, less than 1")
    amounts = {
        "minCart": offer.min_cart,
        "most": offer.most,
        "budget.total": offer.budget.total,
        "budget.perDay": offer.budget.per_day,
    }
    for path, amount in amounts.items():
        if amount is not None and amount < 0:
            yield Fault(f"$.{path}", f"`{path}` must not be negative")


def _times(offer: Offer) -> Iterator[Fault]:
    for path, text in (("expiresAfter", offer.expires_after), ("cap.within", offer.cap.within)):
        try:
            if not 0 < length_ms(text) <= _LONGEST_MS:
                yield Fault(f"$.{path}", f"`{path}` must be more than nothing and at most 366d")
        except ValueError as cause:
            yield Fault(f"$.{path}", f"`{path}`: {cause}")
    for path, moment in (("since", offer.since), ("until", offer.until)):
        try:
            parse_time_ms(moment or "2000-01-01")
        except (ValueError, OverflowError):
            yield Fault(f"$.{path}", f"`{path}` is not an ISO 8601 date or time: {moment!r}")
    if offer.cap.times < 1:
        yield Fault(
            "$.cap.times", "`times` must be at least 1; `enabled: false` gives it to nobody"
        )


def _codes(offer: Offer) -> Iterator[Fault]:
    if offer.codes.shared is not None and offer.codes.pool:
        yield Fault("$.codes", "either one `shared` code or a `pool`")
    words = (offer.codes.shared or "-", offer.codes.prefix or "-", *offer.codes.pool)
    if any(not one.strip() or len(one) > 64 or one != one.strip() for one in words):
        yield Fault("$.codes", "a code has 1 to 64 characters and no spaces around it")
    if len({one.upper() for one in offer.codes.pool}) < len(offer.codes.pool):
        yield Fault("$.codes.pool", "the pool names a code twice")


def _condition(offer: Offer, known: Known) -> Iterator[Fault]:
    slips = list(condition_faults(offer.when, "$.when", known, ROOTS))
    yield from slips
    if slips:
        return
    asked = condition(offer.when)
    if asked.counts:
        yield Fault("$.when", "an offer cannot count events: put them into a rule or a segment")
    reasons, read = allowed(offer), barred_in(asked)
    for one in read:
        if one.attribute not in reasons:
            yield Fault(
                "$.when",
                f"an offer may not read `{one.attribute}`: {one.problem}; where that is lawful"
                " and meant, name it under `allows` with a reason, which the answer will carry",
            )
    for index, exception in enumerate(offer.allows):
        if len(exception.reason.strip()) < _LEAST_REASON:
            path = f"$.allows[{index}].reason"
            yield Fault(path, "the reason is shown to people: write a sentence")


OFFERS = Kind("offers", "offer", Offer, check=_faults)
