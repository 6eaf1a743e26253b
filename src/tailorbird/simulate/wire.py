"""The pen that writes events down exactly as Segment's browser and server libraries send them."""

from typing import Any
from urllib.parse import quote_plus

from tailorbird.simulate.families import Family
from tailorbird.simulate.goods import SHOP_URL
from tailorbird.simulate.luck import Luck
from tailorbird.simulate.visits import Visit
from tailorbird.spine.clock import format_time

WireEvent = dict[str, Any]
"""An event as `POST /v1/batch` takes it."""

Stamped = tuple[int, WireEvent]
"""A moment in ms since 1970, and the event of that moment."""

_BROWSER = {"name": "analytics.js", "version": "next-1.84.3"}
_SERVER = {"name": "analytics-python", "version": "2.4.0"}
_SENDS_ALONE = 0.35  # of visits send each event in a call of its own, which then bears `sentAt`
_LONGEST_WAIT_MS = 150_000  # 45 steps of at most this stay below the gap between two visits
_SHORTEST_WAIT_MS = 900

_REFERRERS = {
    "search": "https://www.google.com/",
    "paid_search": "https://www.google.com/",
    "social": "https://www.instagram.com/",
    "email": "",
    "direct": "",
    "affiliate": "https://trailnotes.example.org/gear",
}
_CAMPAIGNS = {
    "paid_search": ("google", "cpc"),
    "social": ("instagram", "social"),
    "email": ("newsletter", "email"),
    "affiliate": ("trailnotes", "affiliate"),
}


class Pen:
    """Writes the events of one visit: knows the page, the time, and who is signed in."""

    def __init__(self, visit: Visit, luck: Luck, *, signed_in: bool) -> None:
        """Begin at the visit's start; `signed_in` tells whether this browser knows the user."""
        shopper = visit.shopper
        device = shopper.devices[visit.device]
        self.at_ms = visit.start_ms
        self.events: list[Stamped] = []
        self._visit = visit
        self._luck = luck
        self._user_id = shopper.user_id if signed_in else None
        self._anonymous_id = device.anonymous_id
        self._sends_alone = luck.happens(_SENDS_ALONE)
        self._serial = 0
        self._seed = f"{visit.seed:016x}"
        self._url = _REFERRERS[visit.channel]
        self._fixed = {
            "userAgent": device.user_agent,
            "locale": shopper.place.locale,
            "timezone": shopper.place.timezone,
            "location": {"country": shopper.place.country},
            "library": _BROWSER,
        }
        self._context: dict[str, Any] = {}

    @property
    def signed_in(self) -> bool:
        """Return whether the browser knows who the user is."""
        return self._user_id is not None

    def wait(self, mean_s: float) -> None:
        """Let some time pass, around a mean, never so much that the visit runs into the next."""
        passed_ms = round(self._luck.wait(mean_s) * 1000)
        self.at_ms += min(_LONGEST_WAIT_MS, _SHORTEST_WAIT_MS + passed_ms)

    def land(self, path: str, title: str, family: Family) -> None:
        """Open the first page, whose address still bears the campaign."""
        campaign = campaign_of(self._visit.channel, family)
        search = "".join(
            f"{'&' if place else '?'}utm_{name}={quote_plus(value)}"
            for place, (name, value) in enumerate(campaign.items())
        )
        self.open(path, title, search.replace("utm_name", "utm_campaign"))
        if campaign:
            self._context["campaign"] = campaign

    def open(self, path: str, title: str, search: str = "") -> None:
        """Go to a page; what is written from now on happens there."""
        url = f"{SHOP_URL}{path}{search}"
        page = {
            "path": path,
            "referrer": self._url,
            "search": search,
            "title": title,
            "url": url,
        }
        self._context = {**self._fixed, "page": page}
        self._url = url

    def page(self, name: str) -> None:
        """Write that the page was seen, under its kind's name."""
        page = self._context["page"]
        self._write({"type": "page", "name": name, "properties": {**page, "name": name}})

    def track(self, event: str, properties: dict[str, Any]) -> None:
        """Write that something was done."""
        self._write({"type": "track", "event": event, "properties": properties})

    def sign_in(self) -> None:
        """Write who it is; all that follows bears the user's id."""
        shopper = self._visit.shopper
        self._user_id = shopper.user_id
        traits = {
            "email": shopper.email,
            "name": f"{shopper.first_name} {shopper.last_name}",
            "firstName": shopper.first_name,
            "lastName": shopper.last_name,
            "address": {"country": shopper.place.country},
        }
        self._write({"type": "identify", "traits": traits})

    def track_from_server(self, at_ms: int, event: str, properties: dict[str, Any]) -> None:
        """Write something that the shop's own server reports later, away from any page."""
        written: WireEvent = {
            "type": "track",
            "event": event,
            "properties": properties,
            "context": {"library": _SERVER},
            "integrations": {},
            "messageId": self._message_id(),
            "timestamp": format_time(at_ms).replace("Z", "+00:00"),
            "anonymousId": self._anonymous_id,
            "userId": self._user_id,
        }
        self.events.append((at_ms, written))

    def _write(self, event: WireEvent) -> None:
        event["context"] = self._context
        event["integrations"] = {}
        event["messageId"] = f"ajs-next-{self.at_ms}-{self._message_id()}"
        event["timestamp"] = format_time(self.at_ms)
        event["anonymousId"] = self._anonymous_id
        event["userId"] = self._user_id
        if self._sends_alone:
            event["sentAt"] = format_time(self.at_ms + self._serial % 7 * 13 + 20)
        self.events.append((self.at_ms, event))

    def _message_id(self) -> str:
        """Return an id shaped like a UUID, new for each event and the same on every run.

        The start takes part, so that a later run of the same seed is not taken for a repetition.
        """
        self._serial += 1
        seed = self._seed
        start = f"{self._visit.start_ms & 0xFFFFFFFF:08x}"
        return f"{start}-{seed[2:6]}-4{seed[6:9]}-a{seed[9:12]}-{seed[12:]}{self._serial:08x}"


def campaign_of(channel: str, family: Family) -> dict[str, str]:
    """Return the campaign that a visit by this channel bears; empty for free channels."""
    if channel not in _CAMPAIGNS:
        return {}
    source, medium = _CAMPAIGNS[channel]
    return {"source": source, "medium": medium, "name": f"{family.name}-{medium}"}
