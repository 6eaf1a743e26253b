"""A trial of the hybrid ranker: taught on one half of the latest acts, examined on the other.

Its base models never saw these acts. It may serve only if it orders candidates better than the
hand-set blend, and than every source by itself, beyond doubt; and no worse than the ranker that
serves already, on what that one has not seen either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from tailorbird.predict.hybrid.answers import slates
from tailorbird.predict.hybrid.click_model import by_model
from tailorbird.predict.hybrid.examination import EVEN, Examination, by_luck
from tailorbird.predict.hybrid.fitting import Lesson
from tailorbird.predict.hybrid.impressions import impressions
from tailorbird.predict.hybrid.lessons import acts_since, lesson
from tailorbird.predict.hybrid.marks import Floats, HybridMark, gains_of, marks_of
from tailorbird.predict.hybrid.mixing import (
    LEAST_ANSWERS,
    Asked,
    Taught,
    chosen_share,
    fit_mixed,
)
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.hybrid.seen import shapes_of
from tailorbird.predict.outcomes import TrainingDecision
from tailorbird.predict.predictor import Predictor, Trained
from tailorbird.predict.registry.card import Verdict
from tailorbird.predict.registry.drift import Shape
from tailorbird.predict.registry.gate import judged_by
from tailorbird.predict.training import Diary

METRIC = "hybrid ndcg@20"
MOST_LOST = 0.01
"""Points of NDCG that a ranker may lose against the one that serves, however wide the interval."""
_MOST_ACTS = 16_000
_MOST_LISTS = 16_000
_LEAST = 400
_HALF = 0.5


class Champion(NamedTuple):
    """The ranker that serves, and until when what it learned from reaches, in ms since 1970."""

    hybrid: Hybrid
    until_ms: int


class Learned(NamedTuple):
    """What a ranker was taught on.

    Attributes:
        nexts: acts with what came next.
        answers: acts on items that were shown, each counted once, whatever it weighs.
        share: of all weight that the answers have.
        examination: how many people look at each place, and how that is known.
        why: in words.
    """

    nexts: int
    answers: int
    share: float
    examination: Examination
    why: str


class HybridTrial(NamedTuple):
    """What came of a trial.

    Attributes:
        hybrid: the ranker, if it may serve.
        reason: in words.
        marks: of the hybrid, the blend and the parts; empty where nothing was examined.
        acts: how many were asked in the examination.
        verdict: how it does against the ranker that serves; None where there was none to compare.
        learned: what it was taught on; None where nothing was learned.
        shapes: how its inputs and scores were spread over the examination.
    """

    hybrid: Hybrid | None
    reason: str
    marks: tuple[HybridMark, ...] = ()
    acts: int = 0
    verdict: Verdict | None = None
    learned: Learned | None = None
    shapes: tuple[Shape, ...] = ()


def tried_hybrid(
    diary: Diary,
    twin: Trained,
    since_s: float,
    rng: np.random.Generator,
    *,
    decisions: Iterable[TrainingDecision] = (),
    champion: Champion | None = None,
) -> HybridTrial:
    """Return a ranker for these models, and how well one of its kind did.

    Args:
        diary: all that is known.
        twin: models of what was known before `since_s`, with the standings of that time.
        since_s: acts from here on are asked.
        rng: luck of learning and of intervals.
        decisions: of the journal: what was shown.
        champion: the ranker that serves.

    Raises:
        ModelsMissing: LightGBM is not installed.
    """
    acts = acts_since(diary, since_s)
    if len(acts) < _LEAST:
        return HybridTrial(None, f"{len(acts)} acts of people with a past; {_LEAST} are needed")
    chosen = np.linspace(0, len(acts) - 1, min(len(acts), _MOST_ACTS)).astype(np.int64)
    predictor = Predictor(lambda: round(since_s * 1000))
    predictor.adopt(twin)
    predictor.settle()
    asked = [
        Asked(act.at_s, lesson(predictor, act))
        for act in (acts[number] for number in chosen.tolist())
    ]
    seed = int(rng.integers(0, 2**31))
    taught = _taught(diary, predictor, asked, decisions, since_s, seed)
    cut_s = asked[int(len(asked) * _HALF)].at_s
    return _examined(taught, cut_s, champion, seed, rng)


def _taught(
    diary: Diary,
    predictor: Predictor,
    asked: Sequence[Asked],
    decisions: Iterable[TrainingDecision],
    since_s: float,
    seed: int,
) -> Taught:
    """Return all that a ranker can be taught on; examination is told from the whole journal."""
    shown = impressions(decisions, diary)
    late = [one for one in shown if one.at_s >= since_s]
    known = slates(predictor, diary, late, _MOST_LISTS)
    found = by_luck(shown)
    if found is None:
        found = by_model(known, seed)
    return Taught(asked, known, EVEN if found is None else found)


def _examined(
    taught: Taught, cut_s: float, champion: Champion | None, seed: int, rng: np.random.Generator
) -> HybridTrial:
    older, newer = taught.before(cut_s), taught.since(cut_s)
    share = chosen_share(older, seed)
    model = fit_mixed(older, share, seed)
    nexts = newer.nexts
    if model is None or not nexts:
        return HybridTrial(None, "too few acts whose item was among the candidates")
    marks = marks_of(model, nexts, rng)
    ahead = [mark for mark in marks if mark.behind is not None and mark.behind.high >= 0.0]
    if ahead:
        names = ", ".join(mark.name for mark in ahead)
        return HybridTrial(None, f"not better beyond doubt than: {names}", marks, len(nexts))
    final = fit_mixed(taught, share, seed)
    if final is None:
        return HybridTrial(None, "too few acts whose item was among the candidates")
    return HybridTrial(
        final,
        "better than the blend and every source",
        marks,
        len(nexts),
        _against(champion, model, newer, rng),
        _learned(taught, older, share),
        shapes_of(final, nexts),
    )


def _against(
    champion: Champion | None, model: Hybrid, newer: Taught, rng: np.random.Generator
) -> Verdict | None:
    """Compare with the ranker that serves, on acts that neither has seen."""
    if champion is None:
        return None
    unseen = newer.since(champion.until_ms / 1000).nexts
    return judged_by(METRIC, _gains(model, unseen), _gains(champion.hybrid, unseen), MOST_LOST, rng)


def _gains(model: Hybrid, lessons: Sequence[Lesson]) -> Floats:
    found: Floats = gains_of([model.scores(one.candidates.rows) for one in lessons], lessons)[1]
    return found


def _learned(taught: Taught, older: Taught, share: float) -> Learned:
    answers = len(taught.answers)
    why = "both, as the newest third of what it was taught on had it best"
    if not share:
        few = len(older.answers) < LEAST_ANSWERS
        why = "next items only: "
        why += f"{answers} acts on what was shown are too few" if few else "answers did not help"
    return Learned(len(taught.asked), answers if share else 0, share, taught.examination, why)
