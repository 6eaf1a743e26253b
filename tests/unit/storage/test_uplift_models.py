"""Uplift models are kept in versions, and the newest one serves."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra `models` is not installed")

from tailorbird.predict.model_files import ModelMissing
from tailorbird.predict.registry.card import Status
from tailorbird.predict.uplift.depth_table import DepthTable
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


def a_table(model: UpliftModel, people: int) -> DepthTable:
    """Return a depth table without rows."""
    return DepthTable(0, model.card.name, "sale", 0, people, (10.0,), ())


def test_a_version_that_is_rejected_does_not_serve(tmp_path: Path) -> None:
    folder = UpliftFolder(tmp_path)
    folder.save(a_model(1))
    worse = a_model(2)
    folder.keep(worse)
    folder.reject(worse.card.name, 0, "worse")
    found = folder.load("10 % off")
    assert found is not None
    assert found.card.name.endswith("2026-11-01T02-00-00")
    assert folder.status(worse.card.name) is Status.REJECTED


def test_a_version_that_is_rolled_back_brings_its_own_depths_back(tmp_path: Path) -> None:
    folder = UpliftFolder(tmp_path)
    for day in (1, 2):
        model = a_model(day)
        folder.save(model)
        folder.save_depths(a_table(model, people=day))
    before = folder.current("10 % off")
    assert folder.rollback("10 % off", 0, "too dear").endswith("2026-11-01T02-00-00")
    found = folder.depths("10 % off")
    assert found is not None
    assert found.people == 1
    assert folder.current("10 % off") != before


def test_an_older_depth_table_serves_again(tmp_path: Path) -> None:
    folder, model = UpliftFolder(tmp_path), a_model(1)
    folder.save(model)
    for people in (100, 200):
        folder.save_depths(a_table(model, people))
    assert folder.rollback_depths("10 % off").people == 100
    found = folder.depths("10 % off")
    assert found is not None
    assert found.number == 1
    with pytest.raises(ModelMissing):
        folder.rollback_depths("10 % off")
