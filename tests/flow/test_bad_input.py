"""Whatever is sent, the answer is a clear refusal, and nothing of it is half kept."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.shop import Shop, tracked, viewed

SQL = "'; DROP TABLE events; --"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One install for all of these tests: what is refused leaves nothing behind."""
    opened = Shop(tmp_path_factory.mktemp("bad") / "data")
    yield opened
    opened.close()


@pytest.fixture
def shop(one_shop: Shop) -> Shop:
    """The same install a moment later, so that no two events are the same."""
    one_shop.clock.move(1)
    return one_shop


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def event_with(properties: str, **fields: Any) -> bytes:
    """Return a track call whose properties are given as JSON text."""
    body = {"anonymousId": "a1", "event": "Product Viewed", **fields}
    return json.dumps(body)[:-1].encode() + b', "properties": ' + properties.encode() + b"}"


BROKEN = {
    "nothing": b"",
    "no JSON": b"hello",
    "cut short": b'{"event": "Product Vi',
    "null": b"null",
    "a list": b"[]",
    "a number": b"7",
    "a text": b'"x"',
    "NaN": b'{"event": "x", "anonymousId": "a1", "properties": {"price": NaN}}',
    "Infinity": b'{"event": "x", "anonymousId": "a1", "properties": {"price": Infinity}}',
    "a lone surrogate": b'{"event": "x", "anonymousId": "\\ud800"}',
    "bytes that are no UTF-8": b'{"event": "x", "anonymousId": "\xff\xfe"}',
    "10,000 brackets": nested(10_000).encode(),
}


@pytest.mark.parametrize("door", ["/v1/track", "/v1/batch", "/v1/t", "/beacon/v1/batch"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_no_call_is_refused_as_malformed(shop: Shop, door: str, broken: bytes) -> None:
    reply = shop.call("POST", door, content=broken)
    rejected = reply.status_code == 200 and reply.json()["rejected"]
    assert rejected or reply.json()["code"] == "malformed_json"


MISFITS = {
    "properties.x": event_with(f'{{"x": {nested(200)}}}'),
    "properties.n": event_with('{"n": %s}' % ("9" * 40)),
    "traits.deep": json.dumps(
        {"anonymousId": "a1", "event": "x", "traits": {"deep": json.loads(nested(50))}}
    ).encode(),
    "properties.price": event_with('{"product_id": "t", "price": "1e999999"}'),
    "properties.quantity": event_with('{"product_id": "t", "quantity": %s}' % ("9" * 400)),
    "properties.currency": event_with('{"currency": "ÄÖÜ"}'),
    "properties.products": event_with('{"products": {"0": 1}}'),
    "properties.products[0]": event_with('{"products": ["t"]}'),
    "properties.product_id": event_with('{"product_id": {"$ne": 1}}'),
    "anonymousId": event_with("{}", anonymousId="x" * 201),
    "userId": event_with("{}", userId="x" * 201),
    "messageId": event_with("{}", messageId="m" * 201),
    "timestamp": event_with("{}", timestamp="9999-12-31T23:59:59Z"),
    "originalTimestamp": event_with("{}", originalTimestamp="yesterday"),
    "event": b'{"anonymousId": "a1", "event": 7}',
    "context": b'{"anonymousId": "a1", "event": "x", "context": []}',
}


@pytest.mark.parametrize(("field", "body"), MISFITS.items(), ids=MISFITS)
def test_a_refusal_names_the_field(shop: Shop, field: str, body: bytes) -> None:
    reply = shop.call("POST", "/v1/track", content=body)
    assert [one["field"] for one in reply.json()["rejected"]] == [field]


@pytest.mark.parametrize("body", MISFITS.values(), ids=MISFITS)
def test_one_bad_event_costs_its_neighbors_nothing(shop: Shop, body: bytes) -> None:
    good = json.dumps(viewed("tent")).encode()
    batch = b'{"batch": [' + good + b", " + body.replace(b"{", b'{"type": "track", ', 1) + b"]}"
    assert shop.call("POST", "/v1/batch", content=batch).json()["accepted"] == 1


@pytest.mark.parametrize(
    "text", [SQL, SCRIPT, "\x00", "a\x00b", "\u202e", "👩‍🚀" * 40, "%00", "../.."]
)
def test_any_text_may_be_an_identifier_and_comes_back_as_it_was(shop: Shop, text: str) -> None:
    shop.post("/v1/track", tracked("Looked", anonymousId=text, note=text))
    person = shop.get("/v1/people/" + shop_person(shop, text)).json()
    assert person["identity"]["identifiers"] == [f"anonymous:{text}"]


def shop_person(shop: Shop, anonymous_id: str) -> str:
    found = shop.run(shop.workspace.resolver.find(f"anonymous:{anonymous_id}"))
    assert found is not None
    return found[0]


@pytest.mark.parametrize("text", [SQL, SCRIPT, "a\x00b"])
def test_any_text_may_be_in_any_place_of_an_event(shop: Shop, text: str) -> None:
    said = tracked(text, product_id=text, query=text, coupon=text, **{text: [text, {text: text}]})
    said["context"] = {"locale": text, "campaign": {"name": text, "medium": text}, text: text}
    assert shop.post("/v1/track", said).json()["accepted"] == 1


def test_a_gzip_bomb_is_too_large(shop: Shop) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    reply = shop.call("POST", "/v1/batch", content=bomb, headers={"Content-Encoding": "gzip"})
    assert reply.status_code == 413


def test_gzip_that_is_cut_short_is_refused(shop: Shop) -> None:
    packed = gzip.compress(json.dumps({"batch": [viewed("tent")]}).encode())[:-6]
    reply = shop.call("POST", "/v1/batch", content=packed, headers={"Content-Encoding": "gzip"})
    assert reply.json()["detail"] == "The gzip body is cut short"


def test_gzip_in_several_members_is_read_to_its_end(shop: Shop) -> None:
    body = json.dumps({"batch": [viewed("tent"), viewed("stove")]}).encode()
    packed = gzip.compress(body[:40]) + gzip.compress(body[40:])
    reply = shop.call("POST", "/v1/batch", content=packed, headers={"Content-Encoding": "gzip"})
    assert reply.json()["accepted"] == 2


def test_an_unknown_encoding_is_refused_by_name(shop: Shop) -> None:
    reply = shop.call("POST", "/v1/batch", content=b"x", headers={"Content-Encoding": "br"})
    assert "'br'" in reply.json()["detail"]


def test_an_event_of_more_than_32_kib_is_too_large(shop: Shop) -> None:
    assert shop.track("Looked", note="x" * 33_000).status_code == 413


def test_a_large_event_in_a_batch_is_refused_by_itself(shop: Shop) -> None:
    batch = {"batch": [tracked("Looked", note="x" * 33_000), viewed("tent")]}
    reply = shop.post("/v1/batch", batch).json()
    assert (reply["accepted"], len(reply["rejected"])) == (1, 1)


def test_a_batch_of_more_than_500_kib_is_too_large(shop: Shop) -> None:
    batch = {"batch": [tracked("Looked", note="x" * 30_000)] * 18}
    assert shop.post("/v1/batch", batch).status_code == 413


def test_a_batch_of_more_than_2500_events_is_too_large(shop: Shop) -> None:
    assert shop.post("/v1/batch", {"batch": [{}] * 2_501}).status_code == 413


NOT_DECISIONS = {
    "null": b"null",
    "a list": b"[]",
    "no placements": b"{}",
    "placements that are no list": b'{"placements": {}}',
    "no placement": b'{"placements": []}',
    "a placement without a name": b'{"placements": [{}]}',
    "limit 0": b'{"placements": [{"name": "home_recs", "limit": 0}]}',
    "limit 10^30": b'{"placements": [{"name": "home_recs", "limit": 1%s}]}' % (b"0" * 30),
    "limit 1.5": b'{"placements": [{"name": "home_recs", "limit": 1.5}]}',
    "a deadline in words": b'{"placements": [{"name": "home_recs"}], "deadlineMs": "soon"}',
    "a cart that is no list": b'{"placements": [{"name": "home_recs"}], "context": {"cart": 1}}',
    "a long user id": b'{"placements": [{"name": "home_recs"}], "userId": "%s"}' % (b"u" * 300),
    "a long browser id": b'{"placements": [{"name": "hero"}], "anonymousId": "%s"}' % (b"a" * 300),
    "10,000 brackets": b'{"placements": %s}' % nested(10_000).encode(),
    "a lone surrogate": b'{"placements": [{"name": "\\udfff"}]}',
    "21 placements": b'{"placements": [%s]}' % b",".join([b'{"name": "hero"}'] * 21),
}


@pytest.mark.parametrize("body", NOT_DECISIONS.values(), ids=NOT_DECISIONS)
def test_what_is_no_question_is_refused(shop: Shop, body: bytes) -> None:
    assert shop.call("POST", "/v1/decide", content=body).status_code == 400


FINE_DECISIONS: dict[str, dict[str, Any]] = {
    "a negative deadline": {"deadlineMs": -1e300},
    "an endless deadline": {"deadlineMs": 1e300},
    "a cart of thousands": {"context": {"cart": [{"item": f"sku-{n}"} for n in range(5_000)]}},
    "an absurd quantity": {"context": {"cart": [{"item": "sku", "quantity": -1e308}]}},
    "a number for an item": {"context": {"item": 10**40}},
    "texts from nowhere": {"context": {"timezone": SQL, "market": "\x00", "country": SCRIPT}},
    "a campaign of anything": {"context": {"campaign": {"medium": ["x"], "source": {}}}},
    "consent of anything": {"context": {"consent": {"categoryPreferences": {"x": 7}}}},
}


@pytest.mark.parametrize("fields", FINE_DECISIONS.values(), ids=FINE_DECISIONS)
def test_odd_circumstances_are_answered_all_the_same(shop: Shop, fields: dict[str, Any]) -> None:
    assert shop.decide("home_recs", "cart_recs", **fields).status_code == 200


def test_a_placement_asked_for_twice_is_answered_twice(shop: Shop) -> None:
    answered = shop.decide("home_recs", "home_recs").json()["decisions"]
    assert [one["placement"] for one in answered] == ["home_recs", "home_recs"]


NOT_ITEMS = {
    "no id": {},
    "an empty id": {"id": " "},
    "a long id": {"id": "x" * 201},
    "a deep attribute": {"id": "t", "attributes": {"x": json.loads(nested(50))}},
    "a huge attribute": {"id": "t", "attributes": {"x": 10**30}},
    "a price beyond money": {"id": "t", "price": "1e999999"},
    "a negative price": {"id": "t", "price": -1},
    "a currency in umlauts": {"id": "t", "currency": "ÄÖÜ"},
    "a stock beyond counting": {"id": "t", "stock": 10**30},
    "a time before time": {"id": "t", "publishedAt": "0001-01-01T00:00:00+23:59"},
    "a time after time": {"id": "t", "restockedAt": "9999-12-31T23:59:59-23:59"},
    "a title that is a list": {"id": "t", "title": []},
}


@pytest.mark.parametrize("item", NOT_ITEMS.values(), ids=NOT_ITEMS)
def test_what_is_no_item_is_refused_beside_one_that_is(shop: Shop, item: dict[str, Any]) -> None:
    reply = shop.call("PUT", "/v1/items", json=[{"id": "fine"}, item]).json()
    assert (reply["accepted"], [one["index"] for one in reply["rejected"]]) == (1, [1])


@pytest.mark.parametrize("body", [b"", b"null", b"7", b"[", b"[" * 10_000, b"\xff"])
def test_what_are_no_items_is_refused(shop: Shop, body: bytes) -> None:
    assert shop.call("PUT", "/v1/items", content=body).status_code == 400


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"[" * 10_000, b'{"price": "x"}', b"\xff"])
def test_what_is_no_change_of_an_item_is_refused(shop: Shop, body: bytes) -> None:
    shop.stock({"id": "tent"})
    assert shop.call("PATCH", "/v1/items/tent", content=body).status_code == 400


@pytest.mark.parametrize("limit", ["0", "-1", "x", "²", "1001", "9" * 5_000, "1.5", ""])
def test_a_limit_that_is_none_is_refused_by_name(shop: Shop, limit: str) -> None:
    shop.track("Looked")
    reply = shop.get("/v1/people/anonymous:a1/events", params={"limit": limit})
    assert (reply.status_code, "`limit`" in reply.json()["detail"]) == (400, True)


@pytest.mark.parametrize("after", ["-1", "²", "9" * 19, "9" * 5_000])
def test_a_dead_letter_that_cannot_be_is_refused(shop: Shop, after: str) -> None:
    assert shop.get("/v1/dead-letters", params={"after": after}).status_code == 400


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**40])
def test_a_dead_letter_that_cannot_be_is_not_replayed(shop: Shop, number: int) -> None:
    asked = {"letters": [{"id": number}]}
    assert shop.post("/v1/dead-letters/replay", asked).status_code == 400


OBJECT_DOORS = [
    ("PUT", "/v1/consent"),
    ("POST", "/v1/privacy/requests"),
    ("POST", "/v1/dead-letters"),
    ("POST", "/v1/dead-letters/replay"),
    ("POST", "/v1/people/anonymous:a1/split"),
    ("POST", "/v1/rank"),
]


@pytest.mark.parametrize("body", [b"null", b"[]", b"7", b"[" * 10_000, b'{"a', b"\xff"])
@pytest.mark.parametrize(("method", "door"), OBJECT_DOORS, ids=[path for _, path in OBJECT_DOORS])
def test_what_is_no_object_is_refused(shop: Shop, method: str, door: str, body: bytes) -> None:
    shop.track("Looked")
    assert shop.call(method, door, content=body).status_code == 400


@pytest.mark.parametrize(
    "said",
    ["", "Basic", "Basic !!!", "Basic Ä", "Basic /w==", "Bearer", "Bearer Ä", "Digest x", "x"],
)
def test_an_authorization_that_is_none_opens_nothing(shop: Shop, said: str) -> None:
    headers = {"Authorization": said.encode("latin-1")}
    assert shop.call("POST", "/v1/decide", headers=headers).status_code == 401


def test_a_head_gets_the_headers_of_a_get_and_no_body(shop: Shop) -> None:
    get, head = shop.get("/healthz"), shop.call("HEAD", "/healthz")
    assert (head.headers, head.content) == (get.headers, b"")


def test_a_wrong_method_is_told_which_are_right(shop: Shop) -> None:
    assert shop.call("PUT", "/v1/consent/").status_code == 404
    assert shop.post("/v1/items/tent", {}).headers["allow"] == "DELETE, GET, PATCH"
