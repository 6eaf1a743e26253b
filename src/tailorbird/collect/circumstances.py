"""The circumstances of an event: channel, device, locale and place, from what clients send."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tailorbird.spine.events import NO_CONTEXT, Context

Enrich = Callable[[Context, dict[str, Any]], Context]
"""A plug-in that adds to the circumstances (weather, a store's region): the context so far and the
client's own context in, a context out."""

_LONGEST = 200
_TELLING = frozenset(
    {
        "campaign",
        "channel_name",
        "device",
        "locale",
        "location",
        "page",
        "referrer",
        "timezone",
        "userAgent",
        "userAgentData",
    }
)
_MEDIUMS = {
    "cpc": "paid search",
    "ppc": "paid search",
    "paidsearch": "paid search",
    "email": "email",
    "e-mail": "email",
    "newsletter": "email",
    "social": "social",
    "paid_social": "social",
    "paidsocial": "social",
    "affiliate": "affiliate",
    "referral": "referral",
    "organic": "organic search",
    "display": "display",
    "banner": "display",
    "push": "push",
    "sms": "sms",
}
_NOTHING: dict[str, Any] = {}
_SEARCH_HOSTS = ("google.", "bing.", "duckduckgo.", "ecosia.", "yahoo.", "baidu.", "yandex.")
_SOCIAL_HOSTS = (
    "facebook.",
    "instagram.",
    "t.co",
    "twitter.",
    "x.com",
    "pinterest.",
    "tiktok.",
    "linkedin.",
    "reddit.",
    "youtube.",
)


def circumstances(context: dict[str, Any]) -> Context:
    """Return the typed circumstances out of a client's `context`; whatever is odd is left out."""
    if not context or _TELLING.isdisjoint(context):
        return NO_CONTEXT
    campaign = _part(context, "campaign")
    page = _part(context, "page")
    referrer = _text(page.get("referrer")) or _text(_part(context, "referrer").get("url"))
    host = _host(referrer)
    locale = _text(context.get("locale"))
    channel = _text(context.get("channel_name"))
    if channel is None and (campaign or host is not None):
        channel = channel_of(campaign, host, _host(_text(page.get("url"))))
    return Context(
        channel=channel,
        campaign=_text(campaign.get("name")),
        referrer=host,
        device=device_of(context),
        locale=locale,
        timezone=_text(context.get("timezone")),
        country=_country(_part(context, "location"), locale),
        path=_text(page.get("path")),
    )


def channel_of(campaign: dict[str, Any], referrer: str | None, own_host: str | None) -> str | None:
    """Return the acquisition channel: the campaign's word first, then who referred.

    An event whose referrer is the shop itself says nothing new: None.
    """
    medium = _text(campaign.get("medium"))
    if medium is not None:
        return _MEDIUMS.get(medium.lower(), medium.lower())
    if _text(campaign.get("source")) is not None:
        return "campaign"
    if referrer is None or referrer == own_host:
        return None
    if any(name in referrer for name in _SEARCH_HOSTS):
        return "organic search"
    if any(name in referrer for name in _SOCIAL_HOSTS):
        return "social"
    return "referral"


def device_of(context: dict[str, Any]) -> str | None:
    """Return `mobile`, `tablet` or `desktop`, or None when nothing tells."""
    hints = context.get("userAgentData")
    if isinstance(hints, dict) and isinstance(hints.get("mobile"), bool):
        return "mobile" if hints["mobile"] else "desktop"
    device = _text(_part(context, "device").get("type"))
    if device is not None and device.lower() in {"mobile", "tablet", "desktop"}:
        return device.lower()
    agent = _text(context.get("userAgent"))
    if agent is None:
        return "mobile" if device in {"ios", "android"} else None
    lowered = agent.lower()
    if "ipad" in lowered or "tablet" in lowered:
        return "tablet"
    return "mobile" if "mobi" in lowered or "android" in lowered else "desktop"


def with_enrichments(context: Context, raw: dict[str, Any], plugins: tuple[Enrich, ...]) -> Context:
    """Return the circumstances after each plug-in has added what it knows."""
    for plugin in plugins:
        context = plugin(context, raw)
    return context


def _country(location: dict[str, Any], locale: str | None) -> str | None:
    country = _text(location.get("country"))
    if country is not None:
        return country
    if locale is None:
        return None
    region = locale.replace("_", "-").rpartition("-")[2]
    return region if len(region) == 2 and region.isupper() else None


def _host(url: str | None) -> str | None:
    if url is None or "//" not in url:
        return None
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _part(context: dict[str, Any], name: str) -> dict[str, Any]:
    part = context.get(name)
    return part if isinstance(part, dict) else _NOTHING


def _text(value: object) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) and value else None
