"""Uplift is told from randomized trials only, found where it is, and denied where it is not."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra `models` is not installed")

from tailorbird.cli.evaluate_uplift import held_against
from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.uplift.curves import average, deciles, ordering
from tailorbird.predict.uplift.datasets import Described, hillstrom, read_trial_table
from tailorbird.predict.uplift.learners import Learner, cross_fitted, robust_scores
from tailorbird.predict.uplift.model import Tried, UpliftModel, learn, load
from tailorbird.predict.uplift.reading import read_trial
from tailorbird.predict.uplift.recalibrating import depths, validated
from tailorbird.predict.uplift.synthetic import Known, a_trial, false_claims, found
from tailorbird.predict.uplift.trial import NoTrial, Trial, checked
from tests.commands import command

DATA = Path(os.environ.get("TAILORBIRD_DATA_ROOT", Path(__file__).parents[5] / "shared" / "data"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="no public data: set TAILORBIRD_DATA_ROOT to its folder"
)


def luck(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def known() -> Known:
    return a_trial(luck(1), 8_000)


@pytest.fixture(scope="module")
def model(known: Known) -> UpliftModel:
    return learn(known.trial, Tried("cart_offer", "order"), 1_700_000_000_000, luck())[0]


def unknown_chances(trial: Trial) -> Trial:
    return replace(trial, probability=np.where(np.arange(len(trial)) < 9, 1.0, 0.5))


def too_few(trial: Trial) -> Trial:
    return trial.rows(np.arange(300))


def other_chances(trial: Trial) -> Trial:
    return replace(trial, probability=np.full(len(trial), 0.6))


def chosen_by_feature(trial: Trial) -> Trial:
    return replace(trial, treated=trial.features[:, 0] > np.median(trial.features[:, 0]))


def nothing_happened(trial: Trial) -> Trial:
    return replace(trial, outcome=np.zeros(len(trial)))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (unknown_chances, "9 of 8,000 people had no chance"),
        (too_few, "are the least"),
        (other_chances, "not those of the assignment"),
        (chosen_by_feature, "features tell who was treated"),
        (nothing_happened, "same outcome"),
    ],
)
def test_it_refuses_to_speak_without_a_randomized_trial(
    known: Known, spoil: Callable[[Trial], Trial], said: str
) -> None:
    with pytest.raises(NoTrial, match=said):
        checked(spoil(known.trial))


def test_nobody_is_no_trial(known: Known) -> None:
    with pytest.raises(NoTrial):
        checked(known.trial.rows(np.arange(0)))


def test_honest_trials_are_not_refused() -> None:
    for seed in range(100):
        checked(a_trial(luck(seed), 1_000, share=0.7).trial)


def test_the_average_holds_the_truth(known: Known) -> None:
    measured = average(known.trial)
    assert measured.low <= known.effect.mean() <= measured.high


def test_the_order_by_true_effects_has_the_largest_qini(known: Known) -> None:
    score = cross_fitted(Learner.T, known.trial, luck())
    best = ordering(known.trial, known.effect, luck()).qini.value
    assert best > ordering(known.trial, score, luck()).qini.value > 0.0


def test_a_random_order_has_no_qini(known: Known) -> None:
    qini = ordering(known.trial, luck(3).random(len(known.trial)), luck()).qini
    assert qini.low <= 0.0 <= qini.high


def test_the_reversed_order_is_as_bad_as_the_order_is_good(known: Known) -> None:
    qini = ordering(known.trial, -known.effect, luck()).qini
    assert qini.high < 0.0


def test_under_a_random_order_auuc_is_half_the_average(known: Known) -> None:
    auuc = ordering(known.trial, luck(3).random(len(known.trial)), luck()).auuc
    assert auuc.low <= average(known.trial).value / 2.0 <= auuc.high


def test_deciles_hold_everybody_once(known: Known) -> None:
    assert sum(one.people for one in deciles(known.trial, known.effect)) == len(known.trial)


def test_robust_scores_average_to_the_effect(known: Known) -> None:
    scores = robust_scores(known.trial, luck())
    error = scores.std() / np.sqrt(len(scores))
    assert abs(scores.mean() - known.effect.mean()) < 3.0 * error


@pytest.mark.long
def test_every_learner_finds_known_differences(known: Known) -> None:
    for one in found(known, luck()):
        assert one.correlation > 0.3


@pytest.mark.long
def test_the_default_learner_orders_at_least_as_well_as_the_t_learner() -> None:
    gained = []
    for seed in range(3):
        by_name = {one.learner: one for one in found(a_trial(luck(seed), 20_000), luck(seed))}
        gained.append(by_name[Learner.X].qini.value - by_name[Learner.T].qini.value)
    assert np.mean(gained) > 0.0


@pytest.mark.long
def test_differences_that_are_not_there_are_rarely_claimed() -> None:
    assert false_claims(20, 4_000, 100) <= 2


def test_differences_that_are_there_are_claimed() -> None:
    assert read_trial(a_trial(luck(5), 10_000).trial, luck()).varies


@needs_data
def test_hillstrom_moves_visits_but_nobody_more_than_others() -> None:
    reading = read_trial(hillstrom(DATA), luck())
    assert reading.average.low < 0.077 < reading.average.high
    assert not reading.varies
    assert "cannot be told from zero" in reading.verdict[1]


def test_a_stored_model_says_what_it_said(model: UpliftModel, known: Known, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = load(tmp_path)
    assert again.card == model.card
    assert again.deciles == model.deciles
    features = known.trial.features[:50]
    assert again.predict(features) == model.predict(features)


def test_a_missing_model_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        load(tmp_path)


def test_a_damaged_model_is_refused(model: UpliftModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    (tmp_path / "tree_0.npy").write_bytes(b"no")
    with pytest.raises(ModelUnreadable):
        load(tmp_path)


def test_all_are_alike_where_no_differences_were_proven(known: Known) -> None:
    same = a_trial(luck(9), 2_000, varies=False).trial
    made, reading = learn(same, Tried("offer", "order"), 0, luck())
    assert not reading.varies
    assert {one.decile for one in made.predict(known.trial.features[:40])} == {1}


def test_predictions_hold_on_people_who_come_later(model: UpliftModel) -> None:
    later = validated(model, a_trial(luck(77), 8_000).trial)
    assert later.holds
    assert later.inside >= 8


def test_predictions_that_no_longer_hold_are_noticed(model: UpliftModel) -> None:
    assert not validated(model, a_trial(luck(78), 20_000, varies=False).trial).holds


def test_a_table_without_chances_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    path.write_text("treated,outcome\n1,0\n")
    with pytest.raises(NoTrial, match="with which probability"):
        read_trial_table(path, Described("treated", "1", "outcome", None))


def test_the_command_refuses_a_table_without_chances(tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    path.write_text("treated,outcome\n1,0\n")
    done = command("evaluate", "uplift", "--table", path)
    assert done.code == 1
    assert "Hold some people out" in done.err


def test_the_command_reads_a_table(known: Known, tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    rows = known.trial.rows(np.arange(1_200))
    lines = ["treated,outcome,x0,x4"]
    for features, treated, outcome in zip(rows.features, rows.treated, rows.outcome, strict=True):
        lines.append(f"{int(treated)},{outcome:g},{features[0]:.3f},{features[4]:.3f}")
    path.write_text("\n".join([*lines, ""]))
    words = ("evaluate", "uplift", "--table", path, "--probability", "0.5", "--json")
    wire = command(*words).json()
    assert wire["people"] == 1_200
    assert list(wire["orderings"]) == ["X", "T", "DR"]
    assert len(wire["deciles"]) == 10


def test_no_table_and_no_data_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAILORBIRD_DATA_ROOT", raising=False)
    assert command("evaluate", "uplift").code == 2


def test_predictions_are_shown_beside_what_a_later_holdout_measured(model: UpliftModel) -> None:
    later = validated(model, a_trial(luck(77), 4_000).trial)
    shown = held_against(later, depths({0.1: later.deciles}, 0.4))
    assert shown.count("\n| ") == 12
    assert f"{later.inside} deciles of" in shown
