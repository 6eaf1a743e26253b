"""Thousands of random requests: no fault of ours, and every answer as it is described."""

import gzip
import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from bench.mutating import mutated
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flow.fuzzing import CHECKS, Fuzzer
from tests.shop import Shop

calm = settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzer]:
    """One shop for all requests: what they leave behind is part of the test."""
    shop = Shop(tmp_path_factory.mktemp("fuzz") / "data")
    yield Fuzzer(shop)
    shop.close()


@pytest.mark.long
@settings(calm, max_examples=1_200)
@given(data=st.data())
def test_no_request_meets_a_fault_and_every_answer_is_as_described(
    fuzzer: Fuzzer, data: st.DataObject
) -> None:
    aimed = data.draw(fuzzer.cases())
    aimed.case.validate_response(fuzzer.send(aimed), checks=CHECKS)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
_scalars = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_FIELDS = ("type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt")
_MORE = ("properties", "traits", "context", "previousId", "groupId", "name", "category")
_PROPERTIES = ("product_id", "price", "quantity", "products", "currency", "order_id", "revenue")
_events = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys((*_FIELDS, *_MORE), _json),
        "event": st.sampled_from(["Product Viewed", "Order Completed", "Product Added"]) | _json,
        "anonymousId": st.just("a1") | _json,
        "properties": st.dictionaries(st.sampled_from(_PROPERTIES), _json),
    },
)
DOORS = ("/v1/track", "/v1/batch", "/beacon/v1/batch", "/v1/import")


@pytest.mark.long
@settings(calm, max_examples=150)
@given(batch=st.lists(_events, max_size=4), context=_json, sent_at=_scalars)
def test_of_any_batch_each_event_is_counted_once(
    fuzzer: Fuzzer, batch: list[Any], context: Any, sent_at: Any
) -> None:
    shop = fuzzer.shop
    shop.clock.move(1)
    body: dict[str, Any] = {"batch": batch, "sentAt": sent_at}
    if isinstance(context, dict):
        body["context"] = context
    reply = shop.post("/v1/batch", body)
    told = reply.json()
    counted = (told["accepted"], told["duplicates"], told["withheld"], len(told["rejected"]))
    assert (reply.status_code, sum(counted)) == (200, len(batch))


@pytest.mark.parametrize("door", DOORS)
@calm
@given(body=st.binary(max_size=400))
def test_any_bytes_are_answered(fuzzer: Fuzzer, door: str, body: bytes) -> None:
    assert fuzzer.shop.call("POST", door, content=body).status_code in {200, 400}


@pytest.mark.parametrize("door", DOORS)
@calm
@given(body=st.binary(max_size=400), cut=st.integers(0, 40), flip=st.integers(0, 60))
def test_any_bytes_that_pass_for_gzip_are_answered(
    fuzzer: Fuzzer, door: str, body: bytes, cut: int, flip: int
) -> None:
    packed = bytearray(gzip.compress(body))
    packed[flip % len(packed)] ^= 0xFF
    sent = bytes(packed[: len(packed) - cut])
    reply = fuzzer.shop.call("POST", door, content=sent, headers={"Content-Encoding": "gzip"})
    assert reply.status_code in {200, 400, 413}


def test_after_all_of_that_the_log_still_folds(fuzzer: Fuzzer) -> None:
    shop = fuzzer.shop
    assert shop.get("/readyz").json() == {"status": "ready", "faults": []}


SAMPLES: dict[str, dict[str, Any]] = {
    "/v1/track": {"anonymousId": "a1", "event": "Order Completed", "properties": {"total": 3}},
    "/v1/batch": {"batch": [{"type": "page", "userId": "u1"}], "context": {"locale": "de-DE"}},
    "/v1/decide": {"anonymousId": "a1", "placements": [{"name": "home_recs"}], "context": {}},
    "/v1/rank": {"anonymousId": "a1", "candidates": ["tent", "rope/1"]},
    "/v1/people/user:u1/split": {"anonymousId": "a1"},
    "/v1/config/rollback": {"version": 1},
    "/v1/dead-letters/replay": {"letters": [{"id": 1}]},
}


@pytest.mark.long
@pytest.mark.parametrize("door", SAMPLES)
def test_no_mutation_of_a_right_request_meets_a_fault(fuzzer: Fuzzer, door: str) -> None:
    luck = random.Random(5)
    bodies = [msgspec.json.encode(body) for body in SAMPLES.values()]
    for _ in range(150):
        body = mutated(msgspec.json.encode(SAMPLES[door]), bodies, luck)
        reply = fuzzer.shop.call("POST", door, content=body)
        assert reply.status_code < 500, body[:2_000]
