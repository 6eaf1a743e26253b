"""Answers to what was shown, as lessons: who took an item passed over the others on the screen.

A click on an item in a place that few people look at tells more than one in the first place: it is
counted for all who would have clicked, had they looked. Each act becomes a question of its own,
whose right answer is the item that was acted on, weighed by one over the share of people who look
at its place (T. Joachims, A. Swaminathan, T. Schnabel: Unbiased learning-to-rank with biased
feedback. WSDM 2017). So weighed, the sum over acts is on average what it would have been, had
everybody looked at everything. Weights are clipped: a little bias for much less noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.hybrid.describing import Described
from tailorbird.predict.hybrid.examination import Examination
from tailorbird.predict.hybrid.fitting import Lesson
from tailorbird.predict.hybrid.impressions import LEAST_SEEN_AT_ONCE, Impression
from tailorbird.predict.hybrid.lessons import described_at, moments_of
from tailorbird.predict.outcomes import ADDED, CLICKED, DISMISSED, ORDERED
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.training import Diary

CLIP = 10.0
"""No act counts for more than so many."""
WORTH = {DISMISSED: 1.0, CLICKED: 1.0, ADDED: 2.0, ORDERED: 3.0}
"""How much an act says; a dismissal says it against the item."""


class Slate(NamedTuple):
    """An impression with what was known of its items when it was shown.

    Attributes:
        shown: the list.
        places: int64[m], which of its items were candidates and on the screen.
        rows: float64[m, columns], what the ranker knew of these.
    """

    shown: Impression
    places: NDArray[np.int64]
    rows: NDArray[np.float64]


def slates(
    predictor: Predictor, diary: Diary, shown: Sequence[Impression], most: int
) -> list[Slate]:
    """Return impressions, described; those left out of which fewer than two items could be.

    Args:
        predictor: models that never saw what came of them.
        diary: what people did before.
        shown: by time.
        most: how many to describe; of more, an even sample.
    """
    kept = np.linspace(0, len(shown) - 1, min(len(shown), most)).astype(np.int64)
    by_person: dict[str, list[Impression]] = {}
    for number in kept.tolist():
        by_person.setdefault(shown[number].person, []).append(shown[number])
    lives = diary.lives()
    found = []
    for person, own in by_person.items():
        moments = moments_of(lives.get(person, ()), [one.at_s for one in own])
        for one, (session, past) in zip(own, moments, strict=True):
            described = described_at(predictor, one.at_s, session, past)
            slate = _slate(one, described)
            if len(slate.places) >= LEAST_SEEN_AT_ONCE:
                found.append(slate)
    return sorted(found, key=lambda one: (one.shown.at_s, one.shown.person))


def lessons_of(known: Sequence[Slate], examination: Examination) -> list[Lesson]:
    """Return a lesson for each act on an item that was shown.

    Args:
        known: what was shown.
        examination: how many look at each place.
    """
    return [one for slate in known for one in _lessons(slate, examination)]


def weight_of(looked_at: float) -> float:
    """Return for how many people one act counts, where a share of them looks at that place."""
    return min(1.0 / max(looked_at, 1e-9), CLIP)


def _lessons(slate: Slate, examination: Examination) -> list[Lesson]:
    shown, places = slate.shown, slate.places
    codes = shown.codes[places]
    candidates = Described(codes, np.zeros(len(codes), np.int8), slate.rows)
    looked_at = examination.of(shown.placement, shown.positions[places])
    return [
        Lesson(
            candidates,
            int(codes[place]),
            WORTH[grade] * weight_of(float(looked_at[place])),
            liked=grade != DISMISSED,
        )
        for place, grade in enumerate(shown.grades[places].tolist())
        if grade in WORTH
    ]


def _slate(shown: Impression, described: Described) -> Slate:
    row_of = {code: row for row, code in enumerate(described.codes.tolist())}
    rows = [row_of.get(code, -1) for code in shown.codes.tolist()]
    found = np.array(rows, np.int64)
    places = np.flatnonzero((found >= 0) & shown.seen)
    return Slate(shown, places, described.rows[found[places]])
