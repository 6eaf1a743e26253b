"""The neighbor model once more, in plain Python, to hold the compiled one against."""

from __future__ import annotations

import math

from tailorbird.predict.evidence import Settings


def votes(
    rows: list[list[int]], ends: list[float], query: list[int], settings: Settings
) -> dict[int, float]:
    """Return each item's score, with idf, for a current session."""
    newest = list(dict.fromkeys(reversed(query)))
    steps = {item: query[::-1].index(item) for item in newest}
    likeness: dict[int, float] = {}
    anchor: dict[int, int] = {}
    for item in newest:
        holding = [number for number in reversed(range(len(rows))) if item in rows[number]]
        for number in holding[: settings.sample]:
            if number not in likeness:
                anchor[number] = len(rows[number]) - 1 - rows[number][::-1].index(item)
            weight = math.exp(-steps[item] / settings.position_decay)
            likeness[number] = likeness.get(number, 0.0) + weight
    weights = {
        number: value
        * 2.0 ** ((ends[number] - ends[-1]) / settings.half_life)
        / math.sqrt(len(rows[number]))
        for number, value in likeness.items()
    }
    floor = sorted(weights.values(), reverse=True)[: settings.neighbors][-1] if weights else 0.0
    scores: dict[int, float] = {}
    for number, weight in weights.items():
        if weight < floor * (1.0 - 1e-6):
            continue
        for place, item in enumerate(rows[number]):
            near = math.exp(-min(abs(place - anchor[number]), 63) / settings.anchor_decay)
            scores[item] = scores.get(item, 0.0) + weight * near
    touches = {item: sum(row.count(item) for row in rows) for item in scores}
    return {
        item: score
        * (1.0 + settings.rarity * max(math.log((len(rows) + 1) / (touches[item] + 1)), 0.0))
        for item, score in scores.items()
    }
