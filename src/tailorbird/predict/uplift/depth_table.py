"""Depth tables: which discount each decile is worth at which margin, as lots have measured it.

A discount of depth d earns margin less d of every buyer who has it, and margin of every buyer who
has none. Both sides are measured, decile by decile, on people whose decile was told by a model that
had never seen them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import Measured
from tailorbird.predict.uplift.curves import DECILES, average
from tailorbird.predict.uplift.lesson import Lesson
from tailorbird.predict.uplift.recalibrating import Depth, descending
from tailorbird.predict.uplift.trial import Trial

MARGINS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Gross margins, as shares of the price, for which depths are told."""

LEAST_OF_A_DEPTH = 200
"""A depth that fewer people were given says nothing yet."""

_Z = 1.959963984540054
_PERCENT = 100.0
Ints = NDArray[np.int64]


class DepthRow(msgspec.Struct, frozen=True, rename="camel"):
    """What each decile is worth offering to baskets of one margin, decile 1 first.

    Attributes:
        margin: from this gross margin on, up to that of the next row; a share of the price.
        depths: ten, as shares of the price.
        gain: expected profit a person over offering nothing to anybody, as a share of an order.
        gain_low: its lower 95 % bound.
    """

    margin: float
    depths: tuple[Depth, ...]
    gain: float = 0.0
    gain_low: float = 0.0


class DepthTable(msgspec.Struct, frozen=True, rename="camel"):
    """All rows, as they were measured at one time.

    Attributes:
        number: counts the tables of a model from 1 on.
        model: whose deciles they are of.
        offer: whose lots were measured.
        made_at_ms: when.
        people: on how many.
        tested: the depths that enough people were given, in percent.
        rows: by margin, the smallest first.
    """

    number: int
    model: str
    offer: str
    made_at_ms: int
    people: int
    tested: tuple[float, ...]
    rows: tuple[DepthRow, ...]


class Bounds(NamedTuple):
    """What no depth may break: least and most in percent, and the margin that must be left."""

    floor: float = 0.0
    ceiling: float = _PERCENT
    margin_floor: float = 0.0


def tested_depths(lesson: Lesson, bounds: Bounds) -> tuple[float, ...]:
    """Return the depths in percent that enough people were given, and that may be given still."""
    return tuple(
        depth
        for depth in lesson.depths[1:]
        if bounds.floor <= depth <= bounds.ceiling
        and int((lesson.depth == depth).sum()) >= LEAST_OF_A_DEPTH
    )


def depth_rows(
    lesson: Lesson, tenth: Ints, bounds: Bounds, *, varies: bool = True
) -> tuple[DepthRow, ...]:
    """Return for each margin what each decile is worth offering; empty when nothing was tested.

    Of each depth the deciles' gains are pooled so that a higher decile never gains less than a
    lower one because of noise; where effects do not differ, all ten are one. A decile takes the
    depth that gains most, if any gains. Then the lowest deciles are dropped until what is offered
    in all gains at the lower bound of its 95 % interval: what might be luck is not offered.

    Args:
        lesson: people whom the model that told their decile has not seen.
        tenth: int64[n], their deciles; 1 is moved most.
        bounds: what no depth may break.
        varies: whether effects differ among people as far as can be told.
    """
    depths = tested_depths(lesson, bounds)
    trials = {depth: _tried(lesson, tenth, depth) for depth in depths}
    if not trials:
        return ()
    return tuple(_row(trials, margin, bounds, varies=varies) for margin in MARGINS)


class _Tried(NamedTuple):
    """The trial of one depth with everybody's decile."""

    trial: Trial
    tenth: Ints


class _Gain(NamedTuple):
    gain: float
    deviation: float
    deciles: frozenset[int]


def _tried(lesson: Lesson, tenth: Ints, depth: float) -> _Tried:
    place = lesson.depths.index(depth)
    could = (lesson.chances[:, place] > 0.0) & (lesson.chances[:, 0] > 0.0)
    kept = could & ((lesson.depth == depth) | (lesson.depth == 0.0))
    return _Tried(lesson.against(depth).trial(), tenth[kept])


def _row(trials: dict[float, _Tried], margin: float, bounds: Bounds, *, varies: bool) -> DepthRow:
    allowed = {
        depth: _gains(one, depth / _PERCENT, margin, varies=varies)
        for depth, one in trials.items()
        if _leaves(margin, depth / _PERCENT, bounds.margin_floor)
    }
    best = [
        max(((depth, gains[at]) for depth, gains in allowed.items()), key=lambda one: one[1].gain)
        if allowed
        else (0.0, _Gain(0.0, 0.0, frozenset()))
        for at in range(DECILES)
    ]
    count = _worth(best)
    total = _total(best[:count])
    made = tuple(
        Depth(
            decile=at + 1,
            depth=depth / _PERCENT if at < count else None,
            gain=one.gain,
            gain_low=one.gain - _Z * one.deviation,
        )
        for at, (depth, one) in enumerate(best)
    )
    return DepthRow(margin, made, total.value, total.low)


def _leaves(margin: float, depth: float, margin_floor: float) -> bool:
    return depth < 1.0 and margin - depth >= margin_floor * (1.0 - depth)


def _worth(best: Sequence[tuple[float, _Gain]]) -> int:
    """Return to how many deciles, from the highest, offering is worth it beyond luck."""
    count = next((at for at, (_, one) in enumerate(best) if one.gain <= 0.0), len(best))
    while count and _total(best[:count]).low <= 0.0:
        count -= 1
    return count


def _total(best: Sequence[tuple[float, _Gain]]) -> Measured:
    """Return the gain a person, over everybody, of offering to some deciles.

    Deciles that were pooled are one measurement: their noise adds up, that of others does not.
    """
    value = sum(one.gain for _, one in best) / DECILES
    blocks: dict[tuple[float, frozenset[int]], float] = {}
    for depth, one in best:
        key = (depth, one.deciles)
        blocks[key] = blocks.get(key, 0.0) + one.deviation / DECILES
    half = _Z * float(np.sqrt(sum(part**2 for part in blocks.values())))
    return Measured(value, value - half, value + half)


def _gains(one: _Tried, depth: float, margin: float, *, varies: bool) -> list[_Gain]:
    """Return each decile's gain of a depth over nothing, pooled where noise breaks the order."""
    profit = one.trial.outcome * np.where(one.trial.treated, margin - depth, margin)
    trial = one.trial.with_outcome(profit)
    if not varies:
        return [_measured(trial, one.tenth, frozenset(range(1, DECILES + 1)))] * DECILES
    each = [_measured(trial, one.tenth, frozenset({at})) for at in range(1, DECILES + 1)]
    people = np.array([float((one.tenth == at).sum()) for at in range(1, DECILES + 1)])
    pooled = descending(np.array([gain.gain for gain in each]), people)
    made: list[_Gain] = []
    while len(made) < DECILES:
        first = len(made)
        block = [at for at in range(first, DECILES) if pooled[at] == pooled[first]]
        whole = _measured(trial, one.tenth, frozenset(at + 1 for at in block))
        made.extend([whole] * len(block))
    return made


def _measured(trial: Trial, tenth: Ints, deciles: frozenset[int]) -> _Gain:
    """Return what some deciles gain; nothing, and surely so, where an arm is missing."""
    found = average(trial.rows(np.isin(tenth, list(deciles))))
    if not np.isfinite(found.value):
        return _Gain(0.0, 0.0, deciles)
    return _Gain(found.value, (found.high - found.value) / _Z, deciles)
