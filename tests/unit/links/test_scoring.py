"""Scores: evidence weighs as counted, candidates compete, and what is not sure enough is silent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.links.comparing import FIELDS, LEVELS, Levels
from tailorbird.links.learning import Case, Model, learned, threshold_of
from tailorbird.links.scoring import (
    STATED,
    Scale,
    calibrated,
    posterior,
    shifted,
    shifted_by_stays,
    weights_of,
)

weights = st.lists(st.floats(-30, 30), max_size=12)
scales = st.builds(
    Scale, st.floats(0.1, 1.5), st.floats(-5, 2), st.floats(0.002, 0.95, allow_nan=False)
)


def test_the_stated_table_is_two_distributions_over_each_fields_levels() -> None:
    for field, levels in LEVELS.items():
        assert set(STATED[field]) == set(levels)
        for side in (0, 1):
            assert abs(sum(pair[side] for pair in STATED[field].values()) - 1) < 1e-9


@given(weights, scales)
def test_a_browser_is_at_most_one_persons(of: list[float], scale: Scale) -> None:
    chances = posterior(of, scale)
    assert all(0 <= one <= 1 for one in chances)
    assert sum(chances) <= 1 + 1e-9


@given(st.floats(-5, 20), scales)
def test_two_who_fit_as_well_are_as_likely_and_each_less_than_alone(
    weight: float, scale: Scale
) -> None:
    first, second = posterior([weight, weight], scale)
    assert first == second
    assert first <= posterior([weight], scale)[0] + 1e-9


def test_a_level_never_seen_weighs_what_the_table_says_and_not_infinity() -> None:
    found = weights_of([])
    network = STATED["network"]["alone once"]
    assert abs(found["network"]["alone once"] - np.log(network[0] / network[1])) < 1e-9


def test_the_share_of_matches_is_found_and_never_above_that_of_logins() -> None:
    rng = np.random.default_rng(1)
    matched = [[float(rng.normal(4.5, 3))] for _ in range(100)]
    others = [[float(rng.normal(-4.5, 3))] for _ in range(1900)]
    assert abs(shifted([*matched, *others], Scale(1.0, 0.0, 0.3)).share - 0.05) < 0.01
    assert shifted(matched, Scale(1.0, 0.0, 0.3)).share == 0.3


def test_a_calibration_says_half_where_half_are_right() -> None:
    cases = [((3.0,), 0 if number % 2 else None) for number in range(200)]
    assert abs(posterior([3.0], calibrated(cases))[0] - 0.5) < 0.05


def test_the_share_of_matches_is_found_apart_for_browsers_of_many_stays() -> None:
    rng = np.random.default_rng(1)
    scale = Scale(1.0, 0.0, 0.5)
    once = [([float(rng.normal(4.5, 3))], 1) for _ in range(150)]
    once += [([float(rng.normal(-4.5, 3))], 1) for _ in range(350)]
    often = [([float(rng.normal(4.5, 3))], 20) for _ in range(10)]
    often += [([float(rng.normal(-4.5, 3))], 20) for _ in range(990)]
    found = shifted_by_stays([*once, *often], scale)
    assert found.after(1).share == pytest.approx(0.3, abs=0.02)
    assert found.after(20).share == pytest.approx(0.01, abs=0.005)
    assert found.share == pytest.approx(160 / 1500, abs=0.01)


def test_of_kinds_that_nobody_is_of_the_share_is_that_of_logins() -> None:
    found = shifted_by_stays([([-9.0], 1)] * 50, Scale(1.0, 0.0, 0.4))
    assert (found.after(3).share, found.after(1).share < 0.05) == (0.4, True)


@given(scales, st.integers(1, 50))
def test_a_scale_that_is_the_same_for_all_is_so_after_any_stays(scale: Scale, stays: int) -> None:
    assert scale.after(stays) == scale


def test_with_too_little_truth_nobody_lends() -> None:
    model = learned(cases(39, wrong=0))
    assert (model.basis, threshold_of(model, model.scale, 0.5).probability) == ("nothing", 2.0)


def test_what_is_not_precise_enough_on_held_out_logins_has_no_threshold() -> None:
    sure, unsure = learned(cases(200, wrong=0)), learned(cases(200, wrong=60))
    assert threshold_of(sure, sure.scale, 0.95).probability < 1
    assert threshold_of(unsure, unsure.scale, 0.95).probability == 2.0


@pytest.mark.parametrize(
    ("right", "wrong", "enough"), [(18, 0, False), (20, 0, True), (40, 1, False), (60, 1, True)]
)
def test_how_many_logins_must_have_been_right_before_95_percent_is_sure(
    right: int, wrong: int, enough: bool
) -> None:
    held_out = [((10.0,), 0)] * right + [((10.0,), None)] * wrong
    stays = (1,) * len(held_out)
    model = Model(
        {}, Scale(1.0, 0.0, 0.5), "learned", held_out=tuple(held_out), held_out_stays=stays
    )
    assert (threshold_of(model, model.scale, 0.95).probability < 1) is enough


def cases(truths: int, wrong: int) -> list[Case]:
    """Return logins: of each true one, one other candidate; `wrong` look like true and are not."""
    same = levels(network="alone often", items="most")
    other = levels(network="crowd", items="none")
    found = [Case(number, (same, other), 0, 2) for number in range(truths)]
    found += [Case(number, (same, other), None, 2) for number in range(wrong)]
    return found + [Case(number, (other,), None, 2) for number in range(truths)]


def levels(**said: str) -> Levels:
    """Return levels of which only some are known."""
    return tuple(said.get(field) for field in FIELDS)
