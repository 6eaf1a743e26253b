"""When folding stops, nobody waits in vain and nothing is lost."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tailorbird.collect.admit import Door
from tailorbird.compose import Install
from tailorbird.identity.graph import Resolved
from tailorbird.settings import read_settings
from tailorbird.spine.clock import wall_clock
from tests.shop import Shop, tracked


class BrokenListenerError(Exception):
    """What listens must not fail; this one does."""


def fail(_batch: Sequence[Resolved]) -> None:
    """Break the promise of a listener."""
    raise BrokenListenerError


@pytest.fixture
def stopped(shop: Shop) -> Shop:
    """A shop whose corridor meets a fault with the next event."""
    shop.workspace.corridor.listen(fail)
    shop.track("Looked", messageId="m1")
    return shop


def test_an_event_that_cannot_be_folded_is_to_be_sent_again(stopped: Shop) -> None:
    reply = stopped.track("Looked", messageId="m2")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")


def test_the_server_says_that_it_is_not_ready(stopped: Shop) -> None:
    reply = stopped.get("/readyz")
    assert (reply.status_code, "BrokenListenerError" in reply.json()["faults"][0]) == (503, True)


def test_nobody_waits_in_vain(shop: Shop) -> None:
    shop.workspace.corridor.listen(fail)
    many = [("POST", "/v1/track", tracked("Looked", messageId=f"m{n}")) for n in range(9)]
    assert {reply.status_code for reply in shop.calls(many)} <= {200, 503}


def test_what_was_stored_is_folded_after_a_restart(stopped: Shop) -> None:
    stopped.track("Looked", messageId="m2")
    stopped.restart()
    counters = stopped.get("/v1/people/anonymous:a1").json()["customer"]["counters"]
    assert counters["Looked"]["count"] == 2


def test_a_stop_right_after_much_was_folded_ends(tmp_path: Path) -> None:
    async def filled_and_closed() -> None:
        install = Install(read_settings({}, data=str(tmp_path / "data")), serving=False)
        shop = await install.workspace()
        door = Door(source="test", received_at_ms=wall_clock(), historical=True)
        lines = [
            tracked("Looked", messageId=f"m{one}", anonymousId=f"browser-{one}")
            for one in range(2_500)
        ]
        await shop.collector.collect([msgspec.json.encode(one) for one in lines], door)
        async with asyncio.timeout(30):
            await install.close()

    asyncio.run(filled_and_closed())
