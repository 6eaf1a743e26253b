"""How soon things are bought again: coffee soon, tents not for as long as anybody has watched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.predict.item_table import ItemTable
from tailorbird.predict.rebuying import LEAST_PURCHASES, Rebuys, patience, rebuys, untaught
from tailorbird.predict.sessions import Sessions, Vocabulary
from tailorbird.predict.training import TrainingEvent, TrainingLine, read_diary
from tailorbird.spine.ids import ItemId

DAY_S = 86_400.0
COFFEE, TENT, TEA = 0, 1, 2
KINDS = ("category:Coffee", "category:Tents", None)

Order = tuple[int, float, list[int]]


def learned(orders: list[Order], watched_days: float = 100.0) -> Rebuys | None:
    """Return what is learned from orders: buyer, day, items."""
    ordered = sorted(orders, key=lambda one: one[1])
    baskets = Sessions.of([one[2] for one in ordered], [one[1] * DAY_S for one in ordered])
    buyers = np.array([one[0] for one in ordered], np.int64)
    return rebuys(baskets, buyers, KINDS, watched_days * DAY_S)


def a_shop(again_after: float = 30.0, coffees: int = 40, tents: int = 40) -> list[Order]:
    """Return a shop in which all buy coffee again and nobody a tent."""
    coffee = [(n, day, [COFFEE]) for n in range(coffees) for day in (0.0, again_after)]
    return [*coffee, *((1_000 + n, 10.0, [TENT]) for n in range(tents))]


def days(found: Rebuys | None, kind: str | None) -> int:
    assert found is not None
    return found.days_of(kind)


def test_what_is_bought_again_is_waited_for_as_long_as_that_takes() -> None:
    assert days(learned(a_shop(30.0)), KINDS[COFFEE]) == 30


def test_what_nobody_buys_again_is_waited_with_for_as_long_as_was_watched() -> None:
    assert days(learned(a_shop()), KINDS[TENT]) == 100


def test_nobody_waits_longer_than_a_year() -> None:
    assert days(learned(a_shop(), watched_days=4_000), KINDS[TENT]) == 365


def test_a_kind_of_few_purchases_goes_by_the_whole_shop() -> None:
    found = learned(a_shop(tents=LEAST_PURCHASES - 1))
    assert days(found, KINDS[TENT]) == days(found, None)


def test_the_median_is_that_of_those_who_came_again() -> None:
    found = learned([(n, day, [COFFEE]) for n in range(40) for day in (0.0, n % 4 + 10.0)])
    assert found is not None
    assert found.kinds["category:Coffee"].median_days == 11.0


def test_a_purchase_of_yesterday_does_not_count_against_buying_again() -> None:
    late = [(5_000 + n, 99.0, [COFFEE]) for n in range(400)]
    found = learned([*a_shop(30.0), *late])
    assert found is not None
    assert found.kinds["category:Coffee"].share == pytest.approx(0.5, abs=0.01)


def test_a_share_that_may_be_chance_is_none() -> None:
    few = [(n, 50.0, [TENT]) for n in range(1_000, 1_006)]
    assert days(learned([*a_shop(), *few]), KINDS[TENT]) == 100


def test_orders_of_one_day_are_one_purchase() -> None:
    twice = [(1_000 + n, 10.5, [TENT]) for n in range(40)]
    assert learned([*a_shop(), *twice]) == learned(
        [one if one[2] != [TENT] else (one[0], 10.5, [TENT]) for one in a_shop()]
    )


def test_another_item_of_the_kind_is_no_repetition() -> None:
    found = learned([(n, float(day), [n % 2]) for n in range(80) for day in (0,)])
    assert found is not None
    assert found.shop.share == 0.0


def test_of_too_few_purchases_nothing_is_learned() -> None:
    assert learned([(1, 0.0, [COFFEE])]) is None


def test_of_no_purchases_nothing_is_learned() -> None:
    assert learned([]) is None


def test_a_log_tells_which_kind_an_item_is_and_until_when_it_was_watched() -> None:
    facets = ("category:Food", "category:Food > Coffee", "brand:acme")
    diary = read_diary(
        [
            [
                TrainingEvent("Product Viewed", 5_000, "a1", items=(TrainingLine("mug"),)),
                TrainingEvent("Order Completed", 9_000, "a1", items=(TrainingLine("b", facets),)),
            ]
        ]
    )
    assert (diary.kinds(), diary.ended_s()) == ([None, "category:Food > Coffee"], 9.0)


def test_an_unlearned_shop_waits_a_fortnight() -> None:
    assert (untaught(ItemId("tent")), patience(None, ItemTable(Vocabulary()))(ItemId("tent"))) == (
        14,
        14,
    )


def test_an_item_is_waited_with_by_its_narrowest_category() -> None:
    table = ItemTable(Vocabulary())
    table.describe("beans", ("category:Coffee",), available=True, published_s=0.0)
    waits = patience(learned(a_shop(30.0)), table)
    assert (waits(ItemId("beans")), waits(ItemId("no-such-item"))) == (
        30,
        days(learned(a_shop(30.0)), None),
    )


_orders = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.floats(0.0, 99.0),
        st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True),
    ),
    min_size=LEAST_PURCHASES,
    max_size=80,
)


@given(_orders)
def test_whatever_was_ordered_a_wait_is_a_day_to_a_year_and_a_share_a_share(
    orders: list[Order],
) -> None:
    found = learned(orders)
    for one in () if found is None else (found.shop, *found.kinds.values()):
        assert 1 <= one.days <= 365
        assert 0.0 <= one.share <= 1.0
        assert (one.median_days is None) == (one.share == 0.0)


@given(_orders, st.permutations(range(6)))
def test_who_the_buyers_are_does_not_matter(orders: list[Order], names: list[int]) -> None:
    renamed = [(names[buyer], day, items) for buyer, day, items in orders]
    assert learned(orders) == learned(renamed)
