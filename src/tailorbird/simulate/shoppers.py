"""Shoppers who do not exist: where they live, what they use, and tastes that nobody is told."""

import msgspec
import numpy as np

from tailorbird.simulate.families import demands, vocabulary
from tailorbird.simulate.luck import Luck

_KNOWN_SHARE = 0.55  # have an account, though they do not always say so
MISSIONS_A_WEEK = 0.27
"""How often people set out for something, on average."""

_ACTIVITY_SHAPE = 0.9  # of a gamma distribution: many come once, few come all the time
_CHANNELS = ("search", "paid_search", "social", "email", "direct", "affiliate")
_CHANNEL_WEIGHTS = (0.30, 0.16, 0.16, 0.14, 0.18, 0.06)
_INTEREST_WEIGHTS = (0.42, 0.24, 0.14)  # the rest of the missions are of no standing interest

_APPLE = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
_IPAD = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
_AGENTS = {
    "desktop": (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36",
        f"{_APPLE} Version/18.5 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    ),
    "mobile": (
        f"{_IPHONE} (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36",
    ),
    "tablet": (f"{_IPAD} (KHTML, like Gecko) Version/18.5 Safari/604.1",),
}


class Place(msgspec.Struct, frozen=True):
    """Where a shopper lives; `utc_offset_h` is the winter one, since an hour more is no matter."""

    country: str
    locale: str
    timezone: str
    utc_offset_h: int
    tax_share: float


class Device(msgspec.Struct, frozen=True):
    """A browser of a shopper's, with the anonymous id in its storage."""

    anonymous_id: str
    kind: str
    user_agent: str


class Taste(msgspec.Struct, frozen=True):
    """What a shopper leans to; nobody is told, and a model may find out.

    `interests` are families, the strongest first. `dearness` is the log of the price level that
    suits them, `thrift` how much they mind missing it, `persuadable` what an offer adds to the
    log-odds of buying: below zero for those whom an offer puts off.
    """

    interests: tuple[int, ...]
    style: int
    brands: tuple[int, ...]
    dearness: float
    thrift: float
    persuadable: float


class Shopper(msgspec.Struct, frozen=True):
    """Somebody who visits the shop; `user_id` and the names only if they have an account."""

    number: int
    devices: tuple[Device, ...]
    place: Place
    channel: str
    taste: Taste
    missions_a_week: float
    payment: str
    user_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    @property
    def email(self) -> str | None:
        """Return a made-up address in a domain that is nobody's."""
        if self.user_id is None:
            return None
        return f"{self.first_name}.{self.last_name}.{self.number}@example.com".lower()


_PLACES = (
    Place("DE", "de-DE", "Europe/Berlin", 1, 0.19),
    Place("AT", "de-AT", "Europe/Vienna", 1, 0.20),
    Place("FR", "fr-FR", "Europe/Paris", 1, 0.20),
    Place("NL", "nl-NL", "Europe/Amsterdam", 1, 0.21),
    Place("IT", "it-IT", "Europe/Rome", 1, 0.22),
    Place("ES", "es-ES", "Europe/Madrid", 1, 0.21),
    Place("IE", "en-IE", "Europe/Dublin", 0, 0.23),
    Place("FI", "fi-FI", "Europe/Helsinki", 2, 0.255),
)
_PLACE_WEIGHTS = (0.42, 0.10, 0.13, 0.10, 0.08, 0.07, 0.05, 0.05)
PAYMENTS = ("card", "paypal", "klarna", "sepa", "apple_pay")
"""In the order in which the shop offers them to strangers."""

_PAYMENTS_HOME = (0.20, 0.38, 0.25, 0.12, 0.05)  # in the German-speaking countries
_PAYMENTS_ABROAD = (0.50, 0.27, 0.06, 0.05, 0.12)


def make_shoppers(rng: np.random.Generator, count: int = 3_000) -> tuple[Shopper, ...]:
    """Return shoppers, the same for the same seed.

    Args:
        rng: decides all of it.
        count: how many.
    """
    luck = Luck(rng)
    return tuple(make_shopper(number, luck) for number in range(1, count + 1))


def make_shopper(number: int, luck: Luck) -> Shopper:
    """Return one shopper; those of one shop differ in their number."""
    place = _PLACES[luck.weighted(_PLACE_WEIGHTS)]
    shopper = Shopper(
        number=number,
        devices=tuple(make_device(kind, luck) for kind in _device_kinds(luck)),
        place=place,
        channel=_CHANNELS[luck.weighted(_CHANNEL_WEIGHTS)],
        taste=make_taste(luck),
        missions_a_week=MISSIONS_A_WEEK * float(luck.rng.gamma(_ACTIVITY_SHAPE)) / _ACTIVITY_SHAPE,
        payment=PAYMENTS[luck.weighted(payment_weights(place))],
    )
    if not luck.happens(_KNOWN_SHARE):
        return shopper
    return msgspec.structs.replace(
        shopper,
        user_id=f"customer-{number:05d}",
        first_name=luck.pick(vocabulary().first_names),
        last_name=luck.pick(vocabulary().last_names),
    )


def payment_weights(place: Place) -> tuple[float, ...]:
    """Return how usual each way to pay is where somebody lives."""
    return _PAYMENTS_HOME if place.locale.startswith("de") else _PAYMENTS_ABROAD


def make_device(kind: str, luck: Luck) -> Device:
    """Return a device of a kind (`desktop`, `mobile`, `tablet`) with an id like a browser's."""
    digits = luck.rng.bytes(16).hex()
    parts = (digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:])
    return Device("-".join(parts), kind, luck.pick(_AGENTS[kind]))


def make_taste(luck: Luck) -> Taste:
    """Return tastes drawn around what is asked for over the year."""
    words = vocabulary()
    weights = [family.weight for family in words.families]
    first = luck.weighted(weights)
    # Interests hang together: the second is often something that goes along with the first.
    names = [family.name for family in words.families]
    related = [names.index(name) for name in words.families[first].complements]
    second = luck.pick(related) if luck.happens(0.6) else luck.weighted(weights)
    return Taste(
        interests=tuple(dict.fromkeys((first, second, luck.weighted(weights)))),
        style=luck.below(len(words.styles)),
        brands=luck.several(range(len(words.brands)), 4),
        dearness=float(luck.rng.normal(0.0, 0.45)),
        thrift=float(luck.rng.gamma(4.0, 0.25)),
        persuadable=float(luck.rng.normal(0.5, 0.6)),
    )


def family_wanted(taste: Taste, month: int, luck: Luck) -> int:
    """Return the family of goods that somebody sets out for in a month (1 to 12)."""
    season = demands(month)
    weights = [
        weight * min(season[family], 2.0)
        for family, weight in zip(taste.interests, _INTEREST_WEIGHTS, strict=False)
    ]
    standing = luck.weighted((*weights, 1 - sum(_INTEREST_WEIGHTS)))
    return luck.weighted(season) if standing == len(weights) else taste.interests[standing]


def _device_kinds(luck: Luck) -> tuple[str, ...]:
    kinds = ("desktop", "mobile", "tablet")
    count = 1 + luck.weighted((0.62, 0.30, 0.08))
    first = luck.weighted((0.40, 0.52, 0.08))
    return tuple(kinds[(first + step) % 3] for step in range(count))
