"""Orders: each counted once, refunds and cancellations taken off, none forgotten."""

from itertools import permutations

import msgspec
import pytest

from tailorbird.profile import ordering
from tailorbird.profile.ordering import join_orders, take_order
from tailorbird.profile.orders import (
    NO_ORDERS,
    Order,
    Orders,
    net_minor,
    order_time,
    placed,
    purchased_at,
    refunded_minor,
    returned_at,
)
from tailorbird.profile.worth import worth
from tailorbird.spine.events import Event
from tests.makers import DAY, MINUTE, NOON_MS, an_event, an_item, an_order


def orders_after(*history: Event) -> Orders:
    orders = NO_ORDERS
    for event in history:
        orders = take_order(orders, event)
    return orders


def the_order(*history: Event) -> Order:
    (order,) = orders_after(*history).kept.values()
    return order


def refund(total: float, source: str = "web", minute: int = 0) -> Event:
    at = NOON_MS + minute * MINUTE
    return msgspec.structs.replace(
        an_order(total=total, order_id="o1", name="Order Refunded", at=at, source=source), items=()
    )


def test_an_order_that_two_sources_report_counts_once() -> None:
    browser = an_order(total=90, order_id="o1")
    webhook = an_order(total=90, order_id="o1", source="webhook", at=NOON_MS + MINUTE)
    assert worth(orders_after(browser, webhook), NOON_MS).spending.net_minor == 9000


def test_of_two_reports_the_richer_stands_whichever_came_first() -> None:
    rich = an_order(an_item("a"), an_item("b"), total=90, order_id="o1")
    poor = an_order(an_item("a"), total=80, order_id="o1", at=NOON_MS + DAY)
    for history in permutations([rich, poor]):
        assert net_minor(the_order(*history)) == 9000


def test_of_equally_rich_reports_the_later_received_stands() -> None:
    first = an_order(total=90, order_id="o1")
    second = an_order(total=80, order_id="o1", received_at_ms=NOON_MS + 1)
    for history in permutations([first, second]):
        assert net_minor(the_order(*history)) == 8000


def test_reports_that_differ_in_nothing_but_content_are_still_settled() -> None:
    reports = [an_order(total=total, order_id="o1") for total in (80, 90)]
    assert the_order(*reports) == the_order(*reversed(reports))


def test_refunds_add_up_to_at_most_what_was_paid() -> None:
    order = an_order(total=90, order_id="o1")
    assert refunded_minor(the_order(order, refund(20), refund(30, minute=1))) == 5000
    assert refunded_minor(the_order(order, refund(80), refund(80, minute=1))) == 9000


def test_a_refund_that_two_sources_report_counts_once() -> None:
    order = an_order(total=90, order_id="o1")
    told = the_order(order, refund(20, "web"), refund(20, "webhook", minute=1))
    assert refunded_minor(told) == 2000


def test_a_refund_without_an_amount_is_of_the_whole_order() -> None:
    assert net_minor(the_order(an_order(total=90, order_id="o1"), refund(0))) == 0


def test_a_refund_may_arrive_before_its_order() -> None:
    history = [an_order(total=90, order_id="o1"), refund(20)]
    assert the_order(*history) == the_order(*reversed(history))


def test_a_refund_alone_is_not_an_order() -> None:
    orders = orders_after(refund(20))
    assert placed(orders) == ()
    assert worth(orders, NOON_MS).frequency == 0


def test_a_cancelled_order_counts_for_nothing() -> None:
    cancelled = an_order(order_id="o1", name="Order Cancelled", at=NOON_MS + DAY)
    orders = orders_after(an_order(an_item("a"), order_id="o1"), cancelled)
    assert net_minor(orders.kept["o1"]) == 0
    assert purchased_at(orders) == {}


def test_the_first_cancellation_dates_an_order_that_was_never_seen() -> None:
    first, second = (
        an_order(order_id="o1", name="Order Cancelled", at=NOON_MS + age) for age in (0, DAY)
    )
    assert order_time(the_order(second, first)) == NOON_MS
    assert order_time(the_order(refund(5, minute=3))) == NOON_MS + 3 * MINUTE


def test_an_order_without_a_number_is_known_by_its_message() -> None:
    event = an_event("Order Completed", an_item(price=20, quantity=2), message_id="m7")
    assert net_minor(orders_after(event).kept["m7"]) == 4000


def test_a_purchase_is_remembered_by_item_and_time() -> None:
    orders = orders_after(
        an_order(an_item("a"), at=NOON_MS), an_order(an_item("a"), an_item("b"), at=NOON_MS - DAY)
    )
    assert purchased_at(orders) == {"a": NOON_MS, "b": NOON_MS - DAY}


@pytest.mark.parametrize("name", ["Order Refunded", "Store Purchase Returned"])
def test_returned_items_are_remembered(name: str) -> None:
    back = an_order(an_item("a", price=10), total=10, order_id="o1", name=name, at=NOON_MS + DAY)
    assert returned_at(orders_after(an_order(order_id="o1"), back)) == {"a": NOON_MS + DAY}


def test_a_whole_refund_returns_every_item() -> None:
    orders = orders_after(an_order(an_item("a"), an_item("b"), order_id="o1"), refund(0))
    assert returned_at(orders) == {"a": NOON_MS, "b": NOON_MS}


def years_of_orders(number: int) -> list[Event]:
    return [an_order(total=10, at=NOON_MS + day * DAY) for day in range(number)]


def test_a_profile_never_forgets_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "COUNTED", 150)
    orders = orders_after(*years_of_orders(160), *years_of_orders(1))
    value = worth(orders, NOON_MS + 160 * DAY)
    assert len(orders.kept) == 150
    assert (value.frequency, value.spending.net_minor) == (161, 161_000)


def test_older_orders_add_up_when_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "COUNTED", 101)
    history = years_of_orders(210)
    merged = join_orders(orders_after(*history[:105]), orders_after(*history[105:]))
    assert merged == orders_after(*history)
    assert worth(merged, NOON_MS).frequency == 210


def test_an_old_order_keeps_its_money_without_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "LINES_KEPT", 2)
    oldest, *newer = placed(orders_after(*years_of_orders(3)))
    assert oldest.sale.lines == ()
    assert net_minor(oldest.order) == 1000
    assert all(one.sale.lines for one in newer)


def test_an_old_order_told_again_still_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "LINES_KEPT", 2)
    history = years_of_orders(5)
    assert worth(orders_after(*history, *history), NOON_MS).frequency == 5


def test_which_lines_are_kept_does_not_depend_on_the_order_of_arrival(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ordering, "LINES_KEPT", 3)
    history = years_of_orders(6)
    whole = orders_after(*history)
    assert whole == orders_after(*reversed(history))
    assert whole == join_orders(orders_after(*history[::2]), orders_after(*history[1::2]))
