"""Purchase intent put to the test on RetailRocket's events, act by act, the newest visits asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.features.moment import Moment
from tailorbird.predict.evaluation.public_events import public_events
from tailorbird.predict.propensity.fitting import fit_propensity
from tailorbird.predict.propensity.judging import Judged, auc, judged
from tailorbird.predict.propensity.model import Propensity
from tailorbird.predict.propensity.tables import (
    Floats,
    Places,
    Table,
    Truths,
    learn_words,
)
from tailorbird.predict.propensity.visits import (
    MINUTES,
    NAMES,
    Prefixes,
    as_logged,
    features_at,
    prefixes,
)
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.clock import MINUTE_MS
from tailorbird.spine.events import Event

FILE = "events/retailrocket_2015-09-11_18.tsv.gz"
TESTED = 0.3
_TIMED, _TIMES = 200, 10
_DEPTHS = ((1, 1), (2, 3), (4, 7), (8, 64))


class Depth(msgspec.Struct, frozen=True, rename="camel"):
    """Acts at one depth of a visit: how many, how many came before an order, how well ranked."""

    least: int
    most: int
    count: int
    rate: float
    auc: float


class IntentMarks(msgspec.Struct, frozen=True, rename="camel"):
    """What came out.

    Attributes:
        minutes: how soon an order must come to count.
        learned_from: acts, all before any that was asked.
        judged: calibrated.
        floor: by the rate of acts at the same stage in what was learned from.
        depths: as the visit unfolds.
        p50_ms: half of the answers take less, features included, for the longest histories.
        p99_ms: and 99 in 100.
    """

    minutes: int
    learned_from: int
    judged: Judged
    floor: Judged
    depths: tuple[Depth, ...]
    p50_ms: float
    p99_ms: float


def examine_intent(
    root: Path, seed: int = 0, timer: Callable[[], float] = time.perf_counter
) -> IntentMarks:
    """Return what the model is worth on the newest 30 % of acts, learned from what came before.

    Acts within the minutes before the first that is asked are left out, since what came of them
    was not known yet.

    Args:
        root: the folder that holds `events/`.
        seed: luck of blocks and bagging.
        timer: seconds, for what an answer costs.

    Raises:
        NoSuchData: the file is not there.
        ModelsMissing: LightGBM is not installed.
    """
    rng = np.random.default_rng(seed)
    history = list(public_events(root / FILE, "retailrocket"))
    found = prefixes(as_logged(history), rng)
    cut = int(len(found.bought) * (1.0 - TESTED))
    border_ms = int(found.at_ms[cut]) - MINUTES * MINUTE_MS
    early = np.flatnonzero(found.at_ms < border_ms)
    late = np.arange(cut, len(found.bought))
    model = fit_propensity(found.table.at(early), found.bought[early], seed, found.visits[early])
    asked, truth = found.table.at(late), found.bought[late]
    said = model.probabilities(asked)
    p50_ms, p99_ms = _cost(history, model, timer)
    return IntentMarks(
        minutes=MINUTES,
        learned_from=len(early),
        judged=judged(said, truth),
        floor=judged(_by_stage(found, early, late), truth),
        depths=_depths(asked, said, truth),
        p50_ms=p50_ms,
        p99_ms=p99_ms,
    )


def _cost(
    history: list[Event], model: Propensity, timer: Callable[[], float]
) -> tuple[float, float]:
    """Return what an answer takes at the end of each of the 200 longest histories, in ms."""
    whose: dict[str, list[Event]] = {}
    for event in history:
        whose.setdefault(event.anonymous_id or "", []).append(event)
    longest = sorted(whose.values(), key=len)[-_TIMED:]
    people = [(fold_many(EMPTY, one), one[-1].occurred_at_ms) for one in longest]
    taken = []
    for profile, at_ms in people[:1] + people * _TIMES:
        began = timer()
        model.probability(features_at(Moment(at_ms, profile)))
        taken.append((timer() - began) * 1000.0)
    p50_ms, p99_ms = np.percentile(taken[1:], [50, 99])
    return float(p50_ms), float(p99_ms)


def _by_stage(found: Prefixes, early: Places, late: Places) -> Floats:
    """Return the rate of orders after acts at the same stage."""
    stage = NAMES.index("session_stage") - (len(NAMES) - len(found.table.words))
    usual = float(found.bought[early].mean())
    (known,) = learn_words(
        Table(("stage",), np.empty((len(early), 0)), (found.table.at(early).words[stage],)),
        found.bought[early],
    )
    rates = {word: 1.0 / (1.0 + np.exp(-log_odds)) for word, log_odds in known.items()}
    return np.array([rates.get(one or "", usual) for one in found.table.at(late).words[stage]])


def _depths(asked: Table, said: Floats, truth: Truths) -> tuple[Depth, ...]:
    columns = [NAMES.index(name) for name in ("session_views", "session_adds")]
    acts = asked.numbers[:, columns].sum(axis=1)
    shown = []
    for least, most in _DEPTHS:
        inside = (acts >= least) & (acts <= most)
        if inside.any():
            rate = float(truth[inside].mean())
            ranked = auc(said[inside], truth[inside])
            shown.append(Depth(least, most, int(inside.sum()), rate, ranked))
    return tuple(shown)
