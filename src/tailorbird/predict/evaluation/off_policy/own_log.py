"""A shop's own decision log as logged decisions: what was shown with which chance, and answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tailorbird.predict.evaluation.off_policy.logged import BadLog, Logged, checked

CLICKED = "Recommendation Clicked"
_KINDS = ("action", "content", "item", "offer")


def from_exposures(
    rows: Iterable[Mapping[str, Any]], placement: str, reward: str = CLICKED
) -> Logged:
    """Return one placement's choices whose probability is on record.

    Args:
        rows: as `tailorbird export exposures` writes them: what was shown, and outcomes.
        placement: which.
        reward: the event that counts 1, once an exposure.

    Raises:
        BadLog: nothing in this placement was chosen with a probability on record.
    """
    shown: dict[str, Mapping[str, Any]] = {}
    answered: set[str] = set()
    for row in rows:
        if row.get("kind") == "outcome":
            if row.get("event") == reward:
                answered.add(str((row.get("properties") or {}).get("exposureId")))
        elif row.get("placement") == placement and "actionProbability" in row:
            shown[str(row["exposureId"])] = row
    if not shown:
        raise BadLog(
            f"No choice in {placement!r} has its probability on record.",
            remedy="Give the placement a bandit; what it chooses is logged with its probability.",
        )
    names = [_name(row) for row in shown.values()]
    actions = tuple(sorted(set(names)))
    codes = {name: code for code, name in enumerate(actions)}
    logged = Logged(
        context=_context(list(shown.values())),
        action=np.array([codes[name] for name in names], dtype=np.int64),
        reward=np.array([float(key in answered) for key in shown]),
        probability=np.array([float(row["actionProbability"]) for row in shown.values()]),
        slot=np.zeros(len(shown), np.int64),
        actions=actions,
    )
    checked(logged)
    return logged


def _name(row: Mapping[str, Any]) -> str:
    return next(str(row[kind]) for kind in _KINDS if kind in row)


def _context(rows: list[Mapping[str, Any]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return what contextual policies knew; nothing where any row lacks it."""
    known = [row.get("features") for row in rows]
    widths = {0 if one is None else len(one) for one in known}
    if len(widths) != 1 or widths == {0}:
        return np.empty((len(rows), 0))
    return np.array([one[1:] for one in known if one is not None], dtype=np.float64)
