"""Candidates of many sources become one list that keeps to its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.predict.blending import (
    Blended,
    BlendScratch,
    Leaned,
    Limits,
    Pool,
    Rows,
    blend,
    blend_scratch,
)
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


def test_no_vendor_has_more_places_than_its_share_while_others_wait() -> None:
    told = [(code, 1.0 - code / 20, 0) for code in range(6)]
    found = run(told, vendor={0: 3, 1: 3, 2: 3}, per_vendor=2, most=4)
    assert found.codes.tolist() == [0, 1, 3, 4]


def test_what_an_item_is_worth_is_added_to_its_share_of_the_best_score() -> None:
    found = run([(0, 4.0, 0), (1, 3.0, 0), (2, 1.0, 0)], worth={1: 0.3, 2: 0.1})
    assert found.codes.tolist() == [1, 0, 2]
    assert found.scores.tolist() == pytest.approx([1.05, 1.0, 0.35])


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, ITEMS - 1), st.floats(0, 1), st.integers(0, 7)), max_size=40),
    st.lists(st.integers(0, ITEMS - 1), max_size=4),
    st.integers(1, 8),
)
def test_the_list_is_sorted_without_doubles_and_the_scratch_is_clean_afterwards(
    told: list[tuple[int, float, int]], banned: list[int], most: int
) -> None:
    scratch = blend_scratch(ITEMS, FACETS, ITEMS)
    found = run(told, banned=banned, most=most, scratch=scratch)
    codes = found.codes.tolist()
    expected = {code for code, _, _ in told} - set(banned)
    assert len(codes) == len(set(codes)) == min(most, len(expected))
    assert set(codes) <= expected
    assert (np.diff(found.scores) <= 0).all()
    assert not scratch.place.any()
    assert not scratch.taken.any()
    assert not scratch.of_vendor.any()
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
    vendor: dict[int, int] | None = None,
    per_vendor: int = 0,
    worth: dict[int, float] | None = None,
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
    nowhere = np.full(ITEMS, -1, np.int32)
    vendors = nowhere.copy()
    for code, number in (vendor or {}).items():
        vendors[code] = number
    worths = np.zeros(ITEMS if worth else 0, np.float32)
    for code, value in (worth or {}).items():
        worths[code] = value
    return blend(
        Pool(
            np.array([code for code, _, _ in told], np.int32),
            np.array([weight for _, weight, _ in told], np.float32),
            np.array([source for _, _, source in told], np.int8),
        ),
        np.array(banned or [], np.int32),
        Leaned(np.array(list(pulls), np.int32), np.array(list(pulls.values()), np.float32)),
        Rows(available, rows, nowhere, brands, vendors, worths),
        Limits(most, per_brand, 0, lean, per_vendor, 1.0),
        scratch or blend_scratch(ITEMS, FACETS, ITEMS),
    )
