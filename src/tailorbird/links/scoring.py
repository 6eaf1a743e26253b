"""How much evidence weighs: log-likelihood ratios after Fellegi and Sunter, and their calibration.

Fellegi and Sunter ("A theory for record linkage", JASA 1969): a field at a level weighs
`ln(m / u)`, where `m` is how often that level is met among pairs of one person and `u` among pairs
of two. Both are counted on the shop's own truth, smoothed towards a stated table by so many
pseudo-pairs, so that a level never seen weighs what the table says, and not infinity.

The fields are not independent (who shares a home shares a place), so the sum says too much: it is
tempered by a factor `t` and an offset `o`, fitted by likelihood on truth that the weights were not
counted on. A browser is at most one person's, so its candidates
compete: with weights `w_j` of `k` candidates and a share `s`,

    P(candidate j) = (s/k) e^(o + t w_j) / (1 - s + (s/k) Σ e^(o + t w_i))

Two people of one household who fit equally well halve each other's probability.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

import msgspec
import numpy as np

from tailorbird.links.comparing import FIELDS, LEVELS, Levels

PSEUDO_PAIRS = 8.0

STATED: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "network": {
        "alone often": (0.30, 0.02),
        "alone once": (0.18, 0.03),
        "few often": (0.14, 0.04),
        "few once": (0.08, 0.06),
        "some": (0.05, 0.05),
        "crowd": (0.05, 0.15),
        "none": (0.20, 0.65),
    },
    "place": {
        "same rare": (0.22, 0.04),
        "same common": (0.70, 0.40),
        "same country": (0.06, 0.16),
        "other": (0.02, 0.40),
    },
    "device": {
        "same browser": (0.12, 0.20),
        "same maker": (0.18, 0.14),
        "same kind": (0.20, 0.31),
        "other kind": (0.50, 0.35),
    },
    "time": {
        "handoff": (0.10, 0.04),
        "apart": (0.88, 0.90),
        "together at home": (0.015, 0.03),
        "together elsewhere": (0.005, 0.03),
    },
    "items": {
        "most": (0.24, 0.02),
        "many": (0.16, 0.05),
        "few": (0.15, 0.43),
        "none": (0.45, 0.50),
    },
    "click": {"same": (0.20, 0.005), "none": (0.80, 0.995)},
}
"""What weights rest on where nothing was learned: (m, u) by field and level. Judgment, no data."""

STATED_SHARE, STATED_TEMPER = 0.10, 0.7
_LEAST_SHARE = 0.002
_STAYS = (1, 2, 3, 5, 10)  # from so many stays on a browser is of the next kind

Weights = Mapping[str, Mapping[str, float]]
"""Nats by field and level."""


class Scale(msgspec.Struct, frozen=True):
    """How weights become probabilities.

    Attributes:
        temper: the factor on the weights.
        offset: what is added to each, in nats, since fields that hang together say things twice.
        share: the share of browsers that have a match among their candidates.
        by_stays: the same of those with so many stays: one, two, three or four, up to nine, more;
            empty where it is the same for all.
    """

    temper: float = STATED_TEMPER
    offset: float = 0.0
    share: float = STATED_SHARE
    by_stays: tuple[float, ...] = ()

    def after(self, stays: int) -> Scale:
        """Return the scale for browsers with so many anonymous stays."""
        if not self.by_stays:
            return self
        return Scale(self.temper, self.offset, self.by_stays[_kind(stays)])


Scored = tuple[tuple[float, ...], int | None]
"""The weights of a browser's candidates, and which of them is the one, None for none."""


def weights_of(pairs: Iterable[tuple[Levels, bool]]) -> dict[str, dict[str, float]]:
    """Return the weights counted on pairs of which it is known whether they are one person's."""
    counts = {field: {level: [0.0, 0.0] for level in levels} for field, levels in LEVELS.items()}
    for levels, same in pairs:
        for field, level in zip(FIELDS, levels, strict=True):
            if level is not None:
                counts[field][level][0 if same else 1] += 1
    return {
        field: {
            level: log(_smoothed(of, level, 0, field) / _smoothed(of, level, 1, field))
            for level in of
        }
        for field, of in counts.items()
    }


def weight(levels: Levels, weights: Weights) -> float:
    """Return the sum of a pair's evidence, in nats."""
    return sum(parts(levels, weights).values())


def parts(levels: Levels, weights: Weights) -> dict[str, float]:
    """Return what each field that says something weighs, in nats."""
    return {
        field: weights[field][level]
        for field, level in zip(FIELDS, levels, strict=True)
        if level is not None
    }


def posterior(of: Sequence[float], scale: Scale) -> list[float]:
    """Return the probability of each candidate of one browser; the rest to one is nobody's."""
    if not of:
        return []
    each = log(scale.share / len(of)) + scale.offset
    logs = [each + scale.temper * one for one in of]
    nobody = log(1 - scale.share)
    most = max(nobody, *logs)
    odds = [exp(one - most) for one in logs]
    total = exp(nobody - most) + sum(odds)
    return [one / total for one in odds]


def calibrated(cases: Sequence[Scored]) -> Scale:
    """Return the scale that makes what is known most likely, by a search over a grid.

    The share is counted; factor and offset are searched.
    """
    share = sum(which is not None for _, which in cases) / len(cases)
    wide = max(len(of) for of, _ in cases)
    of = np.full((len(cases), wide), -np.inf)
    for row, (weights, _) in enumerate(cases):
        of[row, : len(weights)] = weights
    each = np.log(share / np.array([len(weights) for weights, _ in cases]))[:, None]
    column = np.array([wide if which is None else which for _, which in cases])
    nobody = np.full((len(cases), 1), log(1 - share))
    best, found = -np.inf, Scale(share=share)
    for temper in np.linspace(0.1, 1.5, 29).tolist():
        for offset in np.linspace(-5.0, 2.0, 36).tolist():
            logs = np.hstack((each + offset + temper * of, nobody))
            chosen = logs[np.arange(len(cases)), column]
            likelihood = float(np.sum(chosen - np.logaddexp.reduce(logs, axis=1)))
            if likelihood > best:
                best, found = likelihood, Scale(temper, offset, share)
    return found


def shifted(cases: Sequence[Sequence[float]], scale: Scale, rounds: int = 30) -> Scale:
    """Return the scale with the share of matches among browsers of which nothing is known.

    Those who log in have an account, those who never do often have none, so fewer of the latter
    are anybody known: the share found is never above that of `scale`. Expectation maximization
    finds it (Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a
    priori probabilities", Neural Computation 2002).

    Args:
        cases: for each browser the weights of its candidates.
        scale: as calibrated.
        rounds: how often the share is found anew.
    """
    most = scale.share
    for _ in range(rounds if cases else 0):
        matched = sum(sum(posterior(of, scale)) for of in cases) + most
        share = min(most, max(_LEAST_SHARE, matched / (len(cases) + 1)))
        scale = Scale(scale.temper, scale.offset, share)
    return scale


def shifted_by_stays(cases: Sequence[tuple[Sequence[float], int]], scale: Scale) -> Scale:
    """Return the scale with the share of matches found apart for browsers of so many stays.

    Somebody with an account logs in sooner or later, so who has stayed anonymous through many
    stays hardly ever has one, and who came once may well: the same evidence says less of the first.

    Args:
        cases: for each browser the weights of its candidates, at least one, and its stays.
        scale: as calibrated.
    """
    kinds: list[list[Sequence[float]]] = [[] for _ in _STAYS]
    for of, stays in cases:
        kinds[_kind(stays)].append(of)
    found = tuple(shifted(kind, scale).share for kind in kinds)
    total = sum(share * len(kind) for share, kind in zip(found, kinds, strict=True))
    share = total / len(cases) if cases else scale.share
    return Scale(scale.temper, scale.offset, share, found)


def _kind(stays: int) -> int:
    return max(0, bisect_right(_STAYS, stays) - 1)


def _smoothed(of: Mapping[str, list[float]], level: str, side: int, field: str) -> float:
    total = sum(counted[side] for counted in of.values())
    stated = STATED[field][level][side]
    return (of[level][side] + PSEUDO_PAIRS * stated) / (total + PSEUDO_PAIRS)
