"""Shown and forgotten, end to end: a request, every store, a receipt, and nobody comes back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tailorbird.spine.clock import DAY_MS
from tests.commands import command
from tests.shop import Reply, Shop, tracked, viewed

BROWSER, USER, MAIL = "zq7-browser-71", "zq7-user-71", "zq7@mail.example"


@pytest.fixture
def known(shop: Shop) -> Shop:
    """A shop in which somebody has left something in every store."""
    shop.stock({"id": "tent"})
    shop.track("Product Viewed", product_id="tent", anonymousId=BROWSER)
    login = {"anonymousId": BROWSER, "userId": USER, "traits": {"email": MAIL}}
    shop.post("/v1/identify", login)
    shop.post("/v1/track", {"anonymousId": BROWSER, "event": 7, "note": MAIL})
    shop.decide("home_recs", anonymousId=BROWSER)
    wanted = {"userId": USER, "purposes": {"email": False}}
    shop.call("PUT", "/v1/consent", json=wanted)
    shop.track("Looked", anonymousId="bystander")
    return shop


def asked(shop: Shop, kind: str, *, user: str | None = USER, browser: str | None = None) -> Reply:
    of_whom = (
        {"identity_type": "controller_customer_id", "identity_value": user}
        if browser is None
        else {"identity_type": "anonymous_id", "identity_value": browser}
    )
    body = {"subject_request_type": kind, "subject_identities": [of_whom]}
    return shop.post("/v1/privacy/requests", {**body, "subject_request_id": f"r-{kind}"})


def found(reply: Reply) -> dict[str, int]:
    return {one["store"]: one["found"] for one in reply.json()["stores"]}


STORES = ("log", "dead letters", "profiles and identity", "decisions", "contacts", "consent")


@pytest.mark.parametrize("store", STORES)
def test_an_access_finds_what_every_store_holds(known: Shop, store: str) -> None:
    assert asked(known, "access").json()["data"][store]


def test_an_access_by_one_browser_finds_the_whole_person(known: Shop) -> None:
    by_browser = asked(known, "access", browser=BROWSER).json()["data"]
    assert by_browser == asked(known, "access").json()["data"]


def test_an_access_shows_a_profile_as_objects_with_names(known: Shop) -> None:
    data = asked(known, "access").json()["data"]
    profile = data["profiles and identity"][0]["profile"]
    touch = profile["touches"][0]
    assert (touch["item"], touch["kind"], "atMs" in touch) == ("tent", "view", True)
    assert profile["tallies"]["Product Viewed"]["count"] == 1


@pytest.mark.parametrize("store", ["log", "profiles and identity", "decisions"])
def test_an_access_names_everything_in_camel_case(known: Shop, store: str) -> None:
    shown = asked(known, "access").json()["data"][store]
    assert [name for name in _names(shown) if re.fullmatch("[a-z]+_[a-z_]+", name)] == []


def _names(shown: Any) -> Iterator[str]:
    match shown:
        case dict():
            yield from shown
            for value in shown.values():
                yield from _names(value)
        case list():
            for value in shown:
                yield from _names(value)


def test_an_access_shows_contact_data_in_clear(known: Shop) -> None:
    assert asked(known, "access").json()["data"]["contacts"] == [{"email": MAIL}]


def test_an_access_shows_what_is_left_of_an_earlier_visitor_too(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent", anonymousId=BROWSER)
    shop.clock.move(40 * DAY_MS)
    shop.track("Product Viewed", product_id="rope", anonymousId=BROWSER)
    held = asked(shop, "access", browser=BROWSER).json()["data"]["profiles and identity"]
    assert len(held) == 2


@pytest.mark.parametrize("store", STORES)
def test_a_receipt_says_what_was_found_in_every_store(known: Shop, store: str) -> None:
    assert found(asked(known, "erasure"))[store] > 0


def test_after_an_erasure_there_is_nothing_to_find(known: Shop) -> None:
    asked(known, "erasure")
    assert set(found(asked(known, "access")).values()) == {0}


@pytest.mark.parametrize("mark", [BROWSER, USER, MAIL])
def test_an_erasure_leaves_no_bytes(known: Shop, mark: str) -> None:
    asked(known, "erasure")
    assert mark.encode() not in known.written()


def test_an_erasure_reaches_the_recent_sessions_in_memory(known: Shop) -> None:
    before = len(known.workspace.predictor._recent)  # noqa: SLF001 - memory has no door
    asked(known, "erasure")
    assert (before, len(known.workspace.predictor._recent)) == (1, 0)  # noqa: SLF001 - as above


def test_an_erasure_leaves_no_bytes_of_an_earlier_visitor(shop: Shop) -> None:
    shop.track("Looked", anonymousId=BROWSER)
    shop.clock.move(40 * DAY_MS)
    shop.track("Looked", anonymousId=BROWSER)
    asked(shop, "erasure", browser=BROWSER)
    assert BROWSER.encode() not in shop.written()


def test_an_erasure_touches_nobody_else(known: Shop) -> None:
    before = known.get("/v1/people/anonymous:bystander").text
    asked(known, "erasure")
    assert known.get("/v1/people/anonymous:bystander").text == before


def test_who_was_erased_is_a_stranger(known: Shop) -> None:
    asked(known, "erasure")
    assert known.get(f"/v1/people/user:{USER}").status_code == 404


def test_who_was_erased_gets_the_generic_answer(known: Shop) -> None:
    asked(known, "erasure")
    hurried = known.decide("home_recs", anonymousId=BROWSER, deadlineMs=0)
    assert hurried.json()["decisions"][0]["level"] == "bestsellers"


def test_a_late_event_brings_nobody_back(known: Shop) -> None:
    then = known.ago(1_000)
    asked(known, "erasure")
    known.clock.move(60_000)
    reply = known.track("Looked", anonymousId=BROWSER, timestamp=then).json()
    assert (reply["accepted"], reply["withheld"]) == (0, 1)


def test_a_late_event_with_junk_in_it_makes_no_dead_letter(known: Shop) -> None:
    asked(known, "erasure")
    known.post("/v1/track", {"anonymousId": BROWSER, "event": 7})
    assert known.get("/v1/dead-letters").json()["total"] == 0


def test_an_event_in_an_import_brings_nobody_back(known: Shop) -> None:
    asked(known, "erasure")
    old = b'{"type": "track", "event": "x", "userId": "%s", "timestamp": "2020-01-01T00:00:00Z"}'
    reply = known.call("POST", "/v1/import", content=old % USER.encode())
    assert reply.json()["withheld"] == 1


def test_what_happens_after_an_erasure_is_a_new_acquaintance(known: Shop) -> None:
    asked(known, "erasure")
    known.clock.move(60_000)
    known.track("Looked", anonymousId=BROWSER)
    known_now = known.get(f"/v1/people/anonymous:{BROWSER}").json()
    assert list(known_now["customer"]["counters"]) == ["Looked"]


@pytest.fixture
def refused(shop: Shop) -> Shop:
    """A shop of opt-out in which somebody looked, logged in, refused, and was erased."""
    shop.track("Looked", anonymousId=BROWSER)
    shop.post("/v1/identify", {"anonymousId": BROWSER, "userId": USER})
    purposes = {"personalization": False, "email": False, "sms": True}
    shop.call("PUT", "/v1/consent", json={"userId": USER, "purposes": purposes})
    asked(shop, "erasure")
    shop.clock.move(DAY_MS)
    return shop


@pytest.mark.parametrize("who", [{"anonymousId": BROWSER}, {"userId": USER}])
def test_who_refused_and_was_erased_has_refused_still(refused: Shop, who: dict[str, str]) -> None:
    assert refused.track("Looked", **who).json()["withheld"] == 1


def test_a_refusal_that_outlives_an_erasure_outlasts_a_restart(refused: Shop) -> None:
    refused.restart()
    assert refused.track("Looked", anonymousId=BROWSER).json()["withheld"] == 1


def test_a_refusal_outlives_a_second_erasure(refused: Shop) -> None:
    asked(refused, "erasure", browser=BROWSER)
    refused.clock.move(DAY_MS)
    assert refused.track("Looked", anonymousId=BROWSER).json()["withheld"] == 1


def test_a_refusal_ends_when_the_same_browser_agrees(refused: Shop) -> None:
    wanted = {"anonymousId": BROWSER, "purposes": {"personalization": True}}
    refused.call("PUT", "/v1/consent", json=wanted)
    refused.restart()
    assert refused.track("Looked", anonymousId=BROWSER).json()["accepted"] == 1


def test_what_was_granted_is_erased_and_only_refusals_outlive(refused: Shop) -> None:
    known = refused.get(f"/v1/consent?anonymousId={BROWSER}").json()
    assert (known["purposes"]["email"], known["history"]) == (False, [])


def test_a_refusal_that_outlives_tells_no_identifier(refused: Shop) -> None:
    assert not any(mark.encode() in refused.written() for mark in (BROWSER, USER))


def test_an_export_of_people_knows_of_a_refusal_that_outlived(refused: Shop) -> None:
    wanted = {"anonymousId": BROWSER, "purposes": {"personalization": True}}
    refused.call("PUT", "/v1/consent", json=wanted)
    refused.track("Looked", anonymousId=BROWSER)
    refused.written()
    (person,) = command("export", "people", "--data", refused.folder).lines()
    assert person["identity"]["consent"]["email"] is False


def test_an_erasure_outlasts_a_restart(known: Shop) -> None:
    then = known.ago(1_000)
    asked(known, "erasure")
    known.restart()
    assert known.track("Looked", anonymousId=BROWSER, timestamp=then).json()["withheld"] == 1


def test_a_receipt_outlasts_a_restart(known: Shop) -> None:
    receipt = asked(known, "erasure").json()
    known.restart()
    assert known.get("/v1/privacy/requests/r-erasure").json() == receipt


def test_what_an_access_found_is_not_kept_with_its_receipt(known: Shop) -> None:
    asked(known, "access")
    assert known.get("/v1/privacy/requests/r-access").json()["data"] is None


def test_an_unknown_request_is_not_found(shop: Shop) -> None:
    assert shop.get("/v1/privacy/requests/r-none").status_code == 404


def test_an_erasure_asked_for_twice_is_harmless(known: Shop) -> None:
    asked(known, "erasure")
    assert set(found(asked(known, "erasure")).values()) == {0}


def test_an_event_on_its_way_while_its_subject_is_erased_does_not_stay(known: Shop) -> None:
    body = {
        "subject_request_type": "erasure",
        "subject_identities": [{"identity_type": "anonymous_id", "identity_value": BROWSER}],
    }
    events = [("POST", "/v1/track", viewed("tent", anonymousId=BROWSER, n=n)) for n in range(20)]
    erasure = ("POST", "/v1/privacy/requests", body)
    known.calls([*events[:10], erasure, *events[10:]])
    asked(known, "access", browser=BROWSER)
    assert BROWSER.encode() not in known.written()


def test_who_uses_an_address_as_user_id_is_found_and_erased_by_it(shop: Shop) -> None:
    shop.track("Looked", userId=MAIL)
    assert found(asked(shop, "erasure", user=MAIL))["log"] == 1


@pytest.mark.parametrize("mark", [MAIL, "zq7-street", "+49 171 7171717"])
def test_contact_data_is_nowhere_in_clear(shop: Shop, mark: str) -> None:
    traits = {"email": MAIL, "address": {"street": "zq7-street 1"}, "phone": "+49 171 7171717"}
    shop.post("/v1/identify", {"userId": "u1", "traits": traits, "context": {"traits": traits}})
    shop.track("Form Sent", email=MAIL, note=f"write to {MAIL}", form={"email": MAIL, "n": [MAIL]})
    shop.post("/v1/track", {"userId": MAIL, "event": 7, "traits": traits})
    shop.track("Looked", userId=MAIL)
    assert mark.encode() not in shop.written()


def test_contact_data_is_shown_to_who_may_see_people(shop: Shop) -> None:
    shop.post("/v1/identify", {"userId": "u1", "traits": {"email": MAIL}})
    assert shop.get("/v1/people/user:u1").json()["identity"]["contact"] == {"email": MAIL}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject_request_type": "erasure", "subject_identities": []},
        {"subject_request_type": "forget", "subject_identities": []},
        {
            "subject_request_type": "erasure",
            "subject_identities": [{"identity_type": "x", "identity_value": "x" * 201}],
        },
        {
            "subject_request_type": "erasure",
            "subject_identities": [
                {"identity_type": "x", "identity_value": "y", "identity_format": "sha256"}
            ],
        },
    ],
)
def test_a_request_that_is_none_is_refused(shop: Shop, body: dict[str, Any]) -> None:
    assert shop.post("/v1/privacy/requests", body).status_code == 400


def test_every_look_at_a_person_is_in_the_audit_log(shop: Shop) -> None:
    shop.track("Looked")
    person = shop.get("/v1/people/anonymous:a1").json()["personId"]
    (line,) = shop.install.audit.latest(shop.workspace.name, 10)
    assert person in line


def test_a_blocked_letter_goes_with_its_subject(shop: Shop) -> None:
    truncated = b'{"batch": [{"type": "track", "userId": "%s", "event": "x", "properties": 1}]}'
    shop.call("POST", "/v1/batch", content=truncated % USER.encode())
    assert found(asked(shop, "erasure"))["dead letters"] == 1


def test_an_event_whose_other_id_is_junk_is_found_by_the_good_one(shop: Shop) -> None:
    shop.post("/v1/batch", {"batch": [{**tracked("x", userId=USER), "anonymousId": {"a": 1}}]})
    assert found(asked(shop, "erasure"))["dead letters"] == 1
