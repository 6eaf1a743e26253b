"""Too much at once: 503 with Retry-After, nothing of the request kept, and nothing lost."""

import asyncio
import threading
from typing import Any

import httpx
import pytest

from tailorbird.collect import collector
from tailorbird.storage.embedded import writer
from tests.shop import Shop, tracked, viewed

BATCH = {"batch": [viewed("tent", messageId="late"), {"type": "track", "event": 7}]}


def while_one_waits(shop: Shop, first: dict[str, Any], second: dict[str, Any]) -> httpx.Response:
    """Send one batch that must wait for its commit, then another; return the second's answer."""

    async def both() -> httpx.Response:
        transport = httpx.ASGITransport(shop.app)
        headers = {"Authorization": f"Bearer {shop.secret}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://shop", headers=headers
        ) as client:
            waiting = asyncio.create_task(client.post("/v1/batch", json=first))
            while not shop.workspace.log.waiting:  # noqa: ASYNC110 - a thread takes it up
                await asyncio.sleep(0)
            reply = await client.post("/v1/batch", json=second)
            released.set()
            assert (await waiting).json()["accepted"] == 1
            return reply

    released = threading.Event()
    holding = threading.Event()

    def hold(_connection: Any) -> None:
        holding.set()
        released.wait(30)

    async def with_a_stalled_log() -> httpx.Response:
        stalling = asyncio.create_task(shop.workspace.log.writer.submit(hold))
        await asyncio.to_thread(holding.wait, 30)
        try:
            return await both()
        finally:
            released.set()
            await stalling

    return shop.run(with_a_stalled_log())


@pytest.fixture
def busy(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
    """The answer to a request beside which another one fills all places."""
    monkeypatch.setattr(collector, "MOST_EVENTS_IN_FLIGHT", 1)
    return while_one_waits(shop, {"batch": [tracked("Early", messageId="early")]}, BATCH)


def test_too_many_events_in_flight_are_turned_away(busy: httpx.Response) -> None:
    assert busy.status_code == 503


def test_who_is_turned_away_is_told_when_to_come_back(busy: httpx.Response) -> None:
    assert busy.headers["retry-after"] == "1"


def test_of_what_is_turned_away_nothing_is_kept(shop: Shop, busy: httpx.Response) -> None:
    events = shop.run(shop.workspace.log.read(0, 10))
    assert [one.event.message_id for one in events] == ["early"]
    assert shop.get("/v1/dead-letters").json()["total"] == 0


def test_what_was_turned_away_is_taken_later(shop: Shop, busy: httpx.Response) -> None:
    assert shop.post("/v1/batch", BATCH).json()["accepted"] == 1


def test_too_many_requests_in_flight_are_turned_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "MOST_REQUESTS_IN_FLIGHT", 1)
    early = {"batch": [tracked("Early")]}
    assert while_one_waits(shop, early, BATCH).status_code == 503


def test_too_many_jobs_before_one_writer_are_turned_away(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_MOST_JOBS_WAITING", 0)
    early = {"batch": [tracked("Early")]}
    monkeypatch.setattr(collector, "MOST_REQUESTS_IN_FLIGHT", 9)
    assert while_one_waits(shop, early, BATCH).status_code == 503


def test_fewer_requests_may_be_in_flight_than_a_writer_has_places() -> None:
    assert collector.MOST_REQUESTS_IN_FLIGHT < writer._MOST_JOBS_WAITING  # noqa: SLF001


def test_in_an_overload_no_acknowledged_event_is_lost(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "MOST_EVENTS_IN_FLIGHT", 5)
    many = [("POST", "/v1/track", tracked("Looked", messageId=f"m{n}")) for n in range(60)]
    taken = [n for n, reply in enumerate(shop.calls(many)) if reply.status_code == 200]
    kept = [one.event.message_id for one in shop.run(shop.workspace.log.read(0, 100))]
    assert sorted(kept) == sorted(f"m{n}" for n in taken)
