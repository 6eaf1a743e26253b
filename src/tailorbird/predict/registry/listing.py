"""The versions as they are listed: to people, programs and whoever keeps watch."""

from __future__ import annotations

from tailorbird.predict.model_files import ModelMissing
from tailorbird.predict.registry.card import Card, Listed, Status
from tailorbird.predict.registry.ports import Registered
from tailorbird.spine.clock import format_time


def listed(store: Registered) -> list[Listed]:
    """Return every version, oldest first, with what it is now and what was done with it."""
    acts = store.acts()
    return [
        Listed(
            name=card.name,
            status=status,
            serving=status is Status.CHAMPION,
            trained_at=format_time(card.trained_at_ms) if card.trained_at_ms else None,
            window=card.window,
            lineage=card.lineage,
            metrics=card.metrics,
            verdict=card.verdict,
            facts=card.facts,
            acts=tuple(one for one in acts if one.version == card.name),
            ranker=_ranker(card),
        )
        for card in store.cards()
        for status in (store.status(card.name),)
    ]


def _ranker(card: Card) -> str | None:
    if card.has_hybrid:
        return "hybrid"
    return "weights" if card.has_next_item else None


def one_of(store: Registered, name: str) -> Listed:
    """Return one version.

    Raises:
        ModelMissing: there is none by that name; names those that there are.
    """
    found = {one.name: one for one in listed(store)}
    if name not in found:
        there = ", ".join(found) or "none"
        raise ModelMissing(f"There is no version {name!r}; there are: {there}")
    return found[name]
