"""Rules from files to the log: fired once, in time, silent when they should be, forgotten."""

import json
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tailorbird.spine.events import Event
from tests.commands import command
from tests.live import live_server, logged, make_key
from tests.makers import DAY, HOUR, MINUTE
from tests.shop import Reply, Shop, tracked

_numbers = count(1)

THREE_VIEWS = """
    rules:
      - name: three_views
        on: Product Viewed
        when: count("Product Viewed", item, "1h") >= 3 && count("Order Completed", "1h") == 0
        cooldown: 1d
"""
ABANDONED = """
    rules:
      - name: cart_abandoned
        on: [Product Added, Cart Viewed]
        when: cart.items > 0
        after: 30m
        unless: [Order Completed]
        still: cart.items > 0
        then: {event: Cart Abandoned, properties: {campaign: comeback}}
    events:
      - name: Cart Abandoned
"""


class Ruled(Shop):
    """A shop with rules, whose firings can be asked for."""

    def rules(self, text: str) -> None:
        reply = self.call("PUT", "/v1/config", json={"files": {"rules.yaml": dedent(text)}})
        assert reply.status_code == 200, reply.text

    def wait(self, ms: int = 0) -> None:
        """Let time pass, and let what waits be looked at."""
        self.clock.move(ms)
        self.run(self.workspace.watcher.tick())

    def fired(self) -> list[Event]:
        self.run(self.workspace.watcher.settled())
        self.run(self.workspace.corridor.reached(self.workspace.log.last_offset))
        return [one for one in logged(self.folder) if one.source == "tailorbird:rules"]

    def rule_names(self) -> list[str]:
        return [str(one.properties["rule"]) for one in self.fired()]

    def track(self, event: str, *, key: str | None = None, **fields: Any) -> Reply:
        """Send a track call of a message id of its own."""
        return super().track(event, key=key, **{"messageId": f"m{next(_numbers)}", **fields})

    def view(self, item: str = "tent", **fields: Any) -> None:
        self.track("Product Viewed", product_id=item, **fields)

    def add(self, item: str = "tent", **fields: Any) -> None:
        self.track("Product Added", product_id=item, quantity=1, price=100, **fields)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Ruled]:
    """A shop without rules."""
    opened = Ruled(tmp_path / "data")
    yield opened
    opened.close()


def test_a_rule_fires_when_its_condition_holds(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for _ in range(3):
        shop.view()
    assert shop.rule_names() == ["three_views"]


def test_it_says_which_rule_in_which_version_and_why(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for _ in range(3):
        shop.view()
    event = shop.fired()[0]
    assert (event.name, event.items[0].id, event.anonymous_id) == ("Rule Fired", "tent", "a1")
    assert event.properties == {
        "rule": "three_views",
        "policy": "three_views@2",
        "cause": "Product Viewed",
        "holdout": False,
        "depth": 1,
    }


def test_it_stays_silent_until_its_cooldown_has_passed(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for _ in range(5):
        shop.view()
    within = shop.rule_names()
    shop.clock.move(DAY)
    for _ in range(3):
        shop.view()
    assert (len(within), len(shop.rule_names())) == (1, 2)


def test_the_cooldown_outlives_a_restart(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for _ in range(3):
        shop.view()
    shop.fired()
    shop.restart()
    shop.view()
    assert len(shop.rule_names()) == 1


def test_what_was_counted_before_a_restart_is_counted_after_it(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for _ in range(2):
        shop.view()
    shop.restart()
    shop.view()
    assert shop.rule_names() == ["three_views"]


def test_what_happened_before_the_rule_was_applied_is_counted(shop: Ruled) -> None:
    for _ in range(2):
        shop.view()
    shop.rules(THREE_VIEWS)
    shop.view()
    assert shop.rule_names() == ["three_views"]


def test_the_same_event_again_fires_nothing(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    shop.view()
    for _ in range(3):
        shop.view(messageId="once")
    assert shop.rule_names() == []


def test_imported_history_fires_nothing(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    line = '{"type":"track","event":"Product Viewed","anonymousId":"a1","messageId":"m%d",'
    line += '"timestamp":"%s","properties":{"product_id":"tent"}}'
    lines = "\n".join(line % (n, shop.ago(MINUTE)) for n in range(5))
    shop.call("POST", "/v1/import?source=test", content=lines)
    assert shop.rule_names() == []


def test_an_event_that_comes_in_late_counts_but_fires_nothing(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for minutes in (50, 40, 30):
        shop.view(timestamp=shop.ago(minutes * MINUTE))
    late = shop.rule_names()
    shop.view()
    assert (late, shop.rule_names()) == ([], ["three_views"])


def test_views_before_a_login_count_after_it(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    shop.view(userId="u1")
    for _ in range(2):
        shop.view(anonymousId="a1")
    shop.post("/v1/identify", {"userId": "u1", "anonymousId": "a1"})
    shop.view(userId="u1")
    assert shop.rule_names() == ["three_views"]


def test_a_rule_that_waits_is_silent_about_who_has_refused_since(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    refused = {"anonymousId": "a1", "purposes": {"personalization": False}}
    shop.call("PUT", "/v1/consent", json=refused)
    shop.wait(HOUR)
    assert shop.rule_names() == []


def test_a_cart_left_alone_is_noticed(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    shop.wait(29 * MINUTE)
    before = shop.rule_names()
    shop.wait(2 * MINUTE)
    fired = shop.fired()
    assert (before, [(one.name, one.properties["campaign"]) for one in fired]) == (
        [],
        [("Cart Abandoned", "comeback")],
    )


def test_an_order_calls_it_off(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    shop.track("Order Completed", order_id="o1", products=[{"product_id": "tent"}])
    shop.wait(HOUR)
    assert shop.rule_names() == []


def test_coming_back_to_the_cart_starts_the_time_anew(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    shop.wait(20 * MINUTE)
    shop.add("stove")
    shop.wait(20 * MINUTE)
    early = shop.rule_names()
    shop.wait(11 * MINUTE)
    assert (early, shop.rule_names()) == ([], ["cart_abandoned"])


def test_what_no_longer_holds_when_the_time_has_come_is_not_said(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    shop.wait(MINUTE)
    shop.track("Product Removed", product_id="tent", quantity=1)
    shop.wait(HOUR)
    assert shop.rule_names() == []


def test_a_cart_left_before_a_restart_is_noticed_after_it(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    shop.clock.move(40 * MINUTE)
    shop.restart()
    shop.wait()
    assert shop.rule_names() == ["cart_abandoned"]


def test_a_cart_noticed_before_a_restart_is_not_noticed_again(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    shop.wait(31 * MINUTE)
    shop.fired()
    shop.restart()
    shop.wait(HOUR)
    assert shop.rule_names() == ["cart_abandoned"]


def test_several_signals_must_come_close_together(shop: Ruled) -> None:
    shop.rules(
        """
        rules:
          - name: friction
            signals:
              - on: Form Field Errored
              - on: Page Left
                when: context.path == "/checkout"
            within: 10m
        """
    )
    shop.track("Form Field Errored", field="zip")
    shop.clock.move(11 * MINUTE)
    shop.track("Page Left", context={"page": {"path": "/checkout"}})
    apart = shop.rule_names()
    shop.track("Form Field Errored", field="zip")
    assert (apart, shop.rule_names()) == ([], ["friction"])


def test_of_a_group_only_the_first_by_priority_fires(shop: Ruled) -> None:
    shop.rules(
        """
        rules:
          - {name: low, on: Product Viewed, group: nudges}
          - {name: high, on: Product Viewed, group: nudges, priority: 5}
          - {name: other, on: Product Viewed}
        """
    )
    shop.view()
    assert shop.rule_names() == ["high", "other"]


def test_in_the_holdout_a_rule_fires_and_says_that_nothing_is_to_be_done(shop: Ruled) -> None:
    shop.rules("rules:\n  - {name: all, on: Product Viewed, holdout: 1}")
    shop.view()
    assert [one.properties["holdout"] for one in shop.fired()] == [True]


def test_rules_may_follow_each_other_but_not_in_a_ring(shop: Ruled) -> None:
    shop.rules(
        """
        rules:
          - {name: a, on: [Product Viewed, B], cooldown: 0s, then: {event: A}}
          - {name: b, on: A, cooldown: 0s, then: {event: B}}
        """
    )
    shop.view()
    for _ in range(5):
        shop.fired()
    assert [one.name for one in shop.fired()] == ["A", "B"]


def test_a_rule_that_fires_is_no_visit(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add()
    before = shop.get("/v1/people/anonymous:a1").json()["customer"]["lastSeenAt"]
    shop.wait(31 * MINUTE)
    shop.fired()
    assert shop.get("/v1/people/anonymous:a1").json()["customer"]["lastSeenAt"] == before


def test_a_mistake_in_a_rule_names_its_line(shop: Ruled) -> None:
    text = "rules:\n- name: a\n  on: Product View\n  when: |\n    true &&\n    cart.valeu > 3\n"
    reply = shop.call("PUT", "/v1/config", json={"files": {"r.yaml": text}})
    assert reply.json()["detail"].splitlines() == [
        "r.yaml:3: rule 'a': there is no event 'Product View'; did you mean `Product Viewed`?",
        "r.yaml:6: rule 'a': `cart` has no field `valeu`; did you mean `value`?",
    ]


def test_who_is_erased_sets_nothing_off_and_is_forgotten(shop: Ruled) -> None:
    shop.rules(ABANDONED)
    shop.add(userId="gone")
    shop.fired()
    who = {"identity_type": "controller_customer_id", "identity_value": "gone"}
    erasure = {"subject_request_type": "erasure", "subject_identities": [who]}
    assert shop.post("/v1/privacy/requests", erasure).status_code == 201
    people = shop.workspace.watcher.memory.people
    shop.wait(HOUR)
    assert (people, shop.rule_names()) == (0, [])


def test_a_replay_makes_the_same_of_what_was_fired(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for _ in range(3):
        shop.view()
    shop.fired()
    person = shop.get("/v1/people/anonymous:a1").json()
    shop.run(shop.workspace.corridor.stop())
    shop.restart()
    assert (
        shop.get("/v1/people/anonymous:a1").json()["customer"]["counters"]
        == person["customer"]["counters"]
    )


def test_the_doors_show_each_rule_and_what_became_of_it(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for _ in range(4):
        shop.view()
    shop.fired()
    found = shop.get("/v1/rules").json()["rules"][0]
    assert (found["name"], found["asked"], found["fired"], found["cooling"]) == (
        "three_views",
        4,
        1,
        1,
    )


def test_who_buys_though_held_out_was_a_false_alarm(shop: Ruled) -> None:
    shop.rules("rules:\n  - {name: all, on: Product Viewed, holdout: 1, judgedWithin: 1d}")
    for who in ("a1", "a2", "a3", "a4"):
        shop.view(anonymousId=who)
    shop.fired()
    shop.clock.move(HOUR)
    for who in ("a1", "a9"):
        shop.track("Order Completed", anonymousId=who, order_id=who, products=[])
    shop.clock.move(DAY)
    found = shop.get("/v1/rules/report").json()["rules"][0]
    assert (found["heldOut"]["of"], found["heldOut"]["share"], found["treated"]["of"]) == (
        4,
        0.25,
        0,
    )


def test_it_is_too_early_to_tell_before_the_time_is_up(shop: Ruled) -> None:
    shop.rules("rules:\n  - {name: all, on: Product Viewed}")
    shop.view()
    shop.fired()
    assert shop.get("/v1/rules/report").json()["rules"][0]["open"] == 1


def test_an_order_after_a_login_counts_for_what_fired_before_it(shop: Ruled) -> None:
    shop.rules("rules:\n  - {name: all, on: Product Viewed}")
    shop.view()
    shop.fired()
    shop.clock.move(HOUR)
    shop.post("/v1/identify", {"userId": "u1", "anonymousId": "a1"})
    shop.track("Order Completed", userId="u1", order_id="o1", products=[])
    shop.clock.move(DAY)
    assert shop.get("/v1/rules/report").json()["rules"][0]["treated"]["reached"] == 1


def test_the_command_reports_without_a_server(shop: Ruled) -> None:
    shop.rules("rules:\n  - {name: all, on: Product Viewed}")
    shop.run(shop.install.close())
    found = command("rules", "report", "--data", shop.folder, "--json").json()
    shop.restart()
    assert [one["rule"] for one in found["rules"]] == ["all"]


def test_what_came_in_just_before_a_crash_is_judged_after_it_and_only_once(shop: Ruled) -> None:
    shop.rules(THREE_VIEWS)
    for task in shop.workspace.upkeep:
        task.cancel()
    for _ in range(3):
        shop.view()
    shop.restart()
    once = shop.rule_names()
    shop.restart()
    assert (once, shop.rule_names()) == (["three_views"], ["three_views"])


def rehearsed(shop: Ruled, text: str, hours: int = 24) -> dict[str, Any]:
    files = {"draft.yaml": dedent(text)}
    reply = shop.post("/v1/rules/rehearse", {"files": files, "hours": hours})
    assert reply.status_code == 200, reply.text
    return {one["rule"]: one for one in reply.json()["rules"]}


def test_a_rehearsal_says_how_often_a_rule_would_have_fired(shop: Ruled) -> None:
    for who in ("a1", "a2"):
        for _ in range(4):
            shop.view(anonymousId=who)
    found = rehearsed(shop, THREE_VIEWS)["three_views"]
    assert (found["asked"], found["fired"], found["people"], found["cooling"]) == (8, 2, 2, 2)


def test_a_rehearsal_writes_nothing(shop: Ruled) -> None:
    shop.view()
    rehearsed(shop, "rules: [{name: all, on: Product Viewed}]")
    assert shop.rule_names() == []


def test_a_rehearsal_waits_as_the_rule_would_have(shop: Ruled) -> None:
    shop.add()
    shop.clock.move(20 * MINUTE)
    shop.track("Order Completed", order_id="o1", products=[{"product_id": "tent"}])
    shop.add("stove", anonymousId="a2")
    shop.clock.move(HOUR)
    found = rehearsed(shop, ABANDONED)["cart_abandoned"]
    assert (found["asked"], found["calledOff"], found["fired"]) == (2, 1, 1)


def test_a_rehearsal_looks_back_no_further_than_asked(shop: Ruled) -> None:
    shop.view()
    shop.clock.move(3 * HOUR)
    shop.view()
    found = rehearsed(shop, "rules: [{name: all, on: Product Viewed}]", hours=2)["all"]
    assert found["asked"] == 1


def test_the_command_rehearses_without_a_server(shop: Ruled, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("rules: [{name: all, on: Product Viewed}]", "utf-8")
    shop.run(shop.install.close())
    done = command("rules", "rehearse", file, "--data", shop.folder, "--json").json()
    shop.restart()
    assert [one["rule"] for one in done["rules"]] == ["all"]


WAITS_A_SECOND = """
    rules:
      - name: left_alone
        on: Product Added
        when: cart.items > 0
        after: 3s
"""


@pytest.mark.long
def test_a_rule_that_waits_outlives_a_kill_and_fires_once(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(dedent(WAITS_A_SECOND), "utf-8")
    with live_server(tmp_path / "data") as server:
        key = make_key(server.folder)
        assert command("apply", tmp_path / "r.yaml", "--data", server.folder).code == 0
        added = tracked("Product Added", product_id="tent", quantity=1, messageId="m1")
        assert server.ask("POST", "/v1/track", key, json.dumps(added).encode())[0] == 200
        server.kill()
        server.start()
        deadline = time.monotonic() + 20
        fired: list[Event] = []
        while not fired and time.monotonic() < deadline:
            time.sleep(0.2)
            fired = _firings(server.folder)
        server.kill()
        server.start()
        time.sleep(2)
        again = _firings(server.folder)
    assert ([one.properties["rule"] for one in fired], len(again)) == (["left_alone"], 1)


def _firings(folder: Path) -> list[Event]:
    return [one for one in logged(folder) if one.source == "tailorbird:rules"]
