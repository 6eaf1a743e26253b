"""The gate: a version that guesses worse than the one that serves does not take its place."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import AT, bootstrapped
from tailorbird.predict.registry.card import Measurement, Verdict

Ranks = NDArray[np.float64]
"""float64[q]: how many items stood before the right one; infinite where it was missing."""

LEAST_QUESTIONS = 100
MOST_LOST = 0.02
"""Points of hit rate that a version may lose, however wide the interval."""


def metrics_of(ranks: Ranks, rng: np.random.Generator) -> dict[str, Measurement]:
    """Return hit rate, MRR and NDCG at 20 with intervals; nothing without questions."""
    if not len(ranks):
        return {}
    hits = np.where(ranks < AT, 1.0, 0.0)
    gains = np.stack([hits, hits / (ranks + 1.0), hits / np.log2(ranks + 2.0)])
    names = (f"hitrate@{AT}", f"mrr@{AT}", f"ndcg@{AT}")
    found = bootstrapped(gains, rng)
    return {name: Measurement(*one) for name, one in zip(names, found, strict=True)}


def judged(ours: Ranks, champion: Ranks | None, rng: np.random.Generator) -> Verdict:
    """Return whether a version may serve.

    It may not when it hits less often than the champion by more than chance explains (the 95 %
    interval of the paired difference lies below zero), or by more than two points.

    Args:
        ours: on held-out questions.
        champion: the serving version's on the same; None where there is none to compare with.
        rng: luck of the bootstrap.
    """
    if not len(ours):
        return Verdict(passed=True, reason="too few sessions to hold any back")
    mine = np.where(ours < AT, 1.0, 0.0)
    share = round(float(mine.mean()), 4)
    if champion is None:
        return Verdict(
            passed=True, reason="nothing to compare with", ours=share, questions=len(ours)
        )
    theirs = np.where(champion < AT, 1.0, 0.0)
    moved = Measurement(*bootstrapped((mine - theirs)[None, :], rng)[0])
    verdict = Verdict(
        passed=True,
        reason="not worse than the champion",
        ours=share,
        champion=round(float(theirs.mean()), 4),
        difference=moved,
        questions=len(ours),
    )
    if len(ours) < LEAST_QUESTIONS:
        return replace(verdict, reason=f"only {len(ours)} questions to compare by")
    if moved.high < 0 or moved.value < -MOST_LOST:
        reason = (
            f"hits {-moved.value:.1%} of questions less than {verdict.champion:.1%} "
            f"(95 % interval {moved.low:+.1%} to {moved.high:+.1%})"
        )
        return replace(verdict, passed=False, reason=reason)
    return verdict
