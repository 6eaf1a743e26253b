"""Uplift models are kept in versions, and the newest one serves."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra `models` is not installed")

from tailorbird.predict.uplift.learners import Learner, fitted
from tailorbird.predict.uplift.model import UpliftCard, UpliftDecile, UpliftModel
from tailorbird.predict.uplift.synthetic import a_trial
from tailorbird.storage.embedded.uplift_models import UpliftFolder


def a_model(day: int, treatment: str = "10 % off") -> UpliftModel:
    """Return a model of some day in November."""
    trial = a_trial(np.random.default_rng(day), 600).trial
    card = UpliftCard(
        f"uplift:{treatment}@2026-11-{day:02}T02-00-00", treatment, "order", trial.names, "T",
        600, 0, 0, 0.05, 0.01, 0.09, 0.02, 0.01, 0.03, 1.0, 0.05, True,
    )  # fmt: skip
    deciles = [
        UpliftDecile(at + 1, 0.1 - at / 100, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 60) for at in range(10)
    ]
    return UpliftModel(card, deciles, fitted(Learner.T, trial, np.random.default_rng(day)))


def test_the_newest_model_serves(tmp_path: Path) -> None:
    folder = UpliftFolder(tmp_path)
    folder.save(a_model(1))
    newest = a_model(2)
    folder.save(newest)
    found = folder.load("10 % off")
    assert found is not None
    assert found.card == newest.card


def test_treatments_have_models_of_their_own(tmp_path: Path) -> None:
    folder = UpliftFolder(tmp_path)
    folder.save(a_model(1))
    assert folder.load("20 % off") is None


def test_five_versions_are_kept(tmp_path: Path) -> None:
    folder = UpliftFolder(tmp_path)
    for day in range(1, 8):
        folder.save(a_model(day))
    assert [card.name[-11:-8] for card in folder.versions("10 % off")] == [
        f"{day:02}T" for day in range(3, 8)
    ]


def test_a_treatment_cannot_leave_its_folder(tmp_path: Path) -> None:
    UpliftFolder(tmp_path / "models").save(a_model(1, "../../away"))
    assert [path.name for path in tmp_path.iterdir()] == ["models"]
