"""Examination: what share of people look at each place of a list, told from what they click.

In the position-based model a click needs two things: the place is looked at, and the item appeals;
P(click) = examined(place) · appeal(item, person) (M. Richardson, E. Dominowska, R. Ragno:
Predicting clicks. WWW 2007; A. Chuklin, I. Markov, M. de Rijke: Click models for web search. 2015).
The first factor is wanted; only ratios between places matter, so the first place counts 1.

Two ways to tell it:

- By luck, where discovery drew an item at random and put it into a place drawn at random: it pushes
  what comes after it one place down, so one and the same rank of the shop's own order is shown in
  two places, by luck alone. Clicks are then appeal(rank) · examined(place), solved for both
  (harvesting interventions: A. Agarwal, I. Zaitsev, X. Wang, C. Li, M. Najork, T. Joachims:
  Estimating position bias without intrusive interventions. WSDM 2019; swaps by luck: T. Joachims,
  A. Swaminathan, T. Schnabel: Unbiased learning-to-rank with biased feedback. WSDM 2017).
- By a model of clicks (`click_model`), where there was too little luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.hybrid.impressions import Impression

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BY_LUCK, BY_MODEL, UNKNOWN = "by luck", "by a click model", "taken as even"
LEAST_MOVED = 100
LEAST_OF_PLACEMENT = 300
MOST_PLACES = 60
SLOPES: Floats = np.linspace(0.0, 3.0, 61)
"""Powers of the place with which examination may fall."""
_PSEUDO_CLICKS = 10.0
_LEAST_EXAMINED = 0.01
_ROUNDS = 200
_LUCKY = -1


class Examination(NamedTuple):
    """What share of people look at each place, the first place counting 1.

    Attributes:
        how: `BY_LUCK`, `BY_MODEL` or `UNKNOWN`.
        curves: by placement, float64[places], from the first place on; `""` for all others.
        clicks: on how many it rests.
    """

    how: str
    curves: Mapping[str, Floats]
    clicks: int

    def of(self, placement: str, positions: Ints) -> Floats:
        """Return float64[n] for places counted from 1; beyond the last that is known, as there."""
        curve = self.curves.get(placement, self.curves.get(""))
        if curve is None:
            return np.ones(len(positions))
        return curve[np.clip(positions - 1, 0, len(curve) - 1)]


EVEN = Examination(UNKNOWN, {}, 0)
"""Everybody looks at everything: no correction."""


class Ranks(NamedTuple):
    """Looks and clicks: float64[ranks, places] each; a row is one rank of one kind of list."""

    looks: Floats
    clicks: Floats

    @property
    def moved(self) -> int:
        """Clicks on what stood elsewhere than where its kind got most of them."""
        return int((self.clicks.sum(axis=1) - self.clicks.max(axis=1, initial=0.0)).sum())


def by_luck(shown: Sequence[Impression]) -> Examination | None:
    """Return what luck with places tells; None for fewer than 100 clicks on what luck had moved.

    Placements with 300 such clicks have a curve of their own.
    """
    whole = _ranks(shown)
    if whole.moved < LEAST_MOVED:
        return None
    curves = {"": _solved(whole)}
    for name in sorted({one.placement for one in shown}):
        own = _ranks([one for one in shown if one.placement == name])
        if own.moved >= LEAST_OF_PLACEMENT:
            curves[name] = _solved(own)
    return Examination(BY_LUCK, curves, whole.moved)


def against_first(curve: Floats) -> Floats:
    """Return a curve with the first place as 1, within (0.01, 1)."""
    return np.clip(curve / max(float(curve[0]), 1e-12), _LEAST_EXAMINED, 1.0)


def power(places: int, slope: float) -> Floats:
    """Return float64[places]: how examination falls by a power of the place, 1 for the first."""
    return np.arange(1, places + 1, dtype=np.float64) ** -slope


def _ranks(shown: Sequence[Impression]) -> Ranks:
    """Count lists with luck in them, ranks apart by placement, length and number of lucky items.

    Lists without luck are left out: who gets none may be of another kind.
    """
    rows: dict[tuple[str, int, int, int], tuple[Floats, Floats]] = {}
    for one in shown:
        lucky = int(one.lucky.sum())
        if not lucky:
            continue
        ranks = np.where(one.lucky, _LUCKY, np.cumsum(~one.lucky))
        places = np.minimum(one.positions, MOST_PLACES) - 1
        for rank, place, acted in zip(
            ranks[one.seen].tolist(),
            places[one.seen].tolist(),
            one.acted[one.seen].tolist(),
            strict=True,
        ):
            key = (one.placement, len(one.codes), lucky, rank)
            if key not in rows:
                rows[key] = np.zeros(MOST_PLACES), np.zeros(MOST_PLACES)
            rows[key][0][place] += 1.0
            rows[key][1][place] += acted
    if not rows:
        return Ranks(np.zeros((0, 1)), np.zeros((0, 1)))
    looks, clicks = (np.stack([pair[part] for pair in rows.values()]) for part in (0, 1))
    last = int(np.flatnonzero(looks.sum(axis=0))[-1]) + 1
    return Ranks(looks[:, :last], clicks[:, :last])


def _solved(counted: Ranks) -> Floats:
    """Return float64[places], examination by maximum likelihood, appeal of each rank being free.

    A place with few clicks is drawn to the power of the place that fits all of them best.
    """
    looks, clicks = counted
    of_rank, of_place = clicks.sum(axis=1), clicks.sum(axis=0)
    curves = [power(len(of_place), float(slope)) for slope in SLOPES]
    merits = []
    for curve in curves:
        appeal = of_rank / np.maximum(looks @ curve, 1e-9)
        told = np.log(np.maximum(curve, 1e-12)) @ of_place
        merits.append(float(told + (of_rank * np.log(np.maximum(appeal, 1e-12))).sum()))
    falling = found = curves[int(np.argmax(merits))]
    for _ in range(_ROUNDS):
        appeal = of_rank / np.maximum(looks @ found, 1e-9)
        expected = appeal @ looks
        found = (of_place + _PSEUDO_CLICKS) / np.maximum(expected + _PSEUDO_CLICKS / falling, 1e-9)
    return against_first(found)
