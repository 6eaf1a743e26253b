"""The recipe of a shop's next-item model: every choice that was made for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tailorbird.predict.evidence import Settings
from tailorbird.predict.ranker import Ranker, default_ranker
from tailorbird.predict.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that was chosen for one shop, apart from its sessions.

    Attributes:
        settings: Of the neighbor search.
        trend_half_life: Seconds in which a touch loses half its weight in `trending`.
        width: Candidates by evidence that are ranked.
        kin_width: Candidates by kinship that are ranked.
        ranker: The learned blend.
    """

    settings: Settings
    trend_half_life: float
    width: int
    kin_width: int
    ranker: Ranker

    def with_settings(self, settings: Settings) -> Recipe:
        """Return the recipe with other neighbor settings."""
        return replace(self, settings=settings)

    def with_ranker(self, ranker: Ranker) -> Recipe:
        """Return the recipe with another blend."""
        return replace(self, ranker=ranker)


def default_recipe(sessions: Sessions) -> Recipe:
    """Return the recipe for a shop whose log is too short to choose from."""
    span = float(sessions.ended_at[-1] - sessions.ended_at[0]) if len(sessions) > 1 else 0.0
    span = max(span, 1.0)
    return Recipe(Settings(half_life=span), span * 0.03, 120, 60, default_ranker())
