"""A rollout at work: looked at beside the server, moved by versions, held by hand, never twice."""

import pytest

from tailorbird.cli.rolling_out import RollingOut
from tests.commands import command
from tests.makers import DAY, HOUR
from tests.shop import Shop

CONFIG = """
placements:
  - {name: hero, kind: content, creatives: [{id: old}]}
experiments:
  - name: newer
    status: running
    metrics: [conversion]
    covariates: []
    gate: {metric: conversion, atLeast: -9, scale: absolute, minimumExposure: 5}
    rollout: {steps: [25, 50, 100], every: 1d}
    variants:
      - name: control
      - {name: treatment, placements: {hero: {creatives: [{id: new}]}}}
"""


@pytest.fixture
def rolling(shop: Shop) -> Shop:
    """A shop whose rollout has begun."""
    assert shop.call("PUT", "/v1/config", json={"files": {"a.yaml": CONFIG}}).status_code == 200
    look(shop)
    return shop


def look(shop: Shop) -> None:
    """Look as a server does that was started just now."""
    shop.run(RollingOut(shop.install.settings, shop.install).round())


def come(rolling: Shop, n: int = 100) -> None:
    """Let people see the hero; every third buys."""
    for number in range(n):
        who = f"b{number}"
        slot = rolling.decide("hero", anonymousId=who).json()["decisions"][0]
        exposure = slot["content"]["exposureId"]
        rolling.track("Recommendation Viewed", anonymousId=who, exposureId=exposure)
        if number % 3 == 0:
            rolling.track("Order Completed", anonymousId=who, order_id=f"o{number}", revenue=9)


def told(shop: Shop) -> dict[str, object]:
    reply = shop.get("/v1/experiments/newer/rollout")
    assert reply.status_code == 200
    found: dict[str, object] = reply.json()
    return found


def versions(shop: Shop) -> list[tuple[str, str]]:
    made = shop.get("/v1/config/versions").json()["versions"]
    return [(one["madeBy"], one["note"]) for one in made if "rollout" in one["madeBy"]]


def test_a_step_is_a_version_with_the_gates_words_and_is_made_once(rolling: Shop) -> None:
    come(rolling)
    rolling.clock.move(HOUR)
    look(rolling)
    assert told(rolling)["share"] == 25.0
    rolling.clock.move(DAY)
    look(rolling)
    rolling.restart()
    look(rolling)
    assert told(rolling)["share"] == 50.0
    by, note = versions(rolling)[0]
    assert by == "rollout of newer"
    assert note.startswith("newer goes from 25 % to 50 %: conversion: an improvement")
    assert len(versions(rolling)) == 2


def test_a_rehearsal_says_what_would_be_done_and_does_nothing(rolling: Shop) -> None:
    reply = rolling.post("/v1/experiments/newer/rollout/rehearse", {})
    assert reply.status_code == 200
    assert reply.json()["act"] == "stay"
    assert reply.json()["reasons"] == ["Nobody has been exposed: there is nothing to read."]
    assert len(versions(rolling)) == 1


def test_a_hand_holds_it_and_a_hand_moves_it(rolling: Shop) -> None:
    door = "/v1/experiments/newer/rollout"
    assert rolling.call("PATCH", door, json={"paused": True}).json()["state"] == "paused"
    listed = rolling.get("/v1/experiments").json()["experiments"][0]
    assert (listed["rollout"], listed["traffic"]) == ("paused", [0.0, 0.5])
    done = rolling.call("PATCH", door, json={"share": 100}).json()
    assert (done["state"], done["share"]) == ("done", 100.0)
    shown = rolling.decide("hero", anonymousId="anybody").json()["decisions"][0]
    assert shown["content"]["id"] == "new"


def test_a_share_that_the_split_does_not_allow_is_refused(rolling: Shop) -> None:
    reply = rolling.call("PATCH", "/v1/experiments/newer/rollout", json={"share": 75})
    assert reply.status_code == 400
    assert "at most 50 percent" in reply.json()["detail"]


def test_the_command_tells_how_far_it_has_come_and_who_moved_it(rolling: Shop) -> None:
    done = command("experiment", "rollout", "newer", "--data", rolling.folder)
    assert done.out.startswith("newer: treatment for 25 % of people, running.")
    assert "by rollout of newer: newer begins at 25 %" in done.out


def test_an_experiment_without_a_rollout_is_not_found_but_its_neighbor_named(
    rolling: Shop,
) -> None:
    reply = rolling.get("/v1/experiments/newr/rollout")
    assert reply.status_code == 404
    assert "did you mean `newer`?" in reply.json()["detail"]
