"""Refused events are listed with their reasons, mended, sent again, and counted."""

from typing import Any

import pytest

from tests.shop import Shop, tracked, viewed

BROKEN: dict[str, Any] = {"anonymousId": "a1", "event": "Product Viewed", "messageId": "m1"}
BROKEN["properties"] = {"product_id": "tent", "price": "cheap"}
MENDED = {**BROKEN, "type": "track", "properties": {"product_id": "tent", "price": 20}}


def letters(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get("/v1/dead-letters").json()["deadLetters"]
    return found


def replay(shop: Shop, *letters: dict[str, Any]) -> dict[str, Any]:
    reply = shop.post("/v1/dead-letters/replay", {"letters": list(letters)}).json()
    found: dict[str, Any] = reply["results"][0]
    return found


def test_a_refused_event_is_listed_with_field_reason_and_body(shop: Shop) -> None:
    shop.post("/v1/track", BROKEN)
    (letter,) = letters(shop)
    assert (letter["field"], letter["messageId"]) == ("properties.price", "m1")
    assert "cheap" in letter["reason"]
    assert "cheap" in letter["body"]


def test_a_letter_says_of_itself_what_its_door_knew(shop: Shop) -> None:
    shop.post("/v1/track", BROKEN)
    assert '"type":"track"' in letters(shop)[0]["body"]


def test_a_mended_event_gets_in_and_leaves_the_list(shop: Shop) -> None:
    shop.post("/v1/track", BROKEN)
    result = replay(shop, {"id": letters(shop)[0]["id"], "event": MENDED})
    assert (result["accepted"], letters(shop)) == (True, [])


def test_a_mended_event_counts_when_it_came_in(shop: Shop) -> None:
    came = shop.ago(0)
    shop.post("/v1/track", BROKEN)
    shop.clock.move(3_600_000)
    replay(shop, {"id": letters(shop)[0]["id"], "event": MENDED})
    (event,) = shop.get("/v1/people/anonymous:a1/events").json()["events"]
    assert event["timestamp"] == came


def test_what_is_refused_again_is_one_letter_with_the_new_reason(shop: Shop) -> None:
    shop.post("/v1/track", BROKEN)
    still = {**MENDED, "properties": {"product_id": "tent", "price": "dear"}}
    replay(shop, {"id": letters(shop)[0]["id"], "event": still})
    assert ["dear" in one["body"] for one in letters(shop)] == [True]


def test_a_letter_that_is_sent_again_as_it_is_is_refused_again(shop: Shop) -> None:
    shop.post("/v1/track", BROKEN)
    assert "cheap" in replay(shop, {"id": letters(shop)[0]["id"]})["reason"]


def test_a_letter_carries_the_times_and_circumstances_of_its_batch(shop: Shop) -> None:
    sent = {"batch": [BROKEN], "sentAt": shop.ago(5), "context": {"locale": "de-DE"}}
    shop.post("/v1/batch", sent)
    body = letters(shop)[0]["body"]
    assert shop.ago(5) in body
    assert "de-DE" in body


def test_a_letter_of_an_import_is_sent_again_as_history(shop: Shop) -> None:
    old = b'{"type":"track","anonymousId":"a1","event":7,"timestamp":"1999-01-01T00:00:00Z"}'
    shop.call("POST", "/v1/import", content=old)
    mended = {**tracked("Looked"), "timestamp": "1999-01-01T00:00:00Z"}
    assert replay(shop, {"id": letters(shop)[0]["id"], "event": mended})["accepted"] is True


def test_an_import_taken_up_again_makes_no_second_letter(shop: Shop) -> None:
    for _ in range(2):
        shop.call("POST", "/v1/import", content=b'{"type": "track", "event": 7}')
    assert len(letters(shop)) == 1


def test_an_unknown_letter_is_said_to_be_none(shop: Shop) -> None:
    assert replay(shop, {"id": 9})["reason"] == "there is no such dead letter"


def test_the_list_goes_on_after_a_letter(shop: Shop) -> None:
    for price in ("cheap", "dear"):
        shop.post("/v1/track", {**BROKEN, "properties": {"product_id": "t", "price": price}})
    first, second = (one["id"] for one in letters(shop))
    later = shop.get("/v1/dead-letters", params={"after": first}).json()["deadLetters"]
    assert [one["id"] for one in later] == [second]


def test_what_is_sealed_is_not_on_disk_in_clear(shop: Shop) -> None:
    shop.post("/v1/track", BROKEN)
    assert b"cheap" not in shop.written()


def test_the_report_counts_what_came_in_by_source_and_kind(shop: Shop) -> None:
    batch = {"batch": [viewed("tent", messageId="m"), viewed("tent", messageId="m"), {}]}
    shop.post("/v1/batch", batch)
    (by_source,) = shop.get("/v1/quality").json()["days"].values()
    (counts,) = by_source.values()
    assert counts == {"accepted": 1, "duplicates": 1, "refused": 1}


def test_the_report_counts_departures_from_the_plan(shop: Shop) -> None:
    shop.track("Product Viewed")
    days = shop.get("/v1/quality").json()["days"]
    assert "violation: Product Viewed: product_id: missing" in str(days)


def test_the_report_counts_events_about_unknown_products(shop: Shop) -> None:
    shop.stock({"id": "tent"})
    for item in ("tent", "yurt"):
        shop.track("Product Viewed", product_id=item)
    assert shop.get("/v1/quality").json()["unknownProducts"] == 1


@pytest.mark.parametrize("events", [[], [tracked("Looked")]])
def test_accepted_duplicate_withheld_and_refused_are_what_was_sent(
    shop: Shop, events: list[Any]
) -> None:
    sent = [*events, {}, 7, tracked("Looked", anonymousId="null")]
    reply = shop.post("/v1/batch", {"batch": sent}).json()
    counted = reply["accepted"] + reply["duplicates"] + reply["withheld"] + len(reply["rejected"])
    assert counted == len(sent)
