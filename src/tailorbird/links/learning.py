"""Learning from logins what links one person's browsers, and from which probability on to lend.

The truth is the shop's own: a browser that was anonymous and later logged in has shown whom it had
been all along. What it did before that login is compared with everybody near it, as for a browser
that has not logged in. The weights that judge a browser are counted on others (five folds), so that
calibration and threshold are found on truth that was held out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Literal

import msgspec

from tailorbird.links.comparing import Levels, compare
from tailorbird.links.crowd import Crowd
from tailorbird.links.scoring import (
    STATED_SHARE,
    STATED_TEMPER,
    Scale,
    Scored,
    Weights,
    calibrated,
    posterior,
    weight,
    weights_of,
)
from tailorbird.links.stays import Stay, sight_of

LEAST_TRUTH = 40
"""So many browsers must have shown by a login that they belong to somebody known: fewer is luck."""

NEVER = 2.0
"""A threshold that no probability reaches."""

_FOLDS = 5
_LEAST_LINKS = 15  # above the threshold, or its precision is not to be told
_LEAST_PROBABILITY = 0.5
_SAME = 1e-9

Basis = Literal["learned", "stated", "nothing"]


class Model(msgspec.Struct, frozen=True):
    """What links are scored with, and what that rests on.

    Attributes:
        basis: the shop's own truth, the stated table, or nothing: then nobody lends.
        browsers: how many browsers had logged in and could be learned from.
        truths: how many of them were somebody known, who was among those compared.
        held_out: these browsers again, scored by what others have shown.
        held_out_stays: how many stays of theirs were anonymous.
        why: in words.
    """

    weights: Weights
    scale: Scale
    basis: Basis
    browsers: int = 0
    truths: int = 0
    held_out: tuple[Scored, ...] = ()
    held_out_stays: tuple[int, ...] = ()
    why: str = ""


class Threshold(msgspec.Struct, frozen=True):
    """From which probability on somebody lends, and how many held-out links were right there."""

    probability: float = NEVER
    links: int = 0
    right: int = 0
    precision: float | None = None


class Case(msgspec.Struct, frozen=True):
    """A browser of which it turned out whose it is: when, beside whom, and which of them it was."""

    at_ms: int
    levels: tuple[Levels, ...]
    which: int | None
    stays: int


def case_of(browser: str, crowd: Crowd) -> Case | None:
    """Return what a browser's login has shown; None where it shows nothing."""
    stays: Sequence[Stay] = crowd.stays[browser]
    user = crowd.owners[browser].user_id
    logins = [stay.begin_ms for stay in stays if stay.user_id is not None]
    if user is None or not logins:
        return None
    login_ms = min(logins)
    before = sight_of(one for one in stays if one.user_id is None and one.begin_ms < login_ms)
    if before is None:
        return None
    levels: list[Levels] = []
    which = None
    for candidate in crowd.near(before, browser):
        sight = crowd.known[candidate].sight(browser)
        if sight is not None:
            which = len(levels) if candidate == user else which
            levels.append(compare(browser, before, candidate, sight, crowd))
    return Case(login_ms, tuple(levels), which, len(before.spans)) if levels else None


def learned(cases: Sequence[Case]) -> Model:
    """Return the model that the truth gives; with too little of it, one by which nobody lends."""
    truths = sum(one.which is not None for one in cases)
    if truths < LEAST_TRUTH:
        why = (
            f"{truths} browsers have shown by a login that they were somebody known; "
            f"{LEAST_TRUTH} are needed."
        )
        return Model(weights_of(()), Scale(), "nothing", len(cases), truths, why=why)
    held_out: list[Scored] = []
    stays: list[int] = []
    for fold in range(_FOLDS):
        others = [one for place, one in enumerate(cases) if place % _FOLDS != fold]
        weights = weights_of(_pairs(others))
        held_out += [
            (tuple(weight(levels, weights) for levels in one.levels), one.which)
            for one in cases[fold::_FOLDS]
        ]
        stays += [one.stays for one in cases[fold::_FOLDS]]
    why = f"Learned from {truths} browsers whose login showed that they were somebody known."
    weights, scale = weights_of(_pairs(cases)), calibrated(held_out)
    found = tuple(held_out), tuple(stays)
    return Model(weights, scale, "learned", len(cases), truths, *found, why)


def stated() -> Model:
    """Return the model of the stated table, which the shop has accepted without truth of its own.

    Its threshold is the precision asked for: a probability is taken at its word.
    """
    why = "The stated table; nothing was measured in this shop."
    return Model(weights_of(()), Scale(STATED_TEMPER, 0.0, STATED_SHARE), "stated", why=why)


def threshold_of(model: Model, scale: Scale, precision: float) -> Threshold:
    """Return the lowest threshold whose precision is sure enough.

    Sure is what lies above the precision asked for by one standard error (Wilson's interval). The
    held-out browsers are weighed so that as many of them have a match as of those that never log
    in.

    Args:
        model: with held-out truth.
        scale: with the share of those that never log in.
        precision: the share of links that shall be right, 0 to 1.
    """
    match model.basis:
        case "nothing":
            return Threshold()
        case "stated":
            return Threshold(precision)
        case "learned":
            return _threshold(_marks(model, scale), precision)


def _marks(model: Model, scale: Scale) -> list[tuple[float, bool, float]]:
    """Return each held-out browser's best probability, whether it was right, and its weight."""
    yes = scale.share / model.scale.share
    no = (1 - scale.share) / (1 - model.scale.share)
    marks = []
    for (of, which), stays in zip(model.held_out, model.held_out_stays, strict=True):
        chances = posterior(of, scale.after(stays))
        most = max(chances)
        right = chances.index(most) == which
        marks.append((most, right, no if which is None else yes))
    return sorted(marks, key=lambda one: -one[0])


def _threshold(marks: Sequence[tuple[float, bool, float]], precision: float) -> Threshold:
    found = Threshold()
    right, total, rights, squares = 0, 0.0, 0.0, 0.0
    for links, (probability, is_right, counts) in enumerate(marks, start=1):
        if probability < _LEAST_PROBABILITY:
            break
        right, total, squares = right + is_right, total + counts, squares + counts * counts
        rights += counts * is_right
        share, worth = rights / total, total * total / squares
        if links < len(marks) and marks[links][0] > probability - _SAME:
            continue  # no threshold parts those that are as probable
        if links >= _LEAST_LINKS and _lower(share, worth) >= precision:
            found = Threshold(probability, links, right, round(share, 4))
    return found


def _pairs(cases: Sequence[Case]) -> Iterator[tuple[Levels, bool]]:
    for case in cases:
        for place, levels in enumerate(case.levels):
            yield levels, place == case.which


def _lower(share: float, of: float) -> float:
    """Return the lower end of Wilson's interval for a share, one standard error wide."""
    middle = share + 1 / (2 * of)
    spread = sqrt(share * (1 - share) / of + 1 / (4 * of * of))
    return (middle - spread) / (1 + 1 / of)
