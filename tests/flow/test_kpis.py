"""Key figures from a shop's own log and journal: small histories whose figures are known."""

import asyncio
from typing import Any

import pytest

from tailorbird.cli.kpis import told
from tailorbird.measure.kpis.figures import Figure, KpiGroup, KpiQuestion, KpisShown
from tailorbird.spine.ids import DEFAULT_WORKSPACE
from tests.commands import command
from tests.makers import DAY, HOUR, MINUTE
from tests.shop import Shop

RULES = """
rules:
  - name: left_cart
    on: Product Added
    holdout: 0.5
    judgedWithin: 1d
"""


@pytest.fixture
def selling(shop: Shop) -> Shop:
    """A shop with two things to sell, which are recommended."""
    tent = {"id": "tent", "title": "Tent", "price": 50, "cost": 30, "currency": "EUR", "stock": 8}
    rope = {"id": "rope", "title": "Rope", "price": 10, "cost": 4, "currency": "EUR", "stock": 5}
    shop.stock(tent, rope)
    return shop


def ask(shop: Shop, by: str = "placement", **only: str) -> KpisShown:
    """Ask as the command does, from the files, about all that has been so far."""

    async def written() -> None:
        await shop.workspace.journal.flush()
        await shop.workspace.state.flush()

    shop.run(written())
    now_ms = shop.clock()
    question = KpiQuestion(by, 0, now_ms + 1, now_ms + 1, only)
    return shop.run(asyncio.to_thread(told, shop.install.settings, DEFAULT_WORKSPACE, question))


def group(shown: KpisShown, name: str) -> KpiGroup:
    return next(one for one in shown.groups if one.name == name)


def figure(found: KpiGroup, kpi: str, currency: str | None = None) -> Figure:
    return next(one for one in found.figures if (one.kpi, one.currency) == (kpi, currency))


def made(found: KpiGroup, kpi: str, currency: str | None = None) -> tuple[float, float]:
    one = figure(found, kpi, currency)
    return one.numerator, one.denominator


def see(shop: Shop, who: str, *hows: str) -> dict[str, str]:
    """Show somebody the home page; return exposures by item, after seeing and doing more."""
    answer = shop.decide("home_recs", anonymousId=who).json()["decisions"][0]
    exposures = {one["id"]: one["exposureId"] for one in answer["items"]}
    for how in ("Viewed", *hows):
        for exposure in exposures.values():
            shop.track(f"Recommendation {how}", anonymousId=who, exposureId=exposure)
            if how != "Viewed":
                break
    return exposures


def order(shop: Shop, who: str, item: str, price: float, *, currency: str = "EUR") -> str:
    name = f"o-{who}-{item}-{shop.clock()}"
    lines = [{"product_id": item, "quantity": 1, "price": price}]
    money: dict[str, Any] = {"revenue": price, "currency": currency}
    shop.track("Order Completed", anonymousId=who, order_id=name, products=lines, **money)
    return name


def test_clicks_and_dismissals_are_shares_of_what_was_seen_once(selling: Shop) -> None:
    see(selling, "b1", "Clicked", "Clicked")
    see(selling, "b2", "Dismissed")
    home = group(ask(selling), "home_recs")
    assert made(home, "ctr") == (1, 4)
    assert made(home, "dismissal_rate") == (1, 4)
    assert (home.people, home.sessions) == (2, 2)
    ctr = figure(home, "ctr")
    assert ctr.low is not None
    assert ctr.high is not None
    assert 0.0 < ctr.low < 0.25 < ctr.high < 1.0


def test_money_is_by_visit_and_currency_and_refunds_take_away(selling: Shop) -> None:
    see(selling, "b1")
    gone = order(selling, "b1", "tent", 50)
    see(selling, "b2")
    order(selling, "b2", "tent", 50)
    order(selling, "b2", "rope", 12, currency="USD")
    see(selling, "b3")
    see(selling, "b4")
    selling.track("Order Refunded", anonymousId="b1", order_id=gone, revenue=25)
    home = group(ask(selling), "home_recs")
    assert made(home, "revenue_per_session", "EUR") == (75, 4)
    assert made(home, "revenue_per_session", "USD") == (12, 4)
    assert made(home, "gross_profit_per_session", "EUR") == (30, 4)
    assert made(home, "margin_per_impression", "EUR") == (40, 8)
    assert made(home, "attach_rate") == (3, 3)
    assert made(home, "returns_rate") == (1, 3)
    note = figure(home, "gross_profit_per_session", "USD").note
    assert note == "1 of 1 orders count as nothing: their cost is unknown."


def test_an_order_counts_once_and_a_cancelled_one_as_nothing(selling: Shop) -> None:
    see(selling, "b1")
    name = order(selling, "b1", "tent", 50)
    selling.track("Order Completed", anonymousId="b1", order_id=name, revenue=50, currency="EUR")
    other = order(selling, "b1", "rope", 10)
    selling.track("Order Cancelled", anonymousId="b1", order_id=other)
    home = group(ask(selling), "home_recs")
    assert made(home, "revenue_per_session", "EUR") == (50, 1)
    assert made(home, "attach_rate") == (1, 1)


def test_a_pause_ends_a_visit_and_a_visit_has_the_channel_it_came_by(selling: Shop) -> None:
    mail = {"campaign": {"medium": "email"}}
    selling.track("Page Viewed", anonymousId="b1", context=mail)
    selling.clock.move(20 * MINUTE)
    order(selling, "b1", "tent", 50)
    selling.clock.move(31 * MINUTE)
    selling.track("Page Viewed", anonymousId="b1")
    shown = ask(selling, "channel")
    assert {one.name: one.sessions for one in shown.groups} == {"direct": 1, "email": 1}
    assert made(group(shown, "email"), "revenue_per_session", "EUR") == (50, 1)
    assert made(shown.total, "revenue_per_session", "EUR") == (50, 2)


def test_an_abandoned_cart_that_is_bought_within_seven_days_is_recovered(selling: Shop) -> None:
    for who in ("b1", "b2", "b3"):
        selling.track("Product Added", anonymousId=who, product_id="tent", quantity=1)
    selling.clock.move(6 * DAY)
    order(selling, "b1", "tent", 50)
    selling.clock.move(2 * DAY)
    order(selling, "b2", "tent", 50)
    selling.track("Product Added", anonymousId="b4", product_id="tent", quantity=1)
    assert made(ask(selling).total, "recovery_rate") == (1, 3)


def test_what_was_sold_out_when_it_was_shown_or_wanted_is_counted(selling: Shop) -> None:
    see(selling, "b1")
    late = selling.decide("home_recs", anonymousId="b2").json()["decisions"][0]["items"]
    selling.clock.move(MINUTE)
    selling.call("PATCH", "/v1/items/tent", json={"stock": 0})
    for one in late:
        selling.track("Recommendation Viewed", anonymousId="b2", exposureId=one["exposureId"])
    selling.track("Product Viewed", anonymousId="b2", product_id="tent")
    selling.clock.move(MINUTE)
    selling.call("PATCH", "/v1/items/tent", json={"stock": 3})
    selling.track("Product Viewed", anonymousId="b2", product_id="tent")
    home = group(ask(selling), "home_recs")
    assert made(home, "stockout_rate") == (1, 4)
    assert made(home, "lost_demand") == (1, 2)


def test_sell_through_is_what_was_sold_of_what_was_there(selling: Shop) -> None:
    see(selling, "b1")
    order(selling, "b2", "tent", 50)
    selling.call("PATCH", "/v1/items/tent", json={"stock": 7})
    home = group(ask(selling), "home_recs")
    assert made(home, "sell_through") == (1, 1 + 7 + 5)


def test_messages_are_told_by_the_channel_that_they_name(selling: Shop) -> None:
    for number, happened in enumerate(("Delivered", "Unsubscribed", "Complained")):
        news = {"message_id": f"m{number}", "channel": "email", "anonymousId": "b1"}
        selling.track("Message Delivered", **news)
        selling.track(f"Message {happened}", **news)
    email = group(ask(selling, "channel"), "email")
    assert made(email, "unsubscribe_rate") == (1, 3)
    assert made(email, "complaint_rate") == (1, 3)


def test_false_alarms_are_those_that_the_rules_room_judges(selling: Shop) -> None:
    files = {"files": {"a.yaml": RULES}}
    assert selling.call("PUT", "/v1/config", json=files).status_code == 200
    for number in range(20):
        selling.track("Product Added", anonymousId=f"b{number}", product_id="tent", quantity=1)
        selling.run(selling.workspace.watcher.settled())
        selling.clock.move(MINUTE)
        if number % 2:
            order(selling, f"b{number}", "tent", 50)
    selling.clock.move(2 * DAY)
    report = selling.get("/v1/rules/report").json()["rules"][0]["heldOut"]
    found = group(ask(selling, "trigger"), "left_cart")
    assert made(found, "false_positive_rate") == (report["reached"], report["of"])
    one = figure(found, "false_positive_rate")
    assert (one.low, one.high) == pytest.approx((report["low"], report["high"]))
    assert found.people == 20 - report["of"]


def test_who_refused_analytics_or_was_erased_is_in_no_figure(selling: Shop) -> None:
    for who in ("b1", "b2", "b3"):
        see(selling, who, "Clicked")
    refusal = {"anonymousId": "b1", "purposes": {"analytics": False}}
    assert selling.call("PUT", "/v1/consent", json=refusal).status_code == 200
    whom = {"identity_type": "anonymous_id", "identity_value": "b2"}
    wish = {"subject_request_type": "erasure", "subject_identities": [whom]}
    assert selling.post("/v1/privacy/requests", wish).status_code < 300
    shown = ask(selling)
    assert made(group(shown, "home_recs"), "ctr") == (1, 2)
    assert (shown.total.people, shown.left_out) == (1, 1)


def test_a_filter_keeps_visits_that_belong_to_another_group_too(selling: Shop) -> None:
    see(selling, "b1")
    order(selling, "b1", "tent", 50)
    order(selling, "b2", "tent", 50)
    direct = group(ask(selling, "channel", placement="home_recs"), "direct")
    assert made(direct, "revenue_per_session", "EUR") == (50, 1)
    assert ask(selling, "channel", placement="it's none").groups == ()


def test_the_command_and_the_door_tell_the_same(selling: Shop) -> None:
    see(selling, "b1", "Clicked")
    selling.clock.move(HOUR)
    reply = selling.get("/v1/kpis?by=placement&since=2023-11-01&until=2023-12-01")
    assert reply.status_code == 200, reply.text
    words = ("--by", "placement", "--since", "2023-11-01", "--until", "2023-12-01")
    done = command("kpis", *words, "--data", selling.folder, "--json")
    assert done.json() == reply.json(), done.err
    assert reply.json()["groups"][0]["figures"][0]["kpi"] == "ctr"
    table = command("kpis", *words, "--data", selling.folder).out
    assert "home_recs: 1 visits of 1 people" in table
    assert "Click rate" in table


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("by=placment", "did you mean `placement`?"),
        ("since=soon", "`since` is not a date"),
        ("since=2023-12-01&until=2023-11-01", "`since` must come before `until`"),
        ("placemnt=hero", "did you mean `placement`?"),
    ],
)
def test_a_question_that_is_not_understood_is_refused(shop: Shop, query: str, says: str) -> None:
    reply = shop.get(f"/v1/kpis?{query}")
    assert reply.status_code == 400
    assert says in reply.json()["detail"]
