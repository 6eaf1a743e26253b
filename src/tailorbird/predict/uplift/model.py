"""The uplift model of a treatment: whom it moves how much, by decile, as a trial has shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.model_files import read_parts, write_parts
from tailorbird.predict.registry.card import Lineage, Measurement, Verdict
from tailorbird.predict.uplift.boosting import Boosted
from tailorbird.predict.uplift.curves import Decile
from tailorbird.predict.uplift.learners import (
    Effect,
    Learner,
    cross_fitted,
    fitted,
    robust_scores,
)
from tailorbird.predict.uplift.reading import (
    DEFAULT,
    UpliftReading,
    calibrated,
    read_trial,
    slope_of,
)
from tailorbird.predict.uplift.trial import Trial
from tailorbird.spine.clock import format_time

KIND = "uplift"
Floats = NDArray[np.float64]


class UpliftDecile(msgspec.Struct, frozen=True, rename="camel"):
    """A tenth of the people by predicted uplift; 1 has the highest.

    Attributes:
        decile: 1 to 10.
        least: the least predicted effect in it.
        predicted: mean predicted effect.
        treated_rate, held_out_rate: mean outcome by arm in the trial.
        measured, low, high: the measured effect with its 95 % interval.
        people: how many of the trial.
    """

    decile: int
    least: float
    predicted: float
    treated_rate: float
    held_out_rate: float
    measured: float
    low: float
    high: float
    people: int


class Uplift(NamedTuple):
    """What a model says of one person: the expected effect, and the decile it falls into."""

    effect: float
    decile: int


class Tail(msgspec.Struct, frozen=True, rename="camel"):
    """How a twin did that was learned without the newest people, on those.

    Attributes:
        people: how many; their exposures lie in [since_ms, until_ms].
        since_ms, until_ms: in ms since 1970.
        qini, average: of the twin's order, and of the treatment, with 95 % intervals.
    """

    people: int
    since_ms: int
    until_ms: int
    qini: Measurement
    average: Measurement


class UpliftCard(msgspec.Struct, frozen=True, rename="camel"):
    """What is known of a version: where it comes from, and how good it is.

    Attributes:
        name: the version, such as `uplift:cart_offer@2026-11-20T02-00-00`.
        treatment: what was tried.
        outcome: what it was to change.
        features: the names, in the order in which `predict` wants them.
        learner: T, X or DR.
        people: in the trial.
        since_ms, until_ms: the window of the trial's exposures.
        average, average_low, average_high: effect on everybody.
        qini, qini_low, qini_high: of the ordering.
        slope: how much of the predicted differences was found to be so.
        center: the mean of the learner's raw guesses of people whom it had not seen.
        varies: whether effects differ among people as far as can be told.
        trained_at_ms, trained_offset: when, and up to where of the log.
        left_out: people who were not learned from, by reason.
        tail: how a twin did on the newest people; None where there were too few.
        verdict: what the gate said; None for a table.
        lineage: where it comes from; None for a table.
    """

    name: str
    treatment: str
    outcome: str
    features: tuple[str, ...]
    learner: str
    people: int
    since_ms: int
    until_ms: int
    average: float
    average_low: float
    average_high: float
    qini: float
    qini_low: float
    qini_high: float
    slope: float
    center: float
    varies: bool
    trained_at_ms: int = 0
    trained_offset: int = 0
    left_out: dict[str, int] = {}
    tail: Tail | None = None
    verdict: Verdict | None = None
    lineage: Lineage | None = None


class Tried(NamedTuple):
    """What a trial was of: the treatment, the outcome, and the window of its exposures."""

    treatment: str
    outcome: str
    since_ms: int = 0
    until_ms: int = 0


class UpliftModel:
    """Predicts the effect of one treatment on people."""

    def __init__(self, card: UpliftCard, deciles: Sequence[UpliftDecile], effect: Effect) -> None:
        self.card = card
        self.deciles = tuple(deciles)
        self._effect = effect
        self._least = np.array([one.least for one in self.deciles[:-1]])

    def with_card(self, card: UpliftCard) -> UpliftModel:
        """Return the same model under another card."""
        return UpliftModel(card, self.deciles, self._effect)

    def effects(self, features: Floats) -> Floats:
        """Return float64[n], the expected change of the outcome by the treatment.

        Args:
            features: float64[n, d], as `card.features` names them, known before the treatment.
        """
        raw = self._effect.guess(features)
        return np.asarray(
            self.card.average + self.card.slope * (raw - self.card.center), dtype=np.float64
        )

    def predict(self, features: Floats) -> list[Uplift]:
        """Return everybody's effect and decile; without proven differences, all in decile 1."""
        effects = self.effects(features)
        places = (effects[:, None] < self._least[None, :]).sum(axis=1) + 1
        if not self.card.varies:
            places = np.ones(len(effects), np.int64)
        return [Uplift(float(one), int(at)) for one, at in zip(effects, places, strict=True)]

    def save(self, folder: Path) -> None:
        """Write the model to a folder, whole or not at all."""
        trees = [*self._effect.plus, *self._effect.minus]
        arrays = {
            f"tree_{number}": np.frombuffer(one.text().encode(), dtype=np.uint8)
            for number, one in enumerate(trees)
        }
        facts = {
            "card": msgspec.to_builtins(self.card),
            "deciles": msgspec.to_builtins(self.deciles),
            "plus": len(self._effect.plus),
            "shares": list(self._effect.shares),
        }
        write_parts(folder, KIND, facts, arrays)


def load(folder: Path) -> UpliftModel:
    """Return a stored model.

    Raises:
        ModelMissing: there is none.
        ModelUnreadable: it is damaged, of a newer release, or of another kind.
        ModelsMissing: LightGBM is not installed.
    """
    parts = read_parts(folder, KIND)
    trees = tuple(
        Boosted.of(parts.array(name, np.uint8).tobytes().decode())
        for name in sorted(parts.manifest.arrays, key=lambda name: int(name.rpartition("_")[2]))
    )
    plus = parts.fact("plus", int)
    effect = Effect(trees[:plus], trees[plus:], tuple(parts.fact("shares", list[float])))
    deciles = parts.fact("deciles", list[UpliftDecile])
    return UpliftModel(parts.fact("card", UpliftCard), deciles, effect)


def card_of(folder: Path) -> UpliftCard:
    """Return what is known of a stored model, without its trees.

    Raises:
        ModelMissing: there is none.
        ModelUnreadable: it is damaged, of a newer release, or of another kind.
    """
    return read_parts(folder, KIND).fact("card", UpliftCard)


def learn(
    trial: Trial,
    tried: Tried,
    now_ms: int,
    rng: np.random.Generator,
    learner: Learner = DEFAULT,
) -> tuple[UpliftModel, UpliftReading]:
    """Return a model learned from a whole trial, and the reading that says how good it is.

    Deciles and figures come from people whom the models had not seen; the model that serves is
    then learned from all.

    Raises:
        NoTrial: it is not a randomized trial, or too small.
    """
    reading = read_trial(trial, rng, learner=learner)
    effect = fitted(learner, trial, rng)
    # What serves guesses of strangers: one fit, not the mean of several; so do these.
    raw = cross_fitted(learner, trial, rng)
    slope = slope_of(robust_scores(trial, rng), raw)
    scores = calibrated(raw, reading.average.value, slope)
    qini = reading.orderings[learner].qini
    card = UpliftCard(
        name=f"uplift:{tried.treatment}@{format_time(now_ms)[:19].replace(':', '-')}",
        treatment=tried.treatment,
        outcome=tried.outcome,
        features=trial.names,
        learner=learner.value,
        people=len(trial),
        since_ms=tried.since_ms,
        until_ms=tried.until_ms,
        average=reading.average.value,
        average_low=reading.average.low,
        average_high=reading.average.high,
        qini=qini.value,
        qini_low=qini.low,
        qini_high=qini.high,
        slope=min(max(slope.value, 0.0), 1.5),
        center=float(raw.mean()),
        varies=reading.varies,
    )
    least = np.quantile(scores, np.linspace(0.9, 0.0, 10))
    deciles = [_kept(one, float(low)) for one, low in zip(reading.deciles, least, strict=True)]
    return UpliftModel(card, deciles, effect), reading


def _kept(one: Decile, least: float) -> UpliftDecile:
    return UpliftDecile(
        decile=one.decile,
        least=least,
        predicted=one.predicted,
        treated_rate=one.treated,
        held_out_rate=one.held_out,
        measured=one.measured.value,
        low=one.measured.low,
        high=one.measured.high,
        people=one.people,
    )
