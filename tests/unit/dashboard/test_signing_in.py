"""Who may look: a secret key is shown once, becomes a cookie, and ends with the key or the day."""

import re

import pytest

from tailorbird.access.keys import KeyKind, Scope
from tailorbird.spine.clock import HOUR_MS, MINUTE_MS
from tests.unit.dashboard.visiting import HOST, Site

PRIVATE = ("/people/user:u1", "/people?q=u1", "/decide?who=u1")


def test_a_stranger_is_shown_how_to_make_a_key(site: Site) -> None:
    reply = site.get("/")
    assert reply.status == 200
    assert "tailorbird keys create --kind secret" in reply.text


@pytest.mark.parametrize("path", PRIVATE)
def test_nobody_looks_at_people_without_signing_in(site: Site, path: str) -> None:
    site.track({"event": "Product Viewed", "userId": "u1", "properties": {"product_id": "x"}})
    reply = site.get(path)
    assert (reply.status, "Product Viewed" in reply.text) == (401, False)


def test_nobody_listens_without_signing_in(site: Site) -> None:
    assert site.get("/live").status == 204


def test_a_key_in_the_address_becomes_a_cookie_and_leaves_the_address(site: Site) -> None:
    reply = site.get(f"/?key={site.key()}")
    assert (reply.status, reply.headers["location"]) == (303, "/")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "tb_sec_" not in cookie


def test_the_form_signs_in_and_leads_on(site: Site) -> None:
    reply = site.post("/sign-in", f"key={site.key()}&next=%2Fdecide%3Flimit%3D4")
    assert (reply.status, reply.headers["location"]) == (303, "/decide?limit=4")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "javascript:alert(1)",
        "http://[",
        "%0d%0ax",
    ],
)
def test_the_form_leads_nowhere_else(site: Site, elsewhere: str) -> None:
    reply = site.post("/sign-in", f"key={site.key()}&next={elsewhere}")
    assert reply.headers["location"] == "/"


def test_another_site_cannot_sign_anybody_in(site: Site) -> None:
    reply = site.post("/sign-in", f"key={site.key()}", origin="https://evil.test")
    assert (reply.status, "set-cookie" in reply.headers) == (403, False)


def test_our_own_form_is_known_by_its_origin(site: Site) -> None:
    assert site.post("/sign-in", f"key={site.key()}", origin=f"http://{HOST}").status == 303


def test_an_unknown_key_is_refused_in_words(site: Site) -> None:
    reply = site.get("/?key=tb_sec_made-up")
    assert reply.status == 401
    assert "unknown or revoked" in reply.text


def test_a_publishable_key_is_refused_in_words(site: Site) -> None:
    reply = site.get(f"/?key={site.key(KeyKind.PUBLISHABLE)}")
    assert (reply.status, "publishable key" in reply.text) == (401, True)


def test_a_key_that_may_not_look_at_people_is_refused_in_words(site: Site) -> None:
    reply = site.get(f"/?key={site.key(scopes=(Scope.COLLECT,))}")
    assert (reply.status, "scope" in reply.text) == (401, True)


def test_a_session_lasts_almost_twelve_hours(site: Site) -> None:
    site.sign_in()
    site.later(12 * HOUR_MS - MINUTE_MS)
    assert "Events as they arrive" in site.get("/").text


def test_a_session_ends_after_twelve_hours(site: Site) -> None:
    site.sign_in()
    site.later(12 * HOUR_MS)
    assert "Events as they arrive" not in site.get("/").text


def test_a_session_ends_when_its_key_is_revoked(site: Site) -> None:
    found = site.install.keys.find(site.sign_in())
    assert found is not None
    site.install.keys.revoke(found.id, 1)
    assert "Events as they arrive" not in site.get("/").text


def test_a_session_cannot_be_made_longer(site: Site) -> None:
    reply = site.get(f"/?key={site.key()}")
    cookie = reply.headers["set-cookie"].partition(";")[0]
    forged = re.sub(r"\.\d+\.", ".99999999999999.", cookie)
    assert forged != cookie
    assert "Events as they arrive" not in site.get("/", cookie=forged).text


def test_signing_out_takes_the_cookie_away(site: Site) -> None:
    site.sign_in()
    reply = site.post("/sign-out", "")
    assert "Max-Age=0" in reply.headers["set-cookie"]


def test_who_signed_in_is_in_the_audit_log(site: Site) -> None:
    site.sign_in()
    lines = site.install.audit.latest(site.shop.name, 10)
    assert "signed in to" in [line[3] for line in lines]
