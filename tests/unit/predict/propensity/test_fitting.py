"""Learning a propensity: what is found, what is refused, and what is stored."""

from pathlib import Path

import numpy as np
import pytest

from tailorbird.predict.propensity.fitting import (
    NothingVaries,
    OneClass,
    TooFewRows,
    fit_propensity,
)
from tailorbird.predict.propensity.model import Propensity, load_propensity
from tailorbird.predict.propensity.tables import Table
from tailorbird.predict.propensity.trees import ModelsMissing, flattened, lightgbm

pytest.importorskip("lightgbm")


def rows(count: int, seed: int = 1) -> tuple[Table, np.ndarray]:
    """Return rows in which a number, its absence and a word each say something."""
    rng = np.random.default_rng(seed)
    number = rng.normal(0, 1, count)
    known = np.where(rng.random(count) < 0.2, np.nan, number)
    noise = rng.normal(0, 1, count)
    words = [("phone", "desktop", None)[place] for place in rng.integers(0, 3, count)]
    pull = np.array([{"phone": -1.0, "desktop": 1.0, None: 0.0}[word] for word in words])
    chance = 1 / (1 + np.exp(-(1.5 * number + pull - 1.0)))
    table = Table(("number", "noise", "word"), np.column_stack([known, noise]), (words,))
    return table, rng.random(count) < chance


@pytest.fixture(scope="module")
def fitted() -> Propensity:
    """A model of two thousand rows."""
    return fit_propensity(*rows(2_000), seed=0)


def test_what_matters_is_found(fitted: Propensity) -> None:
    fresh, happened = rows(2_000, seed=9)
    from_luck = fitted.probabilities(fresh)[happened].mean() / happened.mean()
    assert from_luck > 1.4


def test_its_own_marks_are_of_rows_it_had_not_seen(fitted: Propensity) -> None:
    assert fitted.judged.count == 400
    assert fitted.judged.auc > 0.75


def test_one_row_gets_what_it_gets_among_many(fitted: Propensity) -> None:
    table = Table(fitted.names, np.array([[0.3, np.nan]]), (["phone"],))
    assert fitted.probability([0.3, None, "phone"]) == fitted.probabilities(table)[0]


def test_a_word_never_met_says_nothing(fitted: Propensity) -> None:
    assert fitted.probability([0.3, 0.0, "watch"]) == fitted.probability([0.3, 0.0, None])


def test_a_stored_model_answers_the_same(fitted: Propensity, tmp_path: Path) -> None:
    fitted.save(tmp_path)
    fresh, _ = rows(50, seed=4)
    again = load_propensity(tmp_path)
    assert again.probabilities(fresh).tolist() == fitted.probabilities(fresh).tolist()
    assert again.judged == fitted.judged


def test_our_trees_answer_as_lightgbm_does() -> None:
    table, happened = rows(600)
    learner = lightgbm()
    data = learner.Dataset(table.numbers, happened.astype(float), params={"verbose": -1})
    settings = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    grown = learner.train(settings, data, 30)
    theirs = grown.predict(table.numbers, raw_score=True)
    assert flattened([grown])(table.numbers) == pytest.approx(theirs, abs=1e-9)


def test_the_same_seed_learns_the_same(fitted: Propensity) -> None:
    again = fit_propensity(*rows(2_000), seed=0)
    assert again.trees.threshold.tolist() == fitted.trees.threshold.tolist()


def test_no_rows_are_refused() -> None:
    table = Table(("n",), np.empty((0, 1)))
    with pytest.raises(TooFewRows, match="0 rows, in 0 of which it happened"):
        fit_propensity(table, np.zeros(0, bool), 0)


def test_one_outcome_only_is_refused() -> None:
    table, _ = rows(300)
    with pytest.raises(OneClass, match="In 300 rows it never happened"):
        fit_propensity(table, np.zeros(300, bool), 0)


def test_features_that_never_vary_are_refused() -> None:
    table = Table(("n", "w"), np.full((300, 1), np.nan), ([None] * 300,))
    with pytest.raises(NothingVaries, match="the same in n, w"):
        fit_propensity(table, np.arange(300) % 2 == 0, 0)


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "lightgbm", None)
    with pytest.raises(ModelsMissing) as caught:
        lightgbm()
    assert "tailorbird[models]" in caught.value.remedy
