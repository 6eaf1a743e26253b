"""Answers get lost, servers are overloaded or die: clients come back, each event counts once."""

from pathlib import Path

import pytest

from tailorbird.spine.events import Event
from tests.clients.browser import browse
from tests.clients.orders import CLIENTS, Call, Client, order_for, send
from tests.clients.proxy import (
    Accident,
    Proxy,
    lost_answer,
    overloaded,
    proxy_to,
    stored_and_then,
    unheard_and,
)
from tests.live import Server, logged

pytestmark = [pytest.mark.clients, pytest.mark.long]

_ONE_OF_EACH = [
    client
    for client in CLIENTS
    # A beacon is not told how it went, so it never comes back; plain and gzip retry alike.
    if not client.beacon and (client.in_browser or client.gzip or client.library == "segment-node")
]
_by_name = pytest.mark.parametrize("client", _ONE_OF_EACH, ids=lambda client: client.name)


class Shop:
    """A live server behind a proxy, a client of it, and what the client's user did."""

    def __init__(self, server: Server, keys: tuple[str, str], folder: Path) -> None:
        self.server = server
        self._keys = keys
        self._folder = folder

    def visit(self, client: Client, visitor: str, *accidents: Accident) -> Proxy:
        """Let a visitor look at three tents while accidents happen; return the proxy between."""
        secret, publishable = self._keys
        calls: tuple[Call, ...] = tuple(
            {
                "call": "track",
                "anonymousId": visitor,
                "event": "Product Viewed",
                "properties": {"product_id": f"tent-{number}"},
            }
            for number in (1, 2, 3)
        )
        with proxy_to(self.server.port, *accidents) as proxy:
            key = publishable if client.in_browser else secret
            order = order_for(client, proxy.url, key, calls)
            if client.in_browser:
                browse(order, self._folder, lambda: proxy.over and len(self.seen(visitor)) >= 3)
            else:
                send(order)
        return proxy

    def seen(self, visitor: str) -> list[str]:
        """Return the items that the log says a visitor looked at."""
        theirs: list[Event] = [
            event for event in logged(self.server.folder) if event.anonymous_id == visitor
        ]
        return sorted(line.id for event in theirs for line in event.items)


@pytest.fixture
def shop(server: Server, secret_key: str, page_key: str, tmp_path: Path) -> Shop:
    return Shop(server, (secret_key, page_key), tmp_path)


@_by_name
def test_what_was_stored_is_not_stored_again_when_the_answer_was_lost(
    client: Client, shop: Shop
) -> None:
    proxy = shop.visit(client, f"lost {client.name}", lost_answer)
    assert (proxy.stored_unheard, proxy.over) == (1, True)
    assert shop.seen(f"lost {client.name}") == ["tent-1", "tent-2", "tent-3"]


@_by_name
@pytest.mark.parametrize("status", [429, 503])
def test_a_client_that_is_told_to_wait_comes_back(client: Client, status: int, shop: Shop) -> None:
    proxy = shop.visit(client, f"{status} {client.name}", overloaded(status))
    assert proxy.over
    assert shop.seen(f"{status} {client.name}") == ["tent-1", "tent-2", "tent-3"]


@_by_name
def test_a_server_that_dies_after_storing_knows_the_events_again_once_it_is_back(
    client: Client, shop: Shop
) -> None:
    def killed_and_started_again() -> None:
        shop.server.kill()
        shop.server.start()

    proxy = shop.visit(client, f"died {client.name}", stored_and_then(killed_and_started_again))
    assert (proxy.stored_unheard, proxy.over) == (1, True)
    assert shop.seen(f"died {client.name}") == ["tent-1", "tent-2", "tent-3"]


@_by_name
def test_events_sent_to_a_stopped_server_arrive_once_it_runs_again(
    client: Client, shop: Shop
) -> None:
    def stopped_and_started_again() -> None:
        shop.server.stop()
        shop.server.start()

    proxy = shop.visit(client, f"stopped {client.name}", unheard_and(stopped_and_started_again))
    assert proxy.over
    assert shop.seen(f"stopped {client.name}") == ["tent-1", "tent-2", "tent-3"]
