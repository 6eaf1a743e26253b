"""Who says no gets the same shop as everybody, and leaves nothing behind."""

from typing import Any

import pytest

from tests.shop import Shop, ids, tracked, viewed

GPC = {"Sec-GPC": "1"}
REFUSED: dict[str, Any] = {"consent": {"categoryPreferences": {"personalization": False}}}
NOTHING_ALLOWED: dict[str, Any] = {"consent": {"categoryPreferences": {}}}
RUDDER: dict[str, Any] = {
    "consentManagement": {"allowedConsentIds": [], "deniedConsentIds": ["C0003"]}
}
MARK = "zq7-visitor-71"


@pytest.mark.parametrize("context", [REFUSED, NOTHING_ALLOWED, RUDDER])
def test_an_event_that_says_no_is_counted_and_not_kept(shop: Shop, context: Any) -> None:
    shop.track("Looked", anonymousId=MARK, context=context)
    assert MARK.encode() not in shop.written()


def test_an_event_that_says_no_is_told_so(shop: Shop) -> None:
    reply = shop.track("Looked", anonymousId=MARK, context=REFUSED).json()
    assert (reply["accepted"], reply["withheld"], reply["rejected"]) == (0, 1, [])


def test_of_a_browser_with_gpc_nothing_at_all_is_kept(shop: Shop) -> None:
    shop.stock({"id": "tent"})
    shop.post("/v1/track", viewed("tent", anonymousId=MARK), headers=GPC)
    shop.post("/v1/identify", {"anonymousId": MARK, "traits": {"email": MARK}}, headers=GPC)
    shop.post("/v1/track", {"anonymousId": MARK, "event": 7}, headers=GPC)
    shop.post("/v1/batch", {"batch": [viewed("tent", anonymousId=MARK)]}, headers=GPC)
    shop.decide("home_recs", anonymousId=MARK, headers=GPC)
    assert MARK.encode() not in shop.written()


def test_a_refused_event_of_who_says_no_makes_no_dead_letter(shop: Shop) -> None:
    shop.post("/v1/track", {"anonymousId": MARK, "event": 7}, headers=GPC)
    assert shop.get("/v1/dead-letters").json()["total"] == 0


@pytest.mark.parametrize("context", [REFUSED, NOTHING_ALLOWED, RUDDER])
def test_a_refused_event_is_no_dead_letter_if_its_own_context_says_no(
    shop: Shop, context: Any
) -> None:
    shop.post("/v1/track", {"anonymousId": MARK, "event": 7, "context": context})
    assert shop.get("/v1/dead-letters").json()["total"] == 0


def test_a_broken_event_of_who_said_no_before_makes_no_dead_letter(shop: Shop) -> None:
    shop.call(
        "PUT", "/v1/consent", json={"anonymousId": MARK, "purposes": {"personalization": False}}
    )
    broken = b'{"batch": [{"anonymousId": "%s", "event": 7}]}' % MARK.encode()
    shop.call("POST", "/v1/batch", content=broken)
    assert shop.get("/v1/dead-letters").json()["total"] == 0


def test_the_answer_to_gpc_is_generic(shop: Shop) -> None:
    shop.stock({"id": "tent", "category": "Tents"}, {"id": "rope", "category": "Ropes"})
    shop.track("Product Viewed", product_id="tent")
    shop.refresh()
    answered = shop.decide("home_recs", headers=GPC)
    stranger = shop.decide("home_recs", anonymousId="stranger")
    assert answered.json()["decisions"][0]["level"] == "bestsellers"
    assert ids(answered) == ids(stranger)


def test_only_the_value_1_of_gpc_counts(shop: Shop) -> None:
    reply = shop.post("/v1/track", viewed("tent"), headers={"Sec-GPC": "0"})
    assert reply.json()["accepted"] == 1


def test_the_answer_to_who_says_no_in_the_request_is_generic(shop: Shop) -> None:
    shop.stock({"id": "tent"})
    shop.track("Product Viewed", product_id="tent")
    context = {"consent": {"categoryPreferences": {"functional": False}}}
    answered = shop.decide("home_recs", context=context).json()["decisions"][0]
    assert answered["level"] == "bestsellers"


def test_no_answer_to_who_says_no_is_in_the_journal(shop: Shop) -> None:
    shop.track("Looked")
    shop.decide("home_recs", headers=GPC)
    assert shop.get("/v1/people/anonymous:a1/decisions").json() == {"decisions": []}


def test_a_preference_holds_from_the_next_request(shop: Shop) -> None:
    shop.stock({"id": "tent"})
    shop.track("Product Viewed", product_id="tent")
    shop.call(
        "PUT", "/v1/consent", json={"anonymousId": "a1", "purposes": {"personalization": False}}
    )
    assert shop.decide("home_recs").json()["decisions"][0]["level"] == "bestsellers"


def test_a_preference_taken_back_holds_too(shop: Shop) -> None:
    for granted in (False, True):
        wanted = {"anonymousId": "a1", "purposes": {"personalization": granted}}
        shop.call("PUT", "/v1/consent", json=wanted)
    assert shop.track("Looked").json()["accepted"] == 1


def test_a_preference_outlasts_a_restart(shop: Shop) -> None:
    shop.call(
        "PUT", "/v1/consent", json={"anonymousId": "a1", "purposes": {"personalization": False}}
    )
    shop.restart()
    assert shop.track("Looked").json()["withheld"] == 1


def test_every_choice_is_on_record_with_its_source(shop: Shop) -> None:
    wanted = {"anonymousId": "a1", "purposes": {"email": False}, "source": "banner"}
    shop.call("PUT", "/v1/consent", json=wanted)
    history = shop.get("/v1/consent", params={"anonymousId": "a1"}).json()["history"]
    assert [(one["purpose"], one["granted"], one["source"]) for one in history] == [
        ("email", False, "banner")
    ]


def test_a_signal_of_somebody_known_is_a_withdrawal(shop: Shop) -> None:
    shop.track("Looked")
    shop.post("/v1/track", tracked("Looked"), headers=GPC)
    purposes = shop.get("/v1/consent", params={"anonymousId": "a1"}).json()["purposes"]
    assert purposes["personalization"] is False


def test_a_preference_event_is_kept_as_a_choice_even_if_all_is_refused(shop: Shop) -> None:
    shop.track("Segment Consent Preference Updated", context=REFUSED)
    purposes = shop.get("/v1/consent", params={"anonymousId": "a1"}).json()["purposes"]
    assert purposes["personalization"] is False


def test_a_persons_refusal_holds_on_all_their_browsers(shop: Shop) -> None:
    shop.stock({"id": "tent"})
    for browser in ("phone", "laptop"):
        shop.post("/v1/identify", {"anonymousId": browser, "userId": "u1"})
    shop.track("Product Viewed", product_id="tent", anonymousId="phone")
    wanted = {"anonymousId": "phone", "purposes": {"personalization": False}}
    shop.call("PUT", "/v1/consent", json=wanted)
    answered = shop.decide("home_recs", anonymousId="laptop").json()["decisions"][0]
    assert answered["level"] == "bestsellers"


def test_a_persons_refusal_keeps_out_events_of_all_their_browsers(shop: Shop) -> None:
    shop.post("/v1/identify", {"anonymousId": "phone", "userId": "u1"})
    wanted = {"userId": "u1", "purposes": {"personalization": False}}
    shop.call("PUT", "/v1/consent", json=wanted)
    assert shop.track("Looked", anonymousId="phone").json()["withheld"] == 1


def test_a_profile_is_not_shown_of_who_says_no(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent")
    shop.call(
        "PUT", "/v1/consent", json={"anonymousId": "a1", "purposes": {"personalization": False}}
    )
    assert shop.get("/v1/people/anonymous:a1").json()["customer"]["lastItems"] == []


def test_a_shop_that_asks_first_keeps_nothing_unasked(asking: Shop) -> None:
    asking.track("Looked", anonymousId=MARK)
    assert MARK.encode() not in asking.written()


def test_a_shop_that_asks_first_keeps_what_is_granted(asking: Shop) -> None:
    granted = {"consent": {"categoryPreferences": {"personalization": True}}}
    assert asking.track("Looked", context=granted).json()["accepted"] == 1


@pytest.fixture
def asking(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A shop under opt-in law."""
    opened = Shop(tmp_path_factory.mktemp("asking") / "data", consent="opt-in")
    yield opened
    opened.close()
