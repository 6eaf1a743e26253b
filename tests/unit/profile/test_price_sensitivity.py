"""How much price moves somebody: bargains and looks, drawn to the middle where little is known."""

from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import replace

from tailorbird.profile.fold import fold_many
from tailorbird.profile.merge import merge
from tailorbird.profile.price_sensitivity import USUAL, PriceScore, price_score
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.events import PRODUCT_VIEWED, Event, LineItem
from tests.makers import NOON_MS, an_event, an_item, an_order
from tests.unit.profile.strategies import histories


def somebody_who(*history: Event) -> Profile:
    """Return what is known after a history."""
    return fold_many(EMPTY, history)


def on_sale(item: LineItem) -> LineItem:
    """Return the item as the catalog has it while it is on sale."""
    return replace(item, facets=(*item.facets, "sale:true"))


def score(*history: Event) -> float:
    """Return the score after a history, at noon."""
    return price_score(somebody_who(*history), NOON_MS).score


def bought(times: int, **fields: Any) -> list[Event]:
    """Return so many orders of one tent each."""
    return [an_order(an_item(price=80), total=80, **fields) for _ in range(times)]


def test_of_somebody_unknown_everybodys_share_is_said() -> None:
    assert price_score(EMPTY, NOON_MS) == PriceScore(USUAL, 0.0, None)


def test_one_bargain_is_no_habit() -> None:
    assert score(*bought(1, coupon="SPRING")) == pytest.approx(0.4, abs=0.1)


def test_ten_bargains_are() -> None:
    assert score(*bought(10, coupon="SPRING")) > 0.65


def test_who_always_pays_in_full_scores_low() -> None:
    assert score(*bought(10)) < 0.12


def test_looking_at_bargains_counts_a_little() -> None:
    look = an_event(PRODUCT_VIEWED, on_sale(an_item(price=80)))
    plain = an_event(PRODUCT_VIEWED, an_item(price=80))
    assert score(plain, plain) < USUAL < score(look, look) < 0.6


def test_looks_never_outweigh_purchases() -> None:
    looks = [an_event(PRODUCT_VIEWED, on_sale(an_item(price=80))) for _ in range(500)]
    found = price_score(somebody_who(*looks), NOON_MS)
    assert found.evidence == 2.0


@given(histories, histories)
def test_the_score_is_always_a_share(one: list[Event], other: list[Event]) -> None:
    joined = merge(somebody_who(*one), somebody_who(*other))
    found = price_score(joined, NOON_MS)
    assert 0 <= found.score <= 1


def test_a_plain_number_of_the_formula() -> None:
    found = price_score(somebody_who(*bought(2), *bought(2, coupon="SPRING")), NOON_MS)
    looked = found.evidence - 4
    assert found.score == pytest.approx((1 + 2 + looked * 0) / (4 + 4 + looked))


def test_a_line_without_a_price_says_nothing_of_looks() -> None:
    glance = an_event(PRODUCT_VIEWED, an_item(price=None))
    assert price_score(somebody_who(glance), NOON_MS).viewed is None
