"""When folding stops, nobody waits in vain and nothing is lost."""

from collections.abc import Sequence

import pytest

from tailorbird.identity.graph import Resolved
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
