"""At the door: what is noted of a device, and that an address never is."""

import msgspec
import pytest

from tailorbird.links.signals import Signals, agent_of, click_of, network_of, visitor_address
from tailorbird.spine.events import NO_CONTEXT

_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1"


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "127.0.0.1", "10.1.2.3", "192.168.1.4", "100.64.3.2", "fe80::1", "::1", "x", ""],  # noqa: S104
)
def test_what_is_no_address_of_a_visitor_has_no_network(address: str) -> None:
    assert network_of(address) is None


def test_neighbors_in_a_prefix_share_a_network_and_others_do_not() -> None:
    assert network_of("8.8.8.8") == network_of("8.8.8.200") == network_of("::ffff:8.8.8.9")
    assert network_of("8.8.8.8") != network_of("8.8.9.8")
    assert network_of("2001:db8:7:1::5") == network_of("2001:db8:7:ffff::9")


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),  # no proxy of the shop: the header is hearsay
        ("10.0.0.1", "1.1.1.1, 9.9.9.9, 10.2.2.2", "9.9.9.9"),
        ("10.0.0.1", None, None),
        (None, None, None),
    ],
)
def test_a_visitor_is_where_the_nearest_proxy_says(
    peer: str | None, forwarded: str | None, found: str | None
) -> None:
    assert visitor_address(peer, forwarded) == found


def test_a_trace_holds_digests_under_a_key_and_no_address() -> None:
    raw = {"userAgent": _IPHONE, "ip": "8.8.8.8", "page": {"search": "?gclid=abc"}}
    traces = [Signals(key * 32)(NO_CONTEXT, raw).trace for key in (b"a", b"b")]
    assert traces[0] is not None
    assert traces[1] is not None
    assert traces[0].network != traces[1].network
    written = msgspec.json.encode(traces)
    assert b"8.8.8" not in written
    assert b"abc" not in written


def test_an_event_of_a_server_leaves_no_trace() -> None:
    assert Signals(b"a" * 32)(NO_CONTEXT, {"ip": "8.8.8.8"}) is NO_CONTEXT


def test_an_agent_is_coarse() -> None:
    assert agent_of({"userAgent": _IPHONE}) == "mobile ios safari"


def test_a_click_is_found_in_the_address_of_the_page() -> None:
    assert click_of({"page": {"url": "https://shop.example.com/?a=1&mc_eid=r7"}}) == "mc_eid=r7"
    assert click_of({"page": {"url": "https://[shop", "search": None}}) is None
