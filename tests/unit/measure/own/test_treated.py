"""What people brought, out of a shop's own log: money of one currency, every order once."""

from collections.abc import Iterator

import pytest

from tailorbird.measure.own.treated import Records, brought
from tailorbird.predict.uplift.lesson import Gained
from tailorbird.spine.events import Event
from tests.makers import an_order

WHOSE = {"anonymous:a1": "p1"}


def gained(*orders: Event) -> list[Gained]:
    def events() -> Iterator[Event]:
        yield from orders

    source = Records(lambda: iter(()), events, WHOSE)
    return list(brought(source, {}, assumed_margin=0.5))


def test_money_is_that_of_the_currency_that_most_orders_are_in() -> None:
    found = gained(an_order(total=10), an_order(total=20), an_order(total=90, currency="USD"))
    assert sum(one.revenue for one in found) == pytest.approx(30)
    assert sum(one.order for one in found) == 3


def test_yen_have_no_hundredths() -> None:
    [found] = gained(an_order(total=50, currency="JPY"))
    assert found.revenue == pytest.approx(5_000)
