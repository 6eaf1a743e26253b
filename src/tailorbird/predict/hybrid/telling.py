"""What a version's card says of its learned ranker: why it is there or not, and what it learned."""

from __future__ import annotations

from typing import Any

from tailorbird.predict.hybrid.trial import HybridTrial
from tailorbird.predict.registry.card import Measurement

_PLACES_TOLD = 12


def spoken_of(trial: HybridTrial) -> dict[str, Any]:
    """Return facts for the card, in words and plain numbers."""
    found: dict[str, Any] = {"hybrid": trial.reason}
    learned = trial.learned
    if learned is None:
        return found
    found["hybrid_learned_from"] = {
        "why": learned.why,
        "next items": learned.nexts,
        "answers to what was shown": learned.answers,
        "share of the answers": learned.share,
    }
    if learned.share:
        examination = learned.examination
        found["hybrid_examination"] = {
            "told": examination.how,
            "clicks": examination.clicks,
            "looked at by place": {
                name or "all": [round(one, 3) for one in curve[:_PLACES_TOLD].tolist()]
                for name, curve in examination.curves.items()
            },
        }
    return found


def metrics_in(trial: HybridTrial) -> dict[str, Measurement]:
    """Return how well the ranker did on what it had not seen, beside the blend."""
    shown = {"hybrid", "blend"}
    return {
        f"{mark.name} ndcg@20": Measurement(*mark.ndcg)
        for mark in trial.marks
        if mark.name in shown
    }
