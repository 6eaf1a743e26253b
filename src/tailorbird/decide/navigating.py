"""Navigation: categories in a visitor's order, by what they lean to and what they are after now.

A category's score is the sum of
- its place in the shop's own order, which counts half as much as the strongest wish,
- `weights.affinity` times how much the visitor leans to it,
- `weights.session` times how much of this visit is about it: the share of what was looked at (the
  latest counts most) and of what usually comes next, and the subject of the visit with its
  confidence,
- `weights.popular` times its share of what is in front.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.moment import Moment
from tailorbird.decide.placements import Placement, Source
from tailorbird.decide.reasons import leaning_words, reason
from tailorbird.predict.board import Ladder
from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.predictor import Predictor
from tailorbird.profile.intent import intent
from tailorbird.spine.facets import category_path

Floats = NDArray[np.float64]
Title = Callable[[int], str]
"""Returns what the item of a code is called."""

_SHOP_ORDER = 0.5
_LATEST = 0.7  # of the visit, each earlier item counts so much of the one after it
_ABOUT = ("visit", "next", "subject")
_SHARES = (0.4, 0.2, 0.4)
_WITHIN = " > "


class Place(NamedTuple):
    """A category in its place.

    Attributes:
        name: as the shop wrote it.
        score: what it is placed by.
        source: what said most for it.
        parts: of the score, by name.
        reason: in words.
    """

    name: str
    score: float
    source: Source
    parts: dict[str, float]
    reason: str


def navigated(
    placement: Placement,
    here: Moment,
    coming: Ladder,
    predictor: Predictor,
    names: Sequence[str],
    title: Title,
) -> list[Place]:
    """Return categories, best first; one named twice comes once.

    Args:
        placement: its weights.
        here: who, and where.
        coming: what may come next in this visit.
        predictor: the models that serve now.
        names: category paths, in the shop's order.
        title: what an item is called.
    """
    wanted = list(dict.fromkeys(names))
    table, weights = predictor.table, placement.weights
    facets = _facets(wanted, table)
    own = _SHOP_ORDER / np.sqrt(np.arange(1, len(wanted) + 1))
    popular = _shares(predictor.leaders.popular.codes, None, facets, table) * weights.popular
    leaning, about = np.zeros(len(wanted)), np.zeros((len(_ABOUT), len(wanted)))
    if not here.generic:
        leaning = _leanings(here, facets) * weights.affinity
        about = _about(here, coming, facets, wanted, table) * weights.session
    visit = about.sum(axis=0)
    totals = own + leaning + visit + popular
    order = np.argsort(-totals, kind="stable").tolist()
    made = []
    for at in order:
        parts = {
            Source.SHOP: float(own[at]),
            Source.AFFINITY: float(leaning[at]),
            Source.SESSION: float(visit[at]),
            Source.POPULAR: float(popular[at]),
        }
        source = _spoke(parts)
        said = _words(source, wanted[at], int(facets[at]), here, table, title)
        told = {one.name.lower(): round(part, 4) for one, part in parts.items() if part}
        made.append(Place(wanted[at], float(totals[at]), source, told, said))
    return made


def not_theirs(name: str) -> Place:
    """Return a category that is not for the account of whoever asks."""
    return Place(name, 0.0, Source.NOT_THEIRS, {}, reason(Source.NOT_THEIRS, None, None, None))


def _spoke(parts: dict[Source, float]) -> Source:
    """Return what moved a category most, beside where the shop has put it."""
    moved = max((one for one in parts if one is not Source.SHOP), key=lambda one: parts[one])
    return moved if parts[moved] > 0 else Source.SHOP


def _facets(names: Sequence[str], table: ItemTable) -> NDArray[np.int64]:
    """Return int64[n], the facet of each category; -1 for one that no item is in."""
    codes = table.facets.codes
    return np.array(
        [codes.get(f"category:{_WITHIN.join(category_path(one))}", -1) for one in names], np.int64
    )


def _leanings(here: Moment, facets: NDArray[np.int64]) -> Floats:
    pulls = dict(zip(here.facets.tolist(), here.pulls.tolist(), strict=True))
    return np.array([pulls.get(facet, 0.0) for facet in facets.tolist()])


def _about(
    here: Moment,
    coming: Ladder,
    facets: NDArray[np.int64],
    names: Sequence[str],
    table: ItemTable,
) -> Floats:
    """Return float64[3, n], what this visit says: looked at, what comes next, its subject."""
    latest = here.session[::-1]
    fading = _LATEST ** np.arange(len(latest))
    subject = np.zeros(len(names))
    if here.profile is not None and len(latest):
        found = intent(here.profile, here.now_ms)
        if found.subject is not None and found.subject.category is not None:
            about = found.subject.category
            of_it = [_is_within(about, _WITHIN.join(category_path(one))) for one in names]
            subject = np.array(of_it, np.float64) * found.confidence
    return np.stack(
        [
            _SHARES[0] * _shares(latest, fading, facets, table),
            _SHARES[1] * _shares(coming.codes, coming.scores, facets, table),
            _SHARES[2] * subject,
        ]
    )


def _shares(
    codes: NDArray[np.int32],
    weights: NDArray[np.floating] | None,
    facets: NDArray[np.int64],
    table: ItemTable,
) -> Floats:
    """Return float64[n], which share of some items' weight is in each category."""
    if not len(codes):
        return np.zeros(len(facets))
    counted = np.ones(len(codes)) if weights is None else np.asarray(weights, np.float64)
    rows = table.facet_codes[codes]
    sums = np.zeros(len(table.facets) + 1)
    np.add.at(sums, rows.ravel(), np.repeat(counted, rows.shape[1]))
    sums[-1] = 0.0  # where items had no facet
    shares: Floats = sums[facets] / counted.sum()
    return shares


def _is_within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}{_WITHIN}")


def _words(
    source: Source, name: str, facet: int, here: Moment, table: ItemTable, title: Title
) -> str:
    if source is Source.AFFINITY:
        return leaning_words(f"category:{_WITHIN.join(category_path(name))}")
    anchor = None
    if source is Source.SESSION:
        for code in here.session[::-1].tolist():
            if facet >= 0 and (table.facet_codes[code] == facet).any():
                anchor = title(code)
                break
    return reason(source, anchor, None, None)
