"""The exam: how many links are right, and how many are found, on towns whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import msgspec

from tailorbird.links.crowd import Crowd
from tailorbird.links.finding import Beside, Found, Link, beside, links_among
from tailorbird.links.generated import END_MS, Town, Watched, make_town, told_by, watched
from tailorbird.links.learning import Model, case_of, learned
from tailorbird.links.scoring import posterior, weight
from tailorbird.simulate.shoppers import Shopper
from tailorbird.spine.clock import DAY_MS

PRECISIONS = (0.8, 0.9, 0.95)
_Z = 1.96


class Share(msgspec.Struct, frozen=True):
    """A share with Wilson's 95 % interval; None of all is no share."""

    right: int
    of: int

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.right / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its interval, 0 to 1."""
        if not self.of:
            return 0.0, 1.0
        share, n = self.right / self.of, self.of
        middle = share + _Z * _Z / (2 * n)
        spread = _Z * sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n))
        low, high = (one / (1 + _Z * _Z / n) for one in (middle - spread, middle + spread))
        return max(0.0, low), min(1.0, high)


class Mark(msgspec.Struct, frozen=True):
    """What one round in one town was worth, at one precision asked for.

    Attributes:
        links: how many links there are.
        right: how many of them are.
        household: how many wrong ones are with somebody of the same home.
        matchable: how many anonymous browsers are in truth of somebody known.
        near: how many of those share something rare with that person at all.
        expected: what the links' own probabilities promise, on average.
        held_out: how many logins that were held out lie above the threshold; 0 where none is sure.
        held_right: how many of them were right.
    """

    seed: int
    asked: float
    links: int
    right: int
    household: int
    matchable: int
    near: int
    expected: float | None
    held_out: int = 0
    held_right: int = 0


class Examined(msgspec.Struct, frozen=True):
    """One town: how large, what could be learned, and the marks."""

    seed: int
    shoppers: int
    days: int
    events: int
    browsers: int
    anonymous: int
    known: int
    truths: int
    marks: tuple[Mark, ...]
    bins: tuple[tuple[float, int, int], ...]


class Round(msgspec.Struct, frozen=True, eq=False):
    """A town after the shop has looked at it once."""

    town: Town
    seen: Watched
    crowd: Crowd
    model: Model
    besides: tuple[Beside, ...]

    def found(self, precision: float) -> Found:
        """Return the links at a precision asked for."""
        return links_among(self.besides, self.crowd, self.model, precision, END_MS)


def look(shoppers: int, days: int, seed: int) -> tuple[Round, int]:
    """Return a town that the shop has looked at, and how many events that took."""
    town = make_town(shoppers, days, seed)
    events = told_by(town)
    seen = watched(events, END_MS - days * DAY_MS)
    return rounded(town, seen), len(events)


def rounded(town: Town, seen: Watched) -> Round:
    """Return what a round makes of what the shop has seen."""
    crowd = Crowd(seen.stays.all(), seen.owners)
    cases = [one for one in (case_of(name, crowd) for name in sorted(crowd.stays)) if one]
    besides = tuple(beside(crowd, name) for name in crowd.anonymous())
    return Round(town, seen, crowd, learned(cases), besides)


def examine(shoppers: int, days: int, seed: int) -> Examined:
    """Return how links do in one generated town."""
    looked, events = look(shoppers, days, seed)
    crowd = looked.crowd
    return Examined(
        seed=seed,
        shoppers=shoppers,
        days=days,
        events=events,
        browsers=len(crowd.stays),
        anonymous=len(looked.besides),
        known=len(crowd.known),
        truths=looked.model.truths,
        marks=tuple(_mark(looked, seed, precision) for precision in PRECISIONS),
        bins=_bins(looked),
    )


def is_right(link: Link, behind: Mapping[str, Shopper]) -> bool:
    """Return whether the browser truly is the user's."""
    return behind[link.browser.partition(":")[2]].user_id == link.user.partition(":")[2]


def _mark(looked: Round, seed: int, precision: float) -> Mark:
    town, behind = looked.town, looked.town.behind()
    found = looked.found(precision)
    links = found.links
    homes = {one.user_id: town.homes.home(one.number) for one in town.shoppers if one.user_id}
    wrong = [one for one in links if not is_right(one, behind)]
    near = [one for one in looked.besides if behind[one.browser].user_id in one.users]
    matchable = [one for one in looked.besides if behind[one.browser].user_id in looked.crowd.known]
    return Mark(
        seed=seed,
        asked=precision,
        links=len(links),
        right=len(links) - len(wrong),
        household=sum(
            town.homes.home(behind[one.browser.partition(":")[2]].number)
            == homes[one.user.partition(":")[2]]
            for one in wrong
        ),
        matchable=len(matchable),
        near=len(near),
        expected=sum(one.probability for one in links) / len(links) if links else None,
        held_out=found.threshold.links,
        held_right=found.threshold.right,
    )


def _bins(looked: Round) -> tuple[tuple[float, int, int], ...]:
    """Return how many of the likeliest candidates were right, by tenths of probability."""
    behind = looked.town.behind()
    model, scale = looked.model, looked.found(0.5).scale
    counts = [[0, 0] for _ in range(10)]
    for each in looked.besides:
        of = [weight(one, model.weights) for one in each.levels]
        chances = posterior(of, scale.after(each.stays))
        if chances:
            most = max(chances)
            place = min(9, int(10 * most))
            counts[place][0] += 1
            counts[place][1] += behind[each.browser].user_id == each.users[chances.index(most)]
    return tuple((place / 10, of, right) for place, (of, right) in enumerate(counts))


def pooled(marks: Sequence[Mark]) -> tuple[Share, Share, Share]:
    """Return precision, recall of all, and recall of those near, over several towns."""
    right = sum(one.right for one in marks)
    return (
        Share(right, sum(one.links for one in marks)),
        Share(right, sum(one.matchable for one in marks)),
        Share(right, sum(one.near for one in marks)),
    )
