"""What is best done for somebody now: weighed by what it changes, beside doing nothing."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tailorbird.predict.people import Foresight
from tests.commands import command
from tests.makers import DAY
from tests.shop import Shop
from tests.unit.decide.offers.test_uplifting import ByOrders, model

CART: dict[str, Any] = {"cart": [{"item": "tent", "quantity": 1}], "currency": "EUR"}
ACTIONS = """
placements:
  - {name: next_action, kind: action, limit: 1, exploreShare: 0}
  - {name: hero, kind: content, creatives: [{id: proof, data: {text: Loved}}, {id: plain}]}
offers:
  - {name: ten-off, depths: [10], depthWithoutModel: 10, budget: {total: 25}}
actions:
  - {name: proof, kind: social_proof, placement: hero, creative: proof, effect: {declared: 0.01}}
  - {name: discount, kind: offer, placement: cart_offer, exclusive: deal, effect: {declared: 0.05}}
  - name: reminder
    kind: message
    channel: email
    template: cart-reminder
    delay: 60m
    exclusive: deal
    effect: {declared: 0.04}
    cost: {amount: 0.01, fatigue: 0.1}
"""


@pytest.fixture
def acting(shop: Shop) -> Shop:
    """A shop with a tent that earns 40, and three actions."""
    shop.stock({"id": "tent", "title": "Tent", "price": 100, "cost": 60, "currency": "EUR"})
    apply(shop, ACTIONS)
    known = {"anonymousId": "a1", "traits": {"email": "ann@example.org"}}
    assert shop.post("/v1/identify", known).status_code == 200
    return shop


def apply(shop: Shop, text: str, status: int = 200) -> Any:
    reply = shop.call("PUT", "/v1/config", json={"files": {"a.yaml": text}})
    assert reply.status_code == status, reply.text
    return reply.json()


def best(shop: Shop, **more: Any) -> dict[str, Any]:
    """Return the answer of the door, with all that is told to the shop."""
    asked = {"anonymousId": "a1", "context": CART, "explain": True, "deadlineMs": 5_000, **more}
    reply = shop.post("/v1/next-action", asked)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def why_out(found: dict[str, Any], name: str) -> str:
    return next(str(one["why"]) for one in found["considered"] if one["id"] == name)


def test_what_is_worth_most_beside_doing_nothing_is_done(acting: Shop) -> None:
    found = best(acting)
    gains = {one["id"]: one["gain"] for one in found["considered"] if "gain" in one}
    assert found["action"]["id"] == "reminder"
    assert gains["proof"] == pytest.approx(0.01 * 40)
    assert gains["reminder"] == pytest.approx(0.04 * 40 - 0.01)
    assert gains["discount"] == pytest.approx(0.07 * (40 - 10) - 0.02 * 40)


def test_a_message_is_told_with_its_time_and_not_sent(acting: Shop) -> None:
    action = best(acting)["action"]
    told = action["channel"], action["template"], action["sendAt"]
    assert told == ("email", "cart-reminder", acting.ago(-3_600_000))


def test_doing_nothing_wins_where_nothing_earns(acting: Shop) -> None:
    apply(acting, ACTIONS.replace("declared: 0.0", "declared: -0.0"))
    found = best(acting)
    assert (found["action"]["id"], found["action"]["gain"]) == ("nothing", 0.0)


def test_somebody_who_buys_anyhow_is_not_worth_a_discount(acting: Shop) -> None:
    surely = ACTIONS.replace("{declared: 0.05}", "{declared: 0.05, assumed: 0.6}")
    gains = {one["id"]: one.get("gain") for one in best(acting)["considered"]}
    apply(acting, surely)
    later = {one["id"]: one.get("gain") for one in best(acting)["considered"]}
    assert gains["discount"] > 0 > later["discount"]


def test_who_refused_a_channel_is_sent_nothing_by_it(acting: Shop) -> None:
    refused = {"anonymousId": "a1", "purposes": {"email": False}}
    assert acting.call("PUT", "/v1/consent", json=refused).status_code == 200
    found = best(acting)
    assert found["action"]["id"] == "discount"
    assert "refused" in why_out(found, "reminder")


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("Email Unsubscribed", "unsubscribed"),
        ("Email Marked as Spam", "complained"),
        ("Email Bounced", "came back"),
        ("Order Completed", "ordered less than 3d ago"),
        ("Ticket Opened", "open support ticket"),
    ],
)
def test_who_should_be_left_alone_is_sent_nothing(acting: Shop, event: str, why: str) -> None:
    acting.track(event, order_id="o1", ticket_id="t1", products=[{"product_id": "map"}])
    assert why in why_out(best(acting), "reminder")


def test_who_has_no_address_is_sent_nothing(acting: Shop) -> None:
    assert "no email address" in why_out(best(acting, anonymousId="a2"), "reminder")


def test_messages_before_cost_more_and_more(acting: Shop) -> None:
    first = best(acting)["action"]["features"]["fatigue"]
    again = best(acting)["action"]
    assert (first, again["features"]["fatigue"]) == (0.0, pytest.approx(0.1))


def test_a_cap_holds_over_a_restart_and_ends(acting: Shop) -> None:
    apply(acting, ACTIONS.replace("delay: 60m", "cap: {times: 1, within: 1d}"))
    assert best(acting)["action"]["id"] == "reminder"
    acting.restart()
    assert "chosen for them 1 times" in why_out(best(acting), "reminder")
    acting.clock.move(2 * DAY)
    assert why_out(best(acting), "reminder").startswith("changes the chance")


def test_a_cap_holds_however_many_decisions_came_between(acting: Shop) -> None:
    apply(acting, ACTIONS.replace("delay: 60m", "cap: {times: 1, within: 1d}"))
    assert best(acting)["action"]["id"] == "reminder"
    for _ in range(60):
        assert acting.decide("hero").status_code == 200
    assert "chosen for them 1 times" in why_out(best(acting), "reminder")


def test_what_is_only_tried_out_counts_for_no_cap(acting: Shop) -> None:
    apply(acting, ACTIONS.replace("delay: 60m", "cap: {times: 1, within: 1d}"))
    for _ in range(2):
        assert best(acting, dryRun=True)["action"]["id"] == "reminder"


def test_an_offer_that_is_taken_is_held_and_one_that_is_looked_at_is_not(acting: Shop) -> None:
    assert acting.run(acting.workspace.stores.grants.spending()) == []
    chosen = best(acting, actions=["discount"])["action"]
    assert chosen["offer"]["value"] == 10.0
    assert chosen["offer"]["code"]
    assert acting.run(acting.workspace.stores.grants.spending())[0].held == 10_00


def test_an_exclusive_group_gives_one_deal_a_page(acting: Shop) -> None:
    two = ACTIONS.replace("kind: action, limit: 1", "kind: action, limit: 3")
    apply(acting, two)
    taken = [one["id"] for one in best(acting)["actions"]]
    assert taken == ["reminder", "proof"]


def test_what_is_explored_is_drawn_with_the_chance_that_is_told(acting: Shop) -> None:
    apply(acting, ACTIONS.replace("exploreShare: 0", "exploreShare: 0.4"))
    found = [best(acting, dryRun=True) for _ in range(60)]
    chances = {one["id"]: one["actionProbability"] for one in found[0]["considered"]}
    assert chances["reminder"] == pytest.approx(0.7)
    assert sum(chances.values()) == pytest.approx(1.0)
    assert Counter(one["action"]["id"] for one in found)["reminder"] < 60


def test_a_browser_is_told_what_is_done_and_not_what_it_earns(acting: Shop) -> None:
    asked = {"anonymousId": "a1", "context": CART}
    action = acting.post("/v1/next-action", asked, key=acting.publishable).json()["action"]
    assert not {"gain", "why", "features", "expectedValue"} & set(action)
    assert action["reason"] == "An e-mail for you"


def test_whoever_refused_personalization_is_left_alone(acting: Shop) -> None:
    asked = {"anonymousId": "a1", "context": CART}
    reply = acting.post("/v1/next-action", asked, headers={"Sec-GPC": "1"}).json()
    assert reply["action"]["id"] == "nothing"


def test_the_journal_has_all_that_could_have_been_done(acting: Shop) -> None:
    acting.post("/v1/next-action", {"anonymousId": "a1", "context": CART})
    acting.run(acting.workspace.journal.flush())
    slot = acting.run(acting.workspace.journal.latest(1))[0].decisions[0]
    assert {one["id"] for one in slot["considered"]} == {"nothing", "proof", "discount", "reminder"}
    assert slot["actions"][0]["actionProbability"] == 1.0


def test_a_draft_can_be_looked_at_for_somebody_who_is_only_described(acting: Shop) -> None:
    draft = ACTIONS.replace("{declared: 0.01}", "{declared: 0.5}")
    body = {
        "files": {"a.yaml": draft},
        "decide": {"placements": [{"name": "next_action"}], "context": CART},
        "person": [
            {"type": "track", "event": "Product Viewed", "properties": {"product_id": "tent"}}
        ],
    }
    reply = acting.post("/v1/config/preview", body)
    slot = reply.json()["decisions"][0]
    assert slot["actions"][0]["content"]["id"] == "proof"
    assert acting.run(acting.workspace.journal.latest(1)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("placement: heroo, creative: proof", "did you mean `hero`?"),
        ("placement: hero, creative: prof", "did you mean `proof`?"),
        ("placement: home_recs", "no placement of kind"),
        ("plcement: hero", "did you mean `placement`?"),
        ("placement: hero, when: persn.orders > 1", "persn"),
        ("placement: hero, effect: {bandit: {placement: hero, against: plain}}", "has no bandit"),
    ],
)
def test_what_is_wrong_is_named_by_line_with_the_nearest_word(
    acting: Shop, wrong: str, said: str
) -> None:
    text = ACTIONS.replace("placement: hero, creative: proof, effect: {declared: 0.01}", wrong)
    problem = json.dumps(apply(acting, text, 400))
    assert said in problem
    assert "a.yaml:8" in problem


def test_an_offer_may_not_hang_on_where_somebody_is(acting: Shop) -> None:
    barred = ACTIONS.replace("exclusive: deal, effect", 'when: context.country == "DE", effect')
    assert "context.country" in json.dumps(apply(acting, barred, 400))


def test_an_unknown_action_is_named_with_those_that_are_known(acting: Shop) -> None:
    reply = acting.post("/v1/next-action", {"anonymousId": "a1", "actions": ["remindr"]})
    assert reply.status_code == 404
    assert "reminder" in reply.json()["detail"]


PAGE = ("cart_offer", "next_action", "other_action")


def a_page(shop: Shop, *placements: str) -> Any:
    """Return what is decided for a page, with an offer that goes by uplift and more actions."""
    more = "\n  - {name: other_action, kind: action, limit: 2}\noffers:"
    text = ACTIONS.replace("\noffers:", more, 1)
    apply(shop, text.replace("depthWithoutModel: 10", "byUplift: {treatment: t}"))
    return shop.decide(*placements, context=CART, deadlineMs=5_000, explain=True).json()


def test_all_placements_of_a_page_share_one_answer_of_a_trials_model(
    acting: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def effects(_: ByOrders, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        asked.append(rows)
        return rows[:, 0]

    monkeypatch.setattr(ByOrders, "effects", effects)
    acting.workspace.counters.uplifts.put(model())
    a_page(acting, *PAGE)
    assert len(asked) == 1


def test_what_to_expect_of_a_customer_is_not_worked_out_where_no_action_hangs_on_it(
    acting: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> None:
        raise AssertionError("the model of customers was asked")

    monkeypatch.setattr(Foresight, "forecast", asked)
    assert a_page(acting, *PAGE)["decisions"][1]["actions"]


ONE_DEAL = """
placements:
  - name: hero
    kind: content
    exclusive: deal
    priority: PRIORITY
    creatives: [{id: sale, discount: true}, {id: plain}]
  - {name: cart_offer, kind: offer, limit: 1, exclusive: deal, priority: 1}
offers:
  - {name: ten-off, depths: [10], depthWithoutModel: 10, minCart: 90}
"""


@pytest.mark.parametrize(
    ("priority", "cart", "shown"),
    [("2", CART, ("sale", None)), ("0", CART, ("plain", "ten-off")), ("0", {}, ("sale", None))],
)
def test_a_page_carries_one_deal_by_priority(
    acting: Shop, priority: str, cart: dict[str, Any], shown: tuple[str, str | None]
) -> None:
    apply(acting, ONE_DEAL.replace("PRIORITY", priority))
    found = acting.decide("hero", "cart_offer", context=cart, deadlineMs=5_000).json()["decisions"]
    given = None if found[1]["offer"] is None else found[1]["offer"]["id"]
    assert (found[0]["content"]["id"], given) == shown
    assert found[1]["placement"] == "cart_offer"


def test_who_is_in_control_is_left_alone_and_what_would_have_been_done_is_written_down(
    acting: Shop,
) -> None:
    experiment = """
experiments:
  - name: acting
    control: quiet
    status: running
    variants:
      - {name: quiet, weight: 999, placements: {next_action: {actions: [nothing]}}}
      - {name: active, weight: 1, placements: {next_action: {limit: 2}}}
"""
    apply(acting, ACTIONS + experiment)
    assert best(acting)["action"]["id"] == "nothing"
    acting.run(acting.workspace.journal.flush())
    ghost = acting.run(acting.workspace.journal.latest(1))[0].ghosts[0]
    assert [one["id"] for one in ghost["decision"]["actions"]] == ["reminder", "proof"]


def test_an_arm_that_changes_nothing_is_a_ghost_of_a_control_that_acts_not(acting: Shop) -> None:
    experiment = """
experiments:
  - name: acting
    control: quiet
    status: running
    variants:
      - {name: quiet, weight: 999, placements: {next_action: {actions: [nothing]}}}
      - {name: active, weight: 1}
"""
    apply(acting, ACTIONS + experiment)
    best(acting)
    acting.run(acting.workspace.journal.flush())
    assert acting.run(acting.workspace.journal.latest(1))[0].ghosts[0]["variant"] == "active"


def test_another_policy_of_actions_is_judged_from_the_shops_own_log(acting: Shop) -> None:
    apply(acting, ACTIONS.replace("exploreShare: 0", "exploreShare: 0.5"))
    for number in range(40):
        best(acting, anonymousId=f"v{number}")
    acting.run(acting.workspace.journal.flush())
    words = ("--policy", "uniform", "--placement", "next_action", "--json")
    made = command("evaluate", *words, "--data", acting.folder).json()
    assert made["rows"] == 40


def test_the_command_shows_what_would_be_done_and_does_nothing(acting: Shop) -> None:
    acting.run(acting.install.close())
    words = ("--context", json.dumps(CART), "--data", acting.folder)
    found = command("next-action", "anonymous:a1", *words)
    assert found.code == 0, found.err
    assert "Would be done now: reminder." in found.out
    acting.restart()
    assert acting.run(acting.workspace.journal.latest(1)) == []
