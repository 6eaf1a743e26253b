"""Choosing a creative for a content placement: the one whose facets the person leans to most."""

from __future__ import annotations

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Creative
from tailorbird.decide.reasons import leaning_words
from tailorbird.predict.sessions import Vocabulary
from tailorbird.spine.facets import Spell


def best_creative(
    creatives: tuple[Creative, ...], here: Moment, facets: Vocabulary, spell: Spell = str.title
) -> tuple[Creative, str, bool] | None:
    """Return the creative, why, and whether that is personal; None when there are none.

    Where nothing matches, the first one stands: the order of the configuration is the default.
    """
    if not creatives:
        return None
    pulls = dict(zip(here.facets.tolist(), here.pulls.tolist(), strict=True))
    best: tuple[float, Creative, str] | None = None
    for creative in creatives:
        for facet in creative.facets:
            pull = pulls.get(facets.codes.get(facet, -1), 0.0)
            if pull > 0 and (best is None or pull > best[0]):
                best = (pull, creative, _why(facet, here, spell))
    if best is None:
        return creatives[0], "Shown to everybody", False
    return best[1], best[2], True


def _why(facet: str, here: Moment, spell: Spell) -> str:
    """Name the leaning, but not one that is only lent: somebody else may sit there."""
    own = {} if here.profile is None else here.profile.facets
    if here.loan is not None and facet not in own:
        return "Matches your taste"
    return leaning_words(facet, spell)
