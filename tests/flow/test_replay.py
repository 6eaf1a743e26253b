"""Replay equals live, bit for bit: logins, aliases, splits, shared browsers, erasures and all."""

import contextlib
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tailorbird.spine.clock import DAY_MS, HOUR_MS
from tests.commands import command
from tests.live import live_server, make_key
from tests.shop import Shop

KINDS = ("track", "track", "track", "identify", "alias", "track", "page")
EVENTS = ("Product Viewed", "Product Added", "Order Completed", "Recommendation Viewed")


def a_history(shop: Shop, seed: int, events: int = 240) -> None:
    """Send random events of a few people who share browsers; live, so in many small batches."""
    luck = random.Random(seed)
    for _ in range(events):
        shop.clock.move(luck.choice((1_000, HOUR_MS, DAY_MS, 20 * DAY_MS)))
        reply = shop.post(
            "/v1/batch", {"batch": [an_event(luck) for _ in range(luck.randint(1, 4))]}
        )
        assert reply.status_code == 200, reply.text


def an_event(luck: random.Random) -> dict[str, Any]:
    kind, browser = luck.choice(KINDS), f"b{luck.randrange(12)}"
    event: dict[str, Any] = {"type": kind, "anonymousId": browser}
    if kind in {"identify", "alias"} or luck.random() < 0.3:
        event["userId"] = f"u{luck.randrange(5)}"
    if kind == "alias":
        event["previousId"] = f"b{luck.randrange(12)}"
    if kind == "track":
        item = {"product_id": f"i{luck.randrange(9)}", "price": luck.randrange(1, 99) / 3}
        event |= {"event": luck.choice(EVENTS), "properties": {"products": [item]}}
    if kind == "identify":
        event["traits"] = {"plan": luck.choice("abc"), "score": luck.random()}
    return event


def split_somebody(shop: Shop) -> None:
    """Part the first browser that a user was joined with."""
    for user in range(5):
        joins = shop.get(f"/v1/people/user:u{user}/identities").json().get("joins")
        if joins:
            wanted = {"joinId": joins[0]["id"]}
            assert shop.post(f"/v1/people/user:u{user}/split", wanted).status_code == 200
            return
    raise AssertionError("nobody was joined")


def erase(shop: Shop, user: str) -> None:
    identity = {"identity_type": "controller_customer_id", "identity_value": user}
    body = {"subject_request_type": "erasure", "subject_identities": [identity]}
    assert shop.post("/v1/privacy/requests", body).status_code == 201


def state_of(shop: Shop) -> Path:
    return shop.folder / "workspaces" / "main" / "state.db"


def checked(shop: Shop) -> dict[str, Any]:
    """Close the shop, and return what a check of its folder says."""
    shop.run(shop.install.close())
    said: dict[str, Any] = command("replay", "--check", "--data", shop.folder, "--json").json()
    return said


@pytest.mark.parametrize("seed", range(4))
def test_a_random_history_replays_to_the_same_bits(shop: Shop, seed: int) -> None:
    a_history(shop, seed)
    assert checked(shop)["first"] == []


@pytest.mark.parametrize("seed", range(4))
def test_a_split_in_the_midst_replays_to_the_same_bits(shop: Shop, seed: int) -> None:
    a_history(shop, seed, 120)
    split_somebody(shop)
    a_history(shop, seed + 100, 60)
    assert checked(shop)["first"] == []


@pytest.mark.parametrize("seed", range(6))
def test_who_met_somebody_erased_is_as_if_they_had_not(shop: Shop, seed: int) -> None:
    a_history(shop, seed, 120)
    split_somebody(shop)
    a_history(shop, seed + 100, 40)
    erase(shop, f"u{seed % 5}")
    assert checked(shop)["first"] == []


def test_somebody_erased_is_not_missed_by_a_replay(shop: Shop) -> None:
    for user in ("ada", "bob"):
        login = {"anonymousId": f"browser-of-{user}", "userId": user}
        shop.post("/v1/identify", login)
        shop.track("Product Viewed", product_id="tent", **login)
    erase(shop, "ada")
    assert checked(shop)["first"] == []


def test_a_check_counts_what_it_folded(shop: Shop) -> None:
    a_history(shop, 1, 30)
    logged = shop.workspace.log.last_offset
    assert checked(shop)["offset"] == logged


def spoiled(shop: Shop, change: str) -> None:
    """Change the live state behind everybody's back."""
    shop.track("Product Viewed", product_id="tent", userId="u1")
    shop.run(shop.install.close())
    with contextlib.closing(sqlite3.connect(state_of(shop))) as state:
        state.execute(change)
        state.commit()


SPOILERS = {
    "missing": "DELETE FROM profiles",
    "different": "UPDATE nodes SET body = CAST(x'81a9' || body AS BLOB)",
    "surplus": "INSERT INTO links (key, body) VALUES ('user:ghost', x'80')",
}


@pytest.mark.parametrize("what", SPOILERS)
def test_a_value_that_differs_is_named(shop: Shop, what: str) -> None:
    spoiled(shop, SPOILERS[what])
    said = command("replay", "--check", "--data", shop.folder, "--json").json()
    assert [one["what"] for one in said["first"]] == [what]


def test_a_difference_ends_with_1(shop: Shop) -> None:
    spoiled(shop, SPOILERS["missing"])
    assert command("replay", "--check", "--data", shop.folder).code == 1


def test_a_replay_mends_what_differs(shop: Shop) -> None:
    spoiled(shop, SPOILERS["missing"])
    command("replay", "--data", shop.folder)
    assert command("replay", "--check", "--data", shop.folder).code == 0


def test_a_replay_leaves_no_second_state_behind(shop: Shop) -> None:
    spoiled(shop, SPOILERS["missing"])
    command("replay", "--data", shop.folder)
    assert list(state_of(shop).parent.glob("state.rebuilt*")) == []


def test_a_replay_does_not_touch_a_served_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with live_server(folder):
        assert command("replay", "--data", folder).code == 1


def test_a_server_that_was_killed_lost_nothing_that_it_had_taken(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with live_server(folder) as server:
        key = make_key(folder)
        for number in range(40):
            body = b'{"event": "Looked", "userId": "u%d"}' % (number % 7)
            assert server.ask("POST", "/v1/track", key, body)[0] == 200
        server.kill()
        said = command("replay", "--check", "--data", folder, "--json").json()
    assert (said["events"], said["different"]) == (40, 0)
