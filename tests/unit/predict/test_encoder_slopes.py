"""The slopes by which vectors are learned are those of the loss."""

from typing import Any

import numpy as np
import pytest

from tailorbird.predict import encoder_slopes as slopes_of
from tailorbird.predict.encoder import REACH_BACK


def batch(rng: np.random.Generator) -> slopes_of.Batch:
    lengths = np.array([1, 3, 12])
    owner = np.repeat(np.arange(3), lengths)
    starts = np.array([0, 1, 4])
    return slopes_of.Batch(
        rng.integers(0, 9, 16),
        owner,
        np.arange(16) - starts[owner],
        starts,
        np.array([2, 5, 7]),
        np.array([0, 1, 5, 8]),
        np.zeros(3, np.float32),
        np.zeros(4, np.float32),
        np.array([0.2, 0.3, 0.5], np.float32),
    )


def loss(learned: slopes_of.Parameters, asked: slopes_of.Batch) -> float:
    place = slopes_of.look(learned, asked).place
    target, _ = slopes_of.unit_and_length(learned.vectors[asked.target])
    wrong, _ = slopes_of.unit_and_length(learned.vectors[asked.wrong])
    scores = place @ wrong.T / slopes_of.TEMPERATURE
    scores[asked.target[:, None] == asked.wrong] = -np.inf
    right = (place * target).sum(axis=1) / slopes_of.TEMPERATURE
    every = np.logaddexp(np.logaddexp.reduce(scores, axis=1), right)
    return float((asked.weight * (every - right)).sum())


@pytest.mark.parametrize("part", ["decay", "mixing", "appeal"])
def test_the_slope_of_attention_is_the_change_of_the_loss(part: str) -> None:
    rng = np.random.default_rng(4)
    shapes = ((9, 4), (REACH_BACK,), (4, 4), (4,))
    parts: list[Any] = [rng.normal(size=shape) for shape in shapes]  # 64 bits, to see small change
    learned = slopes_of.Parameters(*parts)
    asked = batch(rng)
    sights = slopes_of.look(learned, asked)
    target, _ = slopes_of.unit_and_length(learned.vectors[asked.target])
    wrong, _ = slopes_of.unit_and_length(learned.vectors[asked.wrong])
    error, right = slopes_of.errors(sights.place, target, wrong, asked)
    back = error @ wrong + right[:, None] * target
    _, attention = slopes_of.look_back(learned, asked, sights, back)
    slopes = dict(zip(("decay", "mixing", "appeal"), attention, strict=True))
    values = getattr(learned, part)
    at = tuple(0 for _ in values.shape)
    nudged = values.copy()
    nudged[at] += 1e-5
    change = (loss(learned._replace(**{part: nudged}), asked) - loss(learned, asked)) / 1e-5
    assert slopes[part][at] == pytest.approx(change, rel=1e-3, abs=1e-6)
