"""What each key may do, by every door, from which page, and for whom."""

import base64

import pytest

from tailorbird.access.keys import KeyKind, Scope
from tests.shop import Shop, viewed

CLOSED_TO_PAGES = [
    ("GET", "/v1/people/anonymous:a1"),
    ("GET", "/v1/people/anonymous:a1/events"),
    ("GET", "/v1/people/anonymous:a1/identities"),
    ("GET", "/v1/people/anonymous:a1/decisions"),
    ("POST", "/v1/people/anonymous:a1/split"),
    ("PUT", "/v1/items"),
    ("GET", "/v1/items/tent"),
    ("PATCH", "/v1/items/tent"),
    ("DELETE", "/v1/items/tent"),
    ("POST", "/v1/privacy/requests"),
    ("GET", "/v1/privacy/requests/r1"),
    ("GET", "/v1/dead-letters"),
    ("POST", "/v1/dead-letters"),
    ("POST", "/v1/dead-letters/replay"),
    ("GET", "/v1/quality"),
    ("POST", "/v1/import"),
]
NEEDED = {
    "/v1/decide": Scope.DECIDE,
    "/v1/track": Scope.COLLECT,
    "/v1/privacy/requests": Scope.PRIVACY,
    "/v1/import": Scope.IMPORT,
    "/v1/dead-letters": Scope.IMPORT,
}


@pytest.mark.parametrize(("method", "path"), CLOSED_TO_PAGES)
def test_a_publishable_key_may_not(shop: Shop, method: str, path: str) -> None:
    assert shop.call(method, path, key=shop.publishable, json={}).status_code == 403


@pytest.mark.parametrize(("method", "path"), [*CLOSED_TO_PAGES, ("POST", "/v1/decide")])
def test_without_a_key_no_door_opens(shop: Shop, method: str, path: str) -> None:
    headers = {"Authorization": ""}
    assert shop.call(method, path, headers=headers, json={}).status_code == 401


@pytest.mark.parametrize("path", NEEDED)
def test_a_secret_key_does_only_what_its_scopes_say(shop: Shop, path: str) -> None:
    others = tuple(scope for scope in Scope if scope not in {NEEDED[path], Scope.ADMIN})
    key = shop.key(KeyKind.SECRET, scopes=others)
    assert shop.post(path, {}, key=key).status_code == 403


def test_a_key_for_imports_alone_brings_in_history(shop: Shop) -> None:
    key = shop.key(KeyKind.SECRET, scopes=(Scope.IMPORT,))
    past = b'{"type": "track", "event": "Looked", "userId": "u1", "timestamp": "2020-01-01"}'
    assert shop.call("POST", "/v1/import", key=key, content=past).json()["accepted"] == 1


def test_a_page_may_not_ask_for_explanations(shop: Shop) -> None:
    assert shop.decide("home_recs", key=shop.publishable, explain=True).status_code == 403


def test_a_page_may_not_speak_for_a_user(shop: Shop) -> None:
    assert shop.decide("home_recs", key=shop.publishable, userId="u1").status_code == 403


def test_a_page_may_speak_for_a_user_with_the_shops_word(shop: Shop) -> None:
    token = shop.token("u1")
    reply = shop.decide("home_recs", key=shop.publishable, userId="u1", userToken=token)
    assert reply.status_code == 200


@pytest.mark.parametrize("token", ["", "x", "Ä", "0" * 64])
def test_a_word_that_is_not_the_shops_is_nothing(shop: Shop, token: str) -> None:
    reply = shop.decide("home_recs", key=shop.publishable, userId="u1", userToken=token)
    assert reply.status_code == 403


def test_the_shops_word_for_one_user_is_nothing_for_another(shop: Shop) -> None:
    token = shop.token("u1")
    reply = shop.decide("home_recs", key=shop.publishable, userId="u2", userToken=token)
    assert reply.status_code == 403


@pytest.mark.parametrize("path", ["/v1/consent?userId=u1", "/v1/consent?userId=u1&userToken=x"])
def test_a_page_may_not_read_a_users_preferences(shop: Shop, path: str) -> None:
    assert shop.get(path, key=shop.publishable).status_code == 403


def test_a_page_may_set_its_own_visitors_preferences(shop: Shop) -> None:
    wanted = {"anonymousId": "a1", "purposes": {"email": False}}
    assert shop.call("PUT", "/v1/consent", key=shop.publishable, json=wanted).status_code == 200


def test_a_page_may_not_rank_for_a_user(shop: Shop) -> None:
    asked = {"candidates": ["a"], "userId": "u1"}
    assert shop.post("/v1/rank", asked, key=shop.publishable).status_code == 403


@pytest.mark.parametrize(("origin", "status"), [("https://shop.example", 200), ("https://x", 403)])
def test_a_page_elsewhere_may_not_use_a_key(shop: Shop, origin: str, status: int) -> None:
    key = shop.key(KeyKind.PUBLISHABLE, origins=("https://shop.example",))
    reply = shop.decide("home_recs", key=key, headers={"Origin": origin})
    assert reply.status_code == status


def test_a_revoked_key_opens_nothing_at_once(shop: Shop) -> None:
    key = shop.key(KeyKind.SECRET)
    shop.decide("home_recs", key=key)
    found = shop.install.keys.find(key)
    assert found is not None
    shop.install.keys.revoke(found.id, shop.clock())
    assert shop.decide("home_recs", key=key).status_code == 401


@pytest.mark.parametrize("colon", [":", ""])
def test_a_key_may_come_as_basic_user_name(shop: Shop, colon: str) -> None:
    said = base64.b64encode(f"{shop.publishable}{colon}".encode()).decode()
    headers = {"Authorization": f"Basic {said}"}
    assert shop.post("/v1/track", viewed("tent"), headers=headers).json()["accepted"] == 1


def test_a_key_may_come_in_the_body_of_an_event(shop: Shop) -> None:
    body = {**viewed("tent"), "writeKey": shop.publishable}
    reply = shop.post("/v1/track", body, headers={"Authorization": "None"})
    assert reply.json()["accepted"] == 1


def test_a_key_may_come_in_the_query_of_a_beacon(shop: Shop) -> None:
    path = f"/beacon/v1/batch?writeKey={shop.publishable}"
    reply = shop.post(path, {"batch": [viewed("tent")]}, headers={"Authorization": "None"})
    assert reply.json()["accepted"] == 1


def test_no_key_is_on_disk_in_clear(shop: Shop) -> None:
    written = shop.written()
    assert shop.secret.encode() not in written
    assert shop.publishable.encode() not in written


def test_a_preflight_is_answered_without_a_key(shop: Shop) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Headers": "x-retry-count"}
    reply = shop.call("OPTIONS", "/v1/track", headers={**asked, "Authorization": "None"})
    assert reply.headers["access-control-allow-headers"] == "x-retry-count"
