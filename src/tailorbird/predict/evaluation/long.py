"""How well long pasts foretell: the last item of everybody, ranked against all that they had not.

Settings of every method, the product's and the others', are chosen on the step before the last,
which is part of what is learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.collaborative import Collaborative
from tailorbird.predict.collaborative_fitting import (
    ASKED,
    chosen,
    cosines,
    fitted,
    spread,
    without_last,
)
from tailorbird.predict.evaluation.als import SHAPES, fit_als
from tailorbird.predict.evaluation.metrics import Measured, bootstrapped
from tailorbird.predict.evaluation.readers import Exam
from tailorbird.predict.floors import Bestsellers
from tailorbird.predict.ranked import Recommender
from tailorbird.predict.sessions import Codes, Sessions

AT = 10
OWN = "collaborative"
_SHRINKAGES = (0.0, 5.0, 20.0)
_HALF_LIVES = (1.0, 3.0, 1000.0)

Told = Callable[[str], None]
Made = tuple[str, Recommender]


class LongMark(NamedTuple):
    """One line of the result, with 95 % intervals.

    Attributes:
        name: of the method.
        settings: in words, as chosen.
        recall: share of last items among the first ten.
        ndcg: mean of 1 / log2(place + 1), 0 beyond the tenth.
        lead: recall less the product's own on the same people; None for the product itself.
    """

    name: str
    settings: str
    recall: Measured
    ndcg: Measured
    lead: Measured | None


def examined_long(
    exam: Exam, rng: np.random.Generator, seed: int, told: Told
) -> Iterator[LongMark]:
    """Yield the marks of collaborative filtering, then of the methods that it must beat."""
    own: NDArray[np.float64] | None = None
    for name, make in (
        (OWN, _collaborative),
        ("ALS", lambda train, items: _als(train, items, seed)),
        ("item-kNN", _item_knn),
        ("popularity", _popularity),
    ):
        told(name)
        settings, model = make(exam.train, len(exam.vocabulary))
        gains = _gains(model, exam)
        lead = None if own is None else bootstrapped((gains[0] - own)[None, :], rng)[0]
        own = gains[0] if own is None else own
        recall, ndcg = bootstrapped(gains, rng)
        yield LongMark(name, settings, recall, ndcg, lead)


def _collaborative(train: Sessions, items: int) -> Made:
    found = chosen(train, items)
    words = f"ridge {found.ridge:g}, half-life {found.half_life:g} steps"
    return words, fitted(train, items, found)


def _als(train: Sessions, items: int, seed: int) -> Made:
    asked, head = _tail(train)
    best = max(
        SHAPES, key=lambda shape: _mean_ndcg(fit_als(head, items, shape, seed), train, asked)
    )
    return f"{best.factors} factors, alpha {best.alpha:g}", fit_als(train, items, best, seed)


def _item_knn(train: Sessions, items: int) -> Made:
    asked, head = _tail(train)
    tried = {
        (shrinkage, half_life): _mean_ndcg(Collaborative(neighbors, half_life), train, asked)
        for shrinkage in _SHRINKAGES
        for neighbors in (cosines(head, items, shrinkage),)
        for half_life in _HALF_LIVES
    }
    shrinkage, half_life = max(tried, key=tried.__getitem__)
    words = f"shrinkage {shrinkage:g}, half-life {half_life:g} steps"
    return words, Collaborative(cosines(train, items, shrinkage), half_life)


def _popularity(train: Sessions, items: int) -> Made:  # noqa: ARG001 - one of four of a kind
    return "", Bestsellers.of(train)


def _tail(train: Sessions) -> tuple[NDArray[np.int64], Sessions]:
    asked = spread(np.flatnonzero(train.lengths > 2), ASKED)
    return asked, without_last(train, asked)


def _mean_ndcg(model: Recommender, train: Sessions, asked: NDArray[np.int64]) -> float:
    rows = (train[number] for number in asked.tolist())
    ranks = np.array([_rank(model, row[:-1], int(row[-1])) for row in rows])
    return float(np.where(ranks < AT, 1.0 / np.log2(ranks + 2.0), 0.0).mean())


def _gains(model: Recommender, exam: Exam) -> NDArray[np.float64]:
    """Return float64[2, people]: hits, and 1 / log2(place + 1)."""
    asked = exam.questions
    ranks = np.array(
        [
            _rank(model, asked.items[begin:end], int(asked.items[end]))
            for begin, end in zip(asked.begin, asked.end, strict=True)
        ]
    )
    hits = np.where(ranks < AT, 1.0, 0.0)
    return np.stack([hits, hits / np.log2(ranks + 2.0)])


def _rank(model: Recommender, past: Codes, answer: int) -> float:
    """Return the place of the answer among what the person had not, 0 first."""
    codes = model.recommend(past, AT + len(past)).codes
    fresh = codes[~np.isin(codes, past)][:AT]
    place = np.flatnonzero(fresh == answer)
    return float(place[0]) if len(place) else np.inf
