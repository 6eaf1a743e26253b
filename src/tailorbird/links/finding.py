"""Finding links: each anonymous browser beside those near it, and what speaks for the likeliest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from tailorbird.links.comparing import FIELDS, Levels, compare
from tailorbird.links.crowd import Crowd
from tailorbird.links.learning import Model, Threshold, threshold_of
from tailorbird.links.scoring import Scale, parts, posterior, shifted_by_stays, weight
from tailorbird.links.stays import sight_of
from tailorbird.spine.ids import IdentifierKey, PersonId, anonymous_key, user_key


class Evidence(msgspec.Struct, frozen=True, rename="camel"):
    """One field that speaks for a link, or against it: its level, and its weight in nats."""

    field: str
    level: str
    weight: float


class Link(msgspec.Struct, frozen=True):
    """An anonymous browser that is probably somebody known: who lends to whom, and why.

    Attributes:
        browser: the identifier of the anonymous one, who is lent to.
        user: the identifier of the known one, who lends.
        receiver: the person behind the browser.
        lender: the person behind the user.
        probability: that they are the same, 0 to 1.
        evidence: by weight, what speaks for it first.
        since_ms: when it was first found.
    """

    browser: IdentifierKey
    user: IdentifierKey
    receiver: PersonId
    lender: PersonId
    probability: float
    evidence: tuple[Evidence, ...]
    since_ms: int


class Beside(msgspec.Struct, frozen=True):
    """An anonymous browser and the known people near it, with how they compare."""

    browser: str
    users: tuple[str, ...]
    levels: tuple[Levels, ...]
    stays: int


def beside(crowd: Crowd, browser: str) -> Beside:
    """Return how a browser compares with the known people near it."""
    sight = sight_of(crowd.stays[browser])
    users: list[str] = []
    levels: list[Levels] = []
    for user in () if sight is None else crowd.near(sight, browser):
        theirs = crowd.known[user].sight()
        if sight is not None and theirs is not None:
            users.append(user)
            levels.append(compare(browser, sight, user, theirs, crowd))
    return Beside(browser, tuple(users), tuple(levels), len(crowd.stays[browser]))


class Found(msgspec.Struct, frozen=True):
    """What a round has found, and by which threshold."""

    links: tuple[Link, ...]
    threshold: Threshold
    scale: Scale
    compared: int


def links_among(
    besides: Sequence[Beside], crowd: Crowd, model: Model, precision: float, at_ms: int
) -> Found:
    """Return the links that are probable enough to lend, the surest first.

    Args:
        besides: anonymous browsers with who is near them.
        crowd: everybody.
        model: what evidence weighs.
        precision: the share of links that shall be right, 0 to 1.
        at_ms: now.
    """
    weighed = [tuple(weight(one, model.weights) for one in each.levels) for each in besides]
    kinds = [(of, each.stays) for each, of in zip(besides, weighed, strict=True) if of]
    scale = shifted_by_stays(kinds, model.scale)
    threshold = threshold_of(model, scale, precision)
    links: list[Link] = []
    for each, of in zip(besides, weighed, strict=True):
        chances = posterior(of, scale.after(each.stays))
        most = max(chances, default=0.0)
        if most >= threshold.probability:
            link = _link(each, chances.index(most), crowd, model)
            links.append(replace(link, probability=round(most, 4), since_ms=at_ms))
    links.sort(key=lambda one: (-one.probability, one.browser))
    return Found(_precise(links, precision), threshold, scale, len(besides))


def _precise(links: Sequence[Link], precision: float) -> tuple[Link, ...]:
    """Return the surest links, so many that on average they are as sure as is asked for."""
    total, kept = 0.0, 0
    for count, one in enumerate(links, start=1):
        total += one.probability
        if total / count >= precision:
            kept = count
    return tuple(links[:kept])


def because(link: Link) -> Iterator[str]:
    """Yield what speaks for a link, in words for people, the strongest first."""
    for one in link.evidence:
        words = _WORDS.get((one.field, one.level))
        if words is not None and one.weight > 0:
            yield words


def _link(each: Beside, place: int, crowd: Crowd, model: Model) -> Link:
    user, levels = each.users[place], each.levels[place]
    told = parts(levels, model.weights)
    evidence = [
        Evidence(field, levels[FIELDS.index(field)] or "", round(nats, 3))
        for field, nats in sorted(told.items(), key=lambda pair: -pair[1])
    ]
    return Link(
        browser=anonymous_key(each.browser),
        user=user_key(user),
        receiver=crowd.owners[each.browser].person,
        lender=crowd.known[user].person,
        probability=0.0,
        evidence=tuple(evidence),
        since_ms=0,
    )


_WORDS = {
    ("network", "alone often"): "both came from a network that nobody else used, on several days",
    ("network", "alone once"): "both came from a network that nobody else used",
    ("network", "few often"): "both came from the same small network, on several days",
    ("network", "few once"): "both came from the same small network",
    ("network", "some"): "both came from a network that some others use, too",
    ("network", "crowd"): "both came from a network that many use",
    ("place", "same rare"): "the same time zone, country and language, which few have here",
    ("place", "same common"): "the same time zone, country and language",
    ("place", "same country"): "the same country",
    ("device", "same browser"): "the same kind of browser and system",
    ("device", "same maker"): "devices of the same maker",
    ("device", "same kind"): "the same kind of device",
    ("device", "other kind"): "one is a second kind of device",
    ("time", "handoff"): "one went on soon after the other stopped",
    ("time", "apart"): "never both at work at once",
    ("items", "most"): "most of what the one looked at, the other had looked at, too",
    ("items", "many"): "both looked at many of the same things",
    ("items", "few"): "both looked at some of the same things",
    ("click", "same"): "both opened the same copy of a link",
}
