"""At the door: what an event tells of its device, reduced to what links may rest on.

An address becomes a keyed digest of its network before the event is an event: neither the address
nor its prefix is kept anywhere. The key is random, belongs to one week, and is then thrown away, so
that nobody, the install itself included, can later try all networks against the digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from tailorbird.collect.circumstances import device_of
from tailorbird.spine.events import Context, Trace

_IPV4_KEPT, _IPV6_KEPT = 24, 48
_LONGEST = 400
# What an advertisement or a newsletter puts into an address for one click or one recipient.
_CLICK_IDS = (
    *("gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid", "twclid"),
    *("mc_eid", "_kx"),
)
_SYSTEMS = (
    ("iphone", "ios"),
    ("ipad", "ios"),
    ("android", "android"),
    ("windows", "windows"),
    ("mac os x", "macos"),
    ("macintosh", "macos"),
    ("cros", "chromeos"),
    ("linux", "linux"),
)
_BROWSERS = (
    ("edg", "edge"),
    ("opr/", "opera"),
    ("samsungbrowser", "samsung"),
    ("firefox", "firefox"),
    ("fxios", "firefox"),
    ("crios", "chrome"),
    ("chrome", "chrome"),
    ("safari", "safari"),
)


class Signals:
    """Adds a trace to the circumstances of events: a plug-in of admission.

    Attributes:
        key: 32 bytes that belong to this week.
    """

    def __init__(self, key: bytes) -> None:
        self.key = key

    def __call__(self, context: Context, raw: dict[str, Any]) -> Context:
        """Return the circumstances with the trace of the client's own context.

        An event without a user agent comes from a server, not from a browser: it leaves no trace.
        """
        agent = agent_of(raw)
        if agent is None:
            return context
        address = raw.get("ip")
        network = network_of(address) if isinstance(address, str) else None
        click = click_of(raw)
        trace = Trace(
            network=None if network is None else self._digest(network),
            agent=agent,
            click=None if click is None else self._digest(click),
        )
        return replace(context, trace=trace)

    def _digest(self, text: str) -> str:
        return hashlib.blake2b(text.encode(), key=self.key, digest_size=9).hexdigest()


def network_of(address: str) -> str | None:
    """Return the /24 or /48 that an address lies in; None for what is no address of a visitor.

    Private, shared and local addresses say where a proxy stands, not where somebody sits.
    """
    try:
        found = ip_address(address.strip().strip("[]"))
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    documented = str(found).startswith("2001:db8:")  # generated shoppers live there
    if not (found.is_global or documented) or found.is_multicast:
        return None
    kept = _IPV4_KEPT if found.version == 4 else _IPV6_KEPT
    return f"{found.version}/{int(found) >> (found.max_prefixlen - kept):x}"


def visitor_address(peer: str | None, forwarded: str | None) -> str | None:
    """Return from which address a browser calls.

    Behind a proxy of the shop the peer is a private address; then the last public one counts that
    the proxies have written down, since what stands before it is the caller's own word.

    Args:
        peer: who holds the connection.
        forwarded: the `X-Forwarded-For` header.
    """
    if peer is not None and network_of(peer) is not None:
        return peer
    hops: Sequence[str] = () if forwarded is None else forwarded[-_LONGEST:].split(",")
    return next((hop.strip() for hop in reversed(hops) if network_of(hop) is not None), None)


def agent_of(raw: dict[str, Any]) -> str | None:
    """Return kind, system and family of a browser, such as `mobile ios safari`; no versions."""
    agent = raw.get("userAgent")
    if not isinstance(agent, str) or not agent:
        return None
    lowered = agent[:_LONGEST].lower()
    system = next((name for word, name in _SYSTEMS if word in lowered), "other")
    family = next((name for word, name in _BROWSERS if word in lowered), "other")
    return f"{device_of(raw) or 'other'} {system} {family}"


def click_of(raw: dict[str, Any]) -> str | None:
    """Return the id of the click or the newsletter copy by which a page was opened, if any."""
    page = raw.get("page")
    if not isinstance(page, dict):
        return None
    search = page.get("search")
    if not isinstance(search, str) or not search:
        url = page.get("url")
        search = _query(url) if isinstance(url, str) else ""
    if "=" not in search:
        return None
    fields = parse_qs(search.removeprefix("?")[:2_000])
    return next((f"{name}={fields[name][0]}" for name in _CLICK_IDS if name in fields), None)


def _query(url: str) -> str:
    try:
        return urlsplit(url).query
    except ValueError:
        return ""
