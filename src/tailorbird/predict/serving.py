"""The two calls from outside that make a slate; they take plain tuples, see `plain` and `held`."""

from __future__ import annotations

from tailorbird.predict.blending import Leaned, Limits, Pool
from tailorbird.predict.board import Ladder
from tailorbird.predict.composing import (
    Asking,
    Places,
    Policy,
    composed,
    finished,
    written,
)
from tailorbird.predict.drawing import Clues, Leaning, Picks
from tailorbird.predict.eligible import Fit
from tailorbird.predict.held import Held
from tailorbird.predict.kernel import kernel
from tailorbird.predict.plain import Plain
from tailorbird.predict.tracing import Trail


@kernel
def compose(asking: Plain, policy: Plain, held: Held) -> tuple[int, int, int, int, float]:
    """Make a slate on a `Bench` that is held, and write it on its sheet; see `written`."""
    bench = held.value
    return written(composed(_asking(asking), _policy(policy), bench), bench.sheet)


@kernel
def finish(
    pool_and_spoke: Plain, asking: Plain, policy: Plain, held: Held
) -> tuple[int, int, int, int, float]:
    """Do what `compose` does with a pool that somebody has weighed."""
    pool, spoke = pool_and_spoke
    bench = held.value
    found = finished(Pool(*pool), spoke, _asking(asking), _policy(policy), bench)
    return written(found, bench.sheet)


@kernel
def _asking(said: Plain) -> Asking:
    clues, trail, banned = said
    told, tasted, anchors, latest, leaned = clues
    sought = Clues(Ladder(*told), Ladder(*tasted), anchors, latest, Leaned(*leaned))
    return Asking(sought, Trail(*trail), banned)


@kernel
def _policy(said: Plain) -> Policy:
    picks, fit, limits, places = said
    ladders, weights, sources, most, leaning = picks
    picked = Picks(ladders, weights, sources, most, Leaning(*leaning))
    return Policy(picked, Fit(*fit), Limits(*limits), Places(*places))
