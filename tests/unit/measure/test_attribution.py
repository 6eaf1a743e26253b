"""Credit for a purchase adds up to the purchase, by every model."""

from collections import Counter
from pathlib import Path as File

import numpy as np
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
from tailorbird.measure.paths import Touches, read_paths
from tests.commands import command
from tests.unit.measure.experiments import table_of

CHANNELS = st.sampled_from(["ads", "email", "search", "social"])
PATHS = st.lists(
    st.builds(
        Path,
        st.lists(CHANNELS, max_size=5).map(tuple),
        st.floats(0.0, 1e4),
        st.booleans(),
        st.integers(1, 5),
    ),
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
        sum(path.n for path in bought)
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


def test_a_way_taken_often_counts_as_often() -> None:
    once = [JOURNEY] * 3 + [Path(("ads",), bought=False)] * 2
    many = [JOURNEY._replace(value=300.0, n=3), Path(("ads",), bought=False, n=2)]
    for model in MODELS:
        assert credits_of(model, *many) == pytest.approx(credits_of(model, *once))


DAY_MS = 86_400_000


def history(people: int = 40) -> tuple[dict[str, list[Touch]], dict[str, list[Conversion]]]:
    """Return touches and purchases of made-up people over ten days."""
    rng = np.random.default_rng(1)
    channels = ["ads", "email", "search"]
    touches = {
        f"u{at}": [
            Touch(channels[rng.integers(3)], int(rng.integers(10 * DAY_MS)))
            for _ in range(rng.integers(5))
        ]
        for at in range(people)
    }
    bought = {
        f"u{at}": [
            Conversion(float(rng.integers(100)), int(rng.integers(10 * DAY_MS)))
            for _ in range(rng.integers(3))
        ]
        for at in range(people)
    }
    return touches, bought


def tables(folder: File) -> Touches:
    """Write the history as two tables."""
    touches, bought = history()
    rows = [
        {"user_id": who, "channel": one.channel, "at": 1_767_225_600_000 + one.at_ms}
        for who, many in touches.items()
        for one in many
    ]
    paid = [
        {"user_id": who, "value": one.value, "at": 1_767_225_600_000 + one.at_ms}
        for who, many in bought.items()
        for one in many
    ]
    first, second = (
        table_of(folder, one, name) for one, name in ((rows, "t.csv"), (paid, "c.csv"))
    )
    return Touches(first.path, second.path, "user_id", "channel", "at", "at", "value", 4.0)


def test_tables_are_read_as_the_paths_of_each_person(tmp_path: File) -> None:
    touches, bought = history()
    mine: Counter[tuple[tuple[str, ...], bool]] = Counter()
    value = 0.0
    for who in touches:
        for path in paths_of(touches[who], bought[who], 4 * DAY_MS):
            mine[path.channels, path.bought] += 1
            value += path.value
    found = read_paths(tables(tmp_path))
    assert Counter({(one.channels, one.bought): one.n for one in found}) == mine
    assert sum(one.value for one in found) == pytest.approx(value)


def test_the_command_shows_every_model_and_a_caution(tmp_path: File) -> None:
    asked = tables(tmp_path)
    words = ("--touches", asked.touches, "--conversions", asked.conversions, "--value", "value")
    done = command("experiment", "attribution", *words)
    assert "Credit is not cause" in done.out
    found = command("experiment", "attribution", *words, "--json").json()
    assert [one["model"] for one in found["models"]] == list(MODELS)
