"""Learning from what was shown, examined on a generated shop whose truth is known.

Two questions. Is the share of people who look at each place found again? And does a ranker that
allows for it order candidates better, by their true appeal, than one that takes clicks as they are?
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tailorbird.predict.evaluation.generated_exposures import (
    LOOKED_AT,
    PLACES,
    Context,
    Floats,
    generated,
)
from tailorbird.predict.evaluation.metrics import Measured, bootstrapped
from tailorbird.predict.hybrid.answers import slates
from tailorbird.predict.hybrid.click_model import by_model
from tailorbird.predict.hybrid.examination import EVEN, Examination, by_luck
from tailorbird.predict.hybrid.impressions import impressions
from tailorbird.predict.hybrid.lessons import acts_since, lesson
from tailorbird.predict.hybrid.marks import BLEND_WEIGHTS, blended
from tailorbird.predict.hybrid.mixing import Asked, Taught, chosen_share, fit_mixed

TAUGHT = 0.6
_MOST = 16_000
_MOST_ACTS = 8_000
_AS_THEY_ARE = "clicks as they are"


class PlaceMark(NamedTuple):
    """A place of the list: how many truly look at it, and what was told; NaN where nothing was."""

    place: int
    true: float
    by_luck: float
    by_model: float


class RankerMark(NamedTuple):
    """How well a ranker orders candidates by their true appeal.

    Attributes:
        name: what it learned from.
        ndcg: of the first twelve of all candidates.
        ahead: of the ranker that takes clicks as they are, on the same moments.
    """

    name: str
    ndcg: Measured
    ahead: Measured


class ExposureExam(NamedTuple):
    """What was found.

    Attributes:
        lists, clicks: how many were shown, and made.
        moments: how many the rankers were asked about.
        share: of all weight that answers were given when mixed with next items.
        places: examination, told and true.
        rankers: by true appeal.
    """

    lists: int
    clicks: int
    moments: int
    share: float
    places: tuple[PlaceMark, ...]
    rankers: tuple[RankerMark, ...]


def examine_exposures(
    shoppers: int, rng: np.random.Generator, *, luck: bool = True
) -> ExposureExam:
    """Generate a shop's past, learn from three fifths of its lists, and be asked about the rest.

    Args:
        shoppers: how many there are.
        rng: luck of all of it.
        luck: whether the shop puts an item drawn by luck into each list.

    Raises:
        ModelsMissing: LightGBM is not installed.
    """
    world = generated(shoppers, rng, luck=luck)
    seed = int(rng.integers(0, 2**31))
    shown = impressions(world.decisions, world.diary)
    known = slates(world.predictor, world.diary, shown, _MOST)
    cut_s = known[int(len(known) * TAUGHT)].shown.at_s
    told = by_luck([one for one in shown if one.at_s < cut_s])
    early = [one for one in known if one.shown.at_s < cut_s]
    modeled = by_model(early, seed)
    acts = [act for act in acts_since(world.diary, world.since_s) if act.at_s < cut_s]
    asked = [Asked(act.at_s, lesson(world.predictor, act)) for act in acts[:_MOST_ACTS]]
    taught = Taught(asked, early, told or modeled or EVEN)
    share = chosen_share(taught, seed)
    contexts = [one for one in world.contexts if one.at_s >= cut_s]
    return ExposureExam(
        len(shown),
        int(sum(one.acted.sum() for one in shown)),
        len(contexts),
        share,
        _places(told, modeled),
        _rankers(taught, (told, modeled), (share, seed), contexts, rng),
    )


def _places(told: Examination | None, modeled: Examination | None) -> tuple[PlaceMark, ...]:
    numbers = np.arange(1, PLACES + 1)
    nothing = np.full(PLACES, np.nan)
    curves = [nothing if one is None else one.of("", numbers) for one in (told, modeled)]
    return tuple(
        PlaceMark(place, true, lucky, model)
        for place, true, lucky, model in zip(
            numbers.tolist(), LOOKED_AT.tolist(), *(one.tolist() for one in curves), strict=True
        )
    )


def _rankers(
    taught: Taught,
    told: tuple[Examination | None, Examination | None],
    share_and_seed: tuple[float, int],
    contexts: list[Context],
    rng: np.random.Generator,
) -> tuple[RankerMark, ...]:
    share, seed = share_and_seed
    lucky, modeled = told
    truth = Examination("true", {"": LOOKED_AT}, 0)
    ways = {
        _AS_THEY_ARE: (EVEN, 1.0),
        "clicks, corrected by luck": (lucky, 1.0),
        "clicks, corrected by a click model": (modeled, 1.0),
        "clicks, corrected by the truth": (truth, 1.0),
        "next items": (EVEN, 0.0),
        "next items and corrected clicks": (taught.examination, share),
    }
    orders: dict[str, Callable[[Floats], Floats]] = {
        "default weights": lambda rows: blended(rows, BLEND_WEIGHTS)
    }
    for name, (examination, weight) in ways.items():
        if examination is not None:
            model = fit_mixed(taught._replace(examination=examination), weight, seed)
            if model is not None:
                orders[name] = model.scores
    gains = {name: _gains(order, contexts) for name, order in orders.items()}
    return tuple(
        RankerMark(name, *bootstrapped(np.stack([own, own - gains[_AS_THEY_ARE]]), rng))
        for name, own in gains.items()
    )


def _gains(order: Callable[[Floats], Floats], contexts: list[Context]) -> Floats:
    """Return float64[moments]: true appeal of the first twelve, discounted, against the best."""
    discount = 1.0 / np.log2(np.arange(2, PLACES + 2))
    found = []
    for one in contexts:
        first = np.argsort(-order(one.candidates.rows), kind="stable")[:PLACES]
        ideal = np.sort(one.appeal)[::-1][:PLACES]
        found.append((one.appeal[first] @ discount) / (ideal @ discount))
    return np.array(found)
