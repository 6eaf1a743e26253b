"""The gate: a version that guesses worse than the one that serves does not take its place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from tailorbird.predict.evaluation.metrics import AT, bootstrapped
from tailorbird.predict.registry.card import Measurement, Verdict

Ranks = NDArray[np.float64]
"""float64[q]: how many items stood before the right one; infinite where it was missing."""

Merits = NDArray[np.float64]
"""float64[q]: how well each question was answered; more is better."""

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
    """Return whether a version may serve, by how often it hits; see `judged_by`.

    Args:
        ours: on held-out questions.
        champion: the serving version's on the same; None where there is none to compare with.
        rng: luck of the bootstrap.
    """
    if not len(ours):
        return Verdict(passed=True, reason="too few sessions to hold any back")
    theirs = None if champion is None else _hits(champion)
    verdict = judged_by(f"hitrate@{AT}", _hits(ours), theirs, MOST_LOST, rng)
    moved = verdict.difference
    if verdict.passed or moved is None:
        return verdict
    reason = (
        f"hits {-moved.value:.1%} of questions less than {verdict.champion:.1%} "
        f"(95 % interval {moved.low:+.1%} to {moved.high:+.1%})"
    )
    return replace(verdict, reason=reason)


def judged_by(
    metric: str,
    ours: Merits,
    champion: Merits | None,
    most_lost: float,
    rng: np.random.Generator,
) -> Verdict:
    """Return whether a model of any kind may take the place of the one that serves.

    It may not when its mean merit is less by more than chance explains (the 95 % interval of the
    paired difference lies below zero), or by more than `most_lost`. Fewer than 100 questions
    decide nothing.

    Args:
        metric: what a merit is.
        ours: float64[q], how well each held-out question was answered; more is better.
        champion: float64[q], by what serves, on the same; None where there is none to compare with.
        most_lost: how much may be lost, however wide the interval.
        rng: luck of the bootstrap.
    """
    share = round(float(ours.mean()), 4) if len(ours) else None
    if champion is None:
        return Verdict(
            passed=True,
            reason="nothing to compare with",
            metric=metric,
            ours=share,
            questions=len(ours),
        )
    if len(ours) < LEAST_QUESTIONS:
        return Verdict(
            passed=True,
            reason=f"only {len(ours)} questions to compare by",
            metric=metric,
            ours=share,
            questions=len(ours),
        )
    moved = Measurement(*bootstrapped((ours - champion)[None, :], rng)[0])
    theirs = round(float(champion.mean()), 4)
    passed = moved.high >= 0 and moved.value >= -most_lost
    reason = (
        f"{metric} is {-moved.value:.4f} less than {theirs:.4f} "
        f"(95 % interval {moved.low:+.4f} to {moved.high:+.4f})"
    )
    return Verdict(
        passed=passed,
        reason="not worse than the champion" if passed else reason,
        metric=metric,
        ours=share,
        champion=theirs,
        difference=moved,
        questions=len(ours),
    )


def kept_up(metric: str, ours: float, champion: float, most_lost: float, questions: int) -> Verdict:
    """Return whether one figure fell by no more than so much; more is better."""
    passed = ours >= champion - most_lost
    reason = f"{metric} is {champion - ours:.4f} less than {champion:.4f}"
    return Verdict(
        passed=passed,
        reason="not worse than the champion" if passed else reason,
        metric=metric,
        ours=round(ours, 4),
        champion=round(champion, 4),
        questions=questions,
    )


def strictest(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the first verdict that refuses, else the first; there is at least one."""
    return next((one for one in verdicts if not one.passed), verdicts[0])


def _hits(ranks: Ranks) -> Merits:
    return np.where(ranks < AT, 1.0, 0.0)
