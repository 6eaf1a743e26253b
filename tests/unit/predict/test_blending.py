"""Candidates of many sources become one list that keeps to its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.blending import Blended, BlendScratch, Limits, Pool, blend, blend_scratch
from tailorbird.predict.item_table import FACETS_AN_ITEM

ITEMS, FACETS = 12, 6


def test_the_weights_of_all_sources_add_up() -> None:
    found = run([(1, 0.4, 0), (2, 0.5, 1), (1, 0.3, 2)])
    assert found.codes.tolist() == [1, 2]
    assert found.scores.tolist() == pytest.approx([0.7, 0.5])


def test_the_source_that_said_most_is_named() -> None:
    assert run([(1, 0.2, 0), (1, 0.3, 2)]).sources.tolist() == [2]


def test_a_banned_item_and_one_out_of_stock_are_not_shown() -> None:
    found = run([(1, 0.9, 0), (2, 0.8, 0), (3, 0.1, 0)], banned=[1], gone=[2])
    assert found.codes.tolist() == [3]


def test_what_the_person_leans_to_is_lifted() -> None:
    found = run([(1, 0.5, 0), (2, 0.45, 0)], facets={2: [4]}, leaned={4: 1.0}, lean=0.5)
    assert found.codes.tolist() == [2, 1]
    assert found.facets.tolist() == [4, -1]


def test_a_brand_takes_no_more_places_than_its_cap_while_others_wait() -> None:
    told = [(1, 0.9, 0), (2, 0.8, 0), (3, 0.7, 0), (4, 0.1, 0)]
    found = run(told, brand={1: 5, 2: 5, 3: 5}, per_brand=2, most=3)
    assert found.codes.tolist() == [1, 2, 4]


def test_a_cap_never_leaves_a_place_empty() -> None:
    told = [(1, 0.9, 0), (2, 0.8, 0), (3, 0.7, 0)]
    found = run(told, brand={1: 5, 2: 5, 3: 5}, per_brand=1, most=3)
    assert found.codes.tolist() == [1, 2, 3]


def test_no_candidates_make_an_empty_list() -> None:
    assert len(run([]).codes) == 0


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, ITEMS - 1), st.floats(0, 1), st.integers(0, 7)), max_size=40),
    st.lists(st.integers(0, ITEMS - 1), max_size=4),
    st.integers(1, 8),
)
def test_the_list_is_sorted_without_doubles_and_the_scratch_is_clean_afterwards(
    told: list[tuple[int, float, int]], banned: list[int], most: int
) -> None:
    scratch = blend_scratch(ITEMS, FACETS)
    found = run(told, banned=banned, most=most, scratch=scratch)
    codes = found.codes.tolist()
    expected = {code for code, _, _ in told} - set(banned)
    assert len(codes) == len(set(codes)) == min(most, len(expected))
    assert set(codes) <= expected
    assert (np.diff(found.scores) <= 0).all()
    assert not any(part.any() for part in (scratch.total, scratch.best, scratch.banned))
    assert not scratch.taken.any()
    assert not scratch.leaning.any()


def run(
    told: list[tuple[int, float, int]],
    *,
    banned: list[int] | None = None,
    gone: list[int] | None = None,
    facets: dict[int, list[int]] | None = None,
    leaned: dict[int, float] | None = None,
    brand: dict[int, int] | None = None,
    per_brand: int = 0,
    lean: float = 0.0,
    most: int = 10,
    scratch: BlendScratch | None = None,
) -> Blended:
    """Blend a small pool over twelve items."""
    available = np.ones(ITEMS, np.uint8)
    available[gone or []] = 0
    rows = np.full((ITEMS, FACETS_AN_ITEM), -1, np.int32)
    for code, held in (facets or {}).items():
        rows[code, : len(held)] = held
    brands = np.full(ITEMS, -1, np.int32)
    for code, number in (brand or {}).items():
        brands[code] = number
    pulls = leaned or {}
    return blend(
        Pool(
            np.array([code for code, _, _ in told], np.int32),
            np.array([weight for _, weight, _ in told], np.float32),
            np.array([source for _, _, source in told], np.int8),
        ),
        np.array(banned or [], np.int32),
        (np.array(list(pulls), np.int32), np.array(list(pulls.values()), np.float32)),
        (available, rows, np.full(ITEMS, -1, np.int32), brands),
        Limits(most=most, per_brand=per_brand, per_leaf=0, lean=lean),
        scratch or blend_scratch(ITEMS, FACETS),
    )
