"""Credit for a purchase adds up to the purchase, by every model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.measure.attribution import (
    MODELS,
    Conversion,
    Model,
    Path,
    Touch,
    attributed,
    paths_of,
)

CHANNELS = st.sampled_from(["ads", "email", "search", "social"])
PATHS = st.lists(
    st.builds(Path, st.lists(CHANNELS, max_size=5).map(tuple), st.floats(0.0, 1e4), st.booleans()),
    max_size=12,
)
JOURNEY = Path(("ads", "email", "search", "email"), 100.0)


def credits_of(model: Model, *paths: Path) -> dict[str, float]:
    return {one.channel: one.value for one in attributed(paths, model).credits if one.value}


@pytest.mark.parametrize("model", MODELS)
@given(paths=PATHS)
def test_credit_adds_up_to_what_was_bought_after_a_touch(model: Model, paths: list[Path]) -> None:
    found = attributed(paths, model)
    bought = [path for path in paths if path.bought]
    assert sum(one.value for one in found.credits) + found.untouched_value == pytest.approx(
        sum(path.value for path in bought)
    )
    assert sum(one.conversions for one in found.credits) + found.untouched == pytest.approx(
        len(bought)
    )


@pytest.mark.parametrize(
    ("model", "credit"),
    [
        ("last", {"email": 100.0}),
        ("first", {"ads": 100.0}),
        ("linear", {"ads": 25.0, "email": 50.0, "search": 25.0}),
        ("position", {"ads": 40.0, "email": 50.0, "search": 10.0}),
        ("shapley", {"ads": 100 / 3, "email": 100 / 3, "search": 100 / 3}),
    ],
)
def test_a_path_is_shared_as_the_model_says(model: Model, credit: dict[str, float]) -> None:
    assert credits_of(model, JOURNEY) == pytest.approx(credit)


def test_two_touches_are_shared_in_halves_by_position() -> None:
    path = Path(("ads", "email"), 10.0)
    assert credits_of("position", path) == {"ads": 5.0, "email": 5.0}


def test_removal_effects_are_those_of_the_textbook_chain() -> None:
    # One purchase over c1, c2, c3; c1 alone and c2, c3 bought nothing: removal 1/2, 1, 1.
    paths = [
        Path(("c1", "c2", "c3"), 10.0),
        Path(("c1",), bought=False),
        Path(("c2", "c3"), bought=False),
    ]
    assert credits_of("markov", *paths) == pytest.approx({"c1": 2.0, "c2": 4.0, "c3": 4.0})


def test_a_channel_that_assists_is_counted_without_being_last() -> None:
    found = {one.channel: one.assisted for one in attributed([JOURNEY], "last").credits}
    assert found == {"ads": 1, "search": 1, "email": 0}


def test_touches_before_the_window_do_not_count() -> None:
    touches = [Touch("ads", 0), Touch("email", 90)]
    assert paths_of(touches, [Conversion(5.0, 100)], 50) == [Path(("email",), 5.0)]


def test_touches_after_the_last_purchase_lead_nowhere_yet() -> None:
    touches = [Touch("email", 110), Touch("ads", 90)]
    found = paths_of(touches, [Conversion(5.0, 100)], 50)
    assert found == [Path(("ads",), 5.0), Path(("email",), bought=False)]


def test_a_purchase_without_a_touch_is_nobodys() -> None:
    found = attributed(paths_of([], [Conversion(5.0, 100)], 50), "markov")
    assert (found.credits, found.untouched, found.untouched_value) == ((), 1, 5.0)
