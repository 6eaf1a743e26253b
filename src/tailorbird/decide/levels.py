"""How personal an answer is, level by level, and the rules that say so."""

from __future__ import annotations

from enum import StrEnum

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Source
from tailorbird.decide.slate import Slate

_PERSONAL = sum(
    1 << source
    for source in (
        *(Source.SESSION, Source.COLLABORATIVE, Source.COMPLEMENT),
        *(Source.SIMILAR, Source.AFFINITY),
    )
)


class Level(StrEnum):
    """How personal an answer is, from the best to the last resort."""

    PERSONAL = "personal"
    SESSION = "session"
    SEGMENT = "segment"
    LAST_KNOWN = "last_known"
    BESTSELLERS = "bestsellers"


def level_of(here: Moment, found: Slate) -> Level:
    """Return how personal a slate is.

    Personal: there is a history beyond this visit, and it or the visit was used. Session: only
    this visit was used. Segment: only where the visitor came from or the page's category.
    """
    if not here.generic and found.spoke & _PERSONAL:
        return Level.PERSONAL if has_history(here) else Level.SESSION
    if not here.generic and (here.category >= 0 or here.channel is not None):
        return Level.SEGMENT
    return Level.BESTSELLERS


def has_history(here: Moment) -> bool:
    """Return whether more is known of a person than this visit: an order, or an earlier day."""
    profile = here.profile
    if profile is None:
        return False
    if profile.orders.kept or profile.orders.older:
        return True
    beyond = len(profile.touches) > len(here.session_ids) or (
        len(profile.touches) > 0 and not len(here.session)
    )
    return beyond and len(profile.presence.days) > 1
