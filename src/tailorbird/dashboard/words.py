"""Numbers, times and names as the pages write them."""

from markupsafe import Markup

from tailorbird.profile.customer import Money
from tailorbird.spine.clock import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    format_time,
    parse_time_ms,
)
from tailorbird.spine.events import (
    RECOMMENDATION_CLICKED,
    RECOMMENDATION_DISMISSED,
    RECOMMENDATION_VIEWED,
)
from tailorbird.spine.money import exponent, to_major

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CHF": "CHF "}
_SPANS = ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s"))
_JUST_NOW_MS = 2 * SECOND_MS
_SHORT_ID = 8

_EVENT_TONES = {
    "Product Viewed": "look",
    "Product Clicked": "look",
    "Product List Viewed": "look",
    "Product List Filtered": "look",
    "Products Searched": "search",
    "Product Added": "cart",
    "Product Removed": "cart",
    "Cart Viewed": "cart",
    "Product Added to Wishlist": "cart",
    "Checkout Started": "cart",
    "Payment Info Entered": "cart",
    "Order Completed": "order",
    "Order Refunded": "bad",
    "Order Cancelled": "bad",
    RECOMMENDATION_VIEWED: "look",
    RECOMMENDATION_CLICKED: "look",
    RECOMMENDATION_DISMISSED: "bad",
}
_KIND_WORDS = {
    "identify": "Said who they are",
    "page": "Page viewed",
    "screen": "Screen viewed",
    "group": "Joined an account",
    "alias": "Changed their id",
    "split": "Person split",
}
_LEVELS = {
    "personal": "Personal",
    "session": "This visit",
    "segment": "Segment",
    "last_known": "Last known",
    "bestsellers": "Bestsellers",
}
LEVEL_MEANINGS = {
    "personal": "from this person's own history",
    "session": "from this visit alone",
    "segment": "from where they came, or the page's category",
    "last_known": "from the last answer, as time was short",
    "bestsellers": "the same for everybody",
}


def ago(at_ms: int, now_ms: int) -> str:
    """Return how long ago a moment is, in its largest fitting unit: `3 min ago`."""
    length_ms = now_ms - at_ms
    if length_ms < _JUST_NOW_MS:
        return "just now"
    unit_ms, unit = next(span for span in _SPANS if length_ms >= span[0])
    return f"{length_ms // unit_ms} {unit} ago"


def time_tag(at: int | str | None, now_ms: int) -> Markup:
    """Return a `time` element: relative in words, exact in its title; a dash for never."""
    if at is None:
        return Markup("—")
    at_ms = parse_time_ms(at) if isinstance(at, str) else at
    exact = format_time(at_ms)
    title = f"{exact[:10]} {exact[11:19]} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact, title, ago(at_ms, now_ms)
    )


def money(amount: Money | None) -> str:
    """Return an amount with its currency: `€1,290.00`; a dash for an unknown one."""
    if amount is None:
        return "—"
    sign = _SIGNS.get(amount.currency or "", f"{amount.currency} " if amount.currency else "")
    minus = "\N{MINUS SIGN}" if amount.amount < 0 else ""
    return f"{minus}{sign}{abs(amount.amount):,.{exponent(amount.currency)}f}"


def money_of(minor: int | None, currency: str | None) -> str:
    """Return an amount in minor units with its currency."""
    return money(None if minor is None else Money(to_major(minor, currency), currency))


def whole(number: int) -> str:
    """Return a count with thousands set apart."""
    return f"{number:,}"


def percent(share: float | None) -> str:
    """Return a share (0..1) in percent; a dash for an unknown one."""
    return "—" if share is None else f"{share:.0%}"


def count_of(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: `1 order`, `3 orders`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def event_words(kind: str, name: str) -> str:
    """Return what an event is called for people."""
    return name if kind == "track" else _KIND_WORDS.get(kind, name)


def event_tone(kind: str, name: str) -> str:
    """Return the tone in which an event is colored."""
    if kind == "track":
        return _EVENT_TONES.get(name, "custom")
    return "who" if kind in {"identify", "alias", "split", "group"} else "page"


def level_words(level: str) -> str:
    """Return a level for people."""
    return _LEVELS.get(level, level)


def short(person: str) -> str:
    """Return enough of an id to tell people apart."""
    return person[: 2 + _SHORT_ID] if person.startswith("p_") else person


def facet_words(facet: str) -> str:
    """Return a facet for people: `category:Camping > Tents` becomes its path alone."""
    kind, _, name = facet.partition(":")
    if kind == "category":
        return name.replace(" > ", " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} ")
    return f"{kind} {name.title() if kind == 'brand' else name}"


def plain(name: str) -> str:
    """Return a machine name in words: `just_bought` becomes `Just bought`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def signed(number: float) -> str:
    """Return a score with as many digits as say something."""
    return f"{number:,.3f}" if abs(number) < 10 else f"{number:,.1f}"
