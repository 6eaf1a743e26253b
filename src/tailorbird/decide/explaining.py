"""Explaining an answer to the shop: scores, sources, and what was left out and why."""

from __future__ import annotations

from typing import Any

import msgspec

from tailorbird.decide.moment import Moment
from tailorbird.decide.navigating import Place
from tailorbird.decide.placements import Source
from tailorbird.decide.slate import Slate
from tailorbird.decide.wire import ExplainedItem, RejectedCandidate, ShownItem
from tailorbird.links.lending import LentBy, lent_by
from tailorbird.predict.predictor import Predictor
from tailorbird.spine.ids import ItemId

_MOST_REJECTED = 20


def explained(
    item: ShownItem, place: int, found: Slate, predictor: Predictor, here: Moment
) -> ExplainedItem:
    """Return an item with its score, each source's part in it, and the leaning that lifted it.

    Where that leaning is only lent, it says by whom and why.
    """
    facet, pool = found.facets[place], found.pool
    mine = pool.codes == found.codes[place]
    parts: dict[str, float] = {}
    for source, weight in zip(pool.sources[mine], pool.weights[mine], strict=True):
        name = Source(int(source)).name.lower()
        parts[name] = round(parts.get(name, 0.0) + float(weight), 4)
    leaning = predictor.table.facets.ids[facet] if facet >= 0 else None
    return ExplainedItem(
        **msgspec.structs.asdict(item),
        score=round(found.scores[place], 4),
        source=Source(found.sources[place]).name.lower(),
        sources=parts,
        facet=leaning,
        lent=_lent(leaning, here) or msgspec.UNSET,
    )


def _lent(facet: str | None, here: Moment) -> LentBy | None:
    if here.loan is None:
        return None
    return lent_by(here.loan, facet, {} if here.profile is None else here.profile.facets)


def explained_place(place: Place) -> dict[str, Any]:
    """Return what a category's place rests on, as fields of an explained item."""
    return {
        "explore": False,
        "score": round(place.score, 4),
        "source": place.source.name.lower(),
        "sources": place.parts,
        "facet": None,
    }


def rejected(found: Slate, predictor: Predictor) -> tuple[RejectedCandidate, ...]:
    """Return the best-weighed candidates that were not shown, each with its reason."""
    shown = set(found.codes)
    table, pool = predictor.table, found.pool
    reasons: dict[int, str] = {}
    for place in (-pool.weights).argsort().tolist():
        code = int(pool.codes[place])
        if code in shown or code in reasons:
            continue
        name = ItemId(table.items.ids[code])
        if not table.available[code]:
            reasons[code] = "out of stock"
        else:
            reasons[code] = found.banned.get(name, "ranked lower, or over a cap")
        if len(reasons) == _MOST_REJECTED:
            break
    return tuple(
        RejectedCandidate(id=table.items.ids[code], reason=why) for code, why in reasons.items()
    )
