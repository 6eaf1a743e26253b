"""Affinity: decayed sums, shares, and what the limit costs."""

from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tailorbird.profile.affinity import (
    FACETS_KEPT,
    LONG_HALF_LIFE_MS,
    SHORT_HALF_LIFE_MS,
    WEIGHTS,
    Horizon,
    Pulls,
    join_pulls,
    lean,
    leanings,
)
from tailorbird.spine.events import LineItem
from tailorbird.spine.ids import ItemId
from tests.makers import DAY, MINUTE, NOON_MS, an_event, an_item
from tests.unit.profile.strategies import TWENTY_YEARS

HALF_LIVES: dict[Horizon, int] = {"short": SHORT_HALF_LIFE_MS, "long": LONG_HALF_LIFE_MS}
acts = st.tuples(st.sampled_from(sorted(WEIGHTS)), st.integers(0, 3 * DAY))


def pulls_after(*acts: tuple[str, int]) -> Pulls:
    """Return the pulls after acts (name, age before noon) on one tent."""
    pulls: Pulls = {}
    for name, age in acts:
        pulls = lean(pulls, an_event(name, an_item(), at=NOON_MS - age))
    return pulls


def score(pulls: Pulls, facet: str, now_ms: int = NOON_MS) -> float:
    return {lean.facet: lean.score for lean in leanings(pulls, now_ms, "short")}[facet]


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, min_size=1, max_size=20))
def test_a_score_is_the_sum_of_all_weights_each_halved_by_age(acts: list[tuple[str, int]]) -> None:
    pulls = pulls_after(*acts)
    for horizon, half_life in HALF_LIVES.items():
        direct = sum(WEIGHTS[name] * 2 ** (-age / half_life) for name, age in acts)
        found = {one.facet: one.score for one in leanings(pulls, NOON_MS, horizon)}
        assert found["brand:msr"] == pytest.approx(direct, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, TWENTY_YEARS), min_size=2, max_size=8))
def test_twenty_years_neither_overflow_nor_vanish(ages: list[int]) -> None:
    pulls = pulls_after(*(("Product Viewed", age) for age in ages))
    for one in leanings(pulls, NOON_MS + TWENTY_YEARS, "short"):
        assert isfinite(one.score)
        assert one.share == 1.0


def test_a_view_counts_half_after_half_an_hour() -> None:
    pulls = pulls_after(("Product Viewed", 30 * MINUTE))
    assert score(pulls, "brand:msr") == pytest.approx(0.5)


def test_every_level_of_a_category_is_leant_to() -> None:
    assert {"category:Camping", "category:Camping > Tents"} <= pulls_after(
        ("Product Viewed", 0)
    ).keys()


def test_shares_add_up_to_one_within_a_kind_and_depth() -> None:
    pulls = lean(
        {}, an_event("Product Viewed", an_item(), an_item("s", category="Camping > Stoves"))
    )
    shares = {one.facet: one.share for one in leanings(pulls, NOON_MS, "long")}
    assert shares == {
        "category:Camping": 1.0,
        "category:Camping > Tents": 0.5,
        "category:Camping > Stoves": 0.5,
        "brand:msr": 1.0,
    }


def test_the_order_of_leanings_does_not_depend_on_the_clock() -> None:
    pulls = pulls_after(("Product Viewed", 0))
    pulls = lean(pulls, an_event("Product Added", an_item(brand="petzl"), at=NOON_MS - DAY))
    early = [one.facet for one in leanings(pulls, NOON_MS, "long")]
    late = [one.facet for one in leanings(pulls, NOON_MS + 3_650 * DAY, "long")]
    assert early == late


def test_a_cart_outweighs_two_views_in_the_long_run() -> None:
    pulls = pulls_after(("Product Viewed", 0), ("Product Viewed", 0))
    pulls = lean(pulls, an_event("Product Added", an_item(brand="petzl")))
    brands = [one.name for one in leanings(pulls, NOON_MS, "long") if one.kind == "brand"]
    assert brands == ["petzl", "msr"]


@pytest.mark.parametrize(
    "name", ["Product List Viewed", "Recommendation Dismissed", "Feature Used"]
)
def test_what_is_not_wanting_leaves_no_trace(name: str) -> None:
    assert lean({}, an_event(name, an_item())) == {}


def test_nobody_leans_to_nothing() -> None:
    assert leanings({}, NOON_MS, "short") == ()


def crowd(first: int, number: int) -> Pulls:
    """Return the pulls after viewing so many brands, each a minute after the one before."""
    pulls: Pulls = {}
    for brand in range(first, first + number):
        item = LineItem(id=ItemId("x"), facets=(f"brand:{brand}",))
        pulls = lean(pulls, an_event("Product Viewed", item, at=NOON_MS + brand * MINUTE))
    return pulls


def test_of_too_many_facets_the_weakest_go() -> None:
    pulls = crowd(0, 321)
    assert len(pulls) == FACETS_KEPT
    assert "brand:320" in pulls
    assert "brand:0" not in pulls


def test_a_merge_keeps_the_limit() -> None:
    assert len(join_pulls(crowd(0, 200), crowd(200, 200))) == FACETS_KEPT
