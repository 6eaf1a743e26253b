"""Who is in front: overall, in a category, rising, and new."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.leaders import Leaders, Standing, leaders, weigh_facets
from tailorbird.predict.sessions import Vocabulary

NOW_S = 1_800_000_000.0
DAY_S = 86_400.0


def a_table(count: int = 40) -> ItemTable:
    """Items i0, i1, …; even ones are tents, odd ones are stoves; all of one brand."""
    table = ItemTable(Vocabulary())
    for code in range(count):
        leaf = "Tents" if code % 2 == 0 else "Stoves"
        facets = ["category:Camping", f"category:Camping > {leaf}", "brand:acme"]
        table.describe(f"i{code}", facets, available=True, published_s=NOW_S - 400 * DAY_S)
    return table


def test_what_is_touched_most_leads() -> None:
    found = lead(a_table(), {7: 10.0, 3: 4.0, 8: 1.0})
    assert found.popular.codes.tolist() == [7, 3, 8]
    assert found.popular.scores[0] == pytest.approx(1.0)


def test_a_category_has_leaders_of_its_own() -> None:
    table = a_table()
    found = lead(table, {7: 10.0, 3: 4.0, 8: 1.0})
    tents = found.of_facet(table.facets.codes["category:Camping > Tents"])
    assert tents.codes[0] == 8


def test_what_is_out_of_stock_leads_nowhere() -> None:
    table = a_table()
    table.available[7] = 0
    found = lead(table, {7: 10.0, 3: 4.0})
    stoves = found.of_facet(table.facets.codes["category:Camping > Stoves"])
    assert 7 not in found.popular.codes
    assert 7 not in stoves.codes


def test_what_is_touched_lately_more_than_ever_is_trending() -> None:
    table = a_table()
    long = dict.fromkeys(range(10), 10.0)
    found = leaders(Standing(_array(long, 40), _array({4: 5.0, 5: 1.0}, 40), {}), table, NOW_S)
    assert found.trending.codes[0] == 4


def test_a_new_item_that_nobody_touched_is_met_by_those_who_lean_to_its_facets() -> None:
    table = a_table()
    code = table.describe(
        "fresh",
        ["category:Camping", "category:Camping > Tents"],
        available=True,
        published_s=NOW_S - DAY_S,
    )
    found = lead(table, {one: float(40 - one) for one in range(40)})
    tents = found.of_facet(table.facets.codes["category:Camping > Tents"])
    assert code in tents.codes[:10]
    assert found.new.codes.tolist() == [code]


def test_a_catalog_that_was_just_loaded_has_no_new_items() -> None:
    table = a_table()
    table.published_s[:40] = NOW_S - DAY_S
    assert not len(lead(table, {1: 1.0}).new.codes)


def test_a_facet_that_all_items_share_says_nothing() -> None:
    table = a_table()
    weights = weigh_facets(table)
    assert weights[table.facets.codes["brand:acme"]] == 0.0
    assert weights[table.facets.codes["category:Camping > Tents"]] > 0.3


def lead(table: ItemTable, touched: dict[int, float]) -> Leaders:
    """Return the leaders when only these items were touched, weeks ago and lately alike."""
    sums = _array(touched, len(table.items))
    return leaders(Standing(sums, sums, {}), table, NOW_S)


def _array(touched: dict[int, float], count: int) -> NDArray[np.float64]:
    sums = np.zeros(count)
    for code, weight in touched.items():
        sums[code] = weight
    return sums
