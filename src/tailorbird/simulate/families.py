"""What the generated shop deals in: families of goods, the styles they come in, and who makes them.

The words live in `vocabulary.toml`; they are made up for Tailorbird.
"""

import math
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files

import msgspec

_SWING = 1.1  # a family at the height of its season is e^(2 * 1.1) = 9 times its low


class Style(msgspec.Struct, frozen=True):
    """A manner that goods of every family come in, and that a shopper can prefer."""

    name: str
    word: str
    tags: tuple[str, ...]
    outdoor: tuple[str, ...]
    home: tuple[str, ...]

    def sentences(self, world: str) -> tuple[str, ...]:
        """Return what a description says of this style, in the `Outdoor` or the `Home` world."""
        return self.outdoor if world == "Outdoor" else self.home


class Brand(msgspec.Struct, frozen=True):
    """A maker: its world, and how dear it is against the family's middle (1.0)."""

    name: str
    world: str
    level: float


class Family(msgspec.Struct, frozen=True):
    """Goods that replace each other (tents), and the families that go along with them.

    `price` is in whole currency units from cheapest to dearest; `season` is the month of highest
    demand, 0 for none; `weight` says how often people look for it.
    """

    name: str
    label: str
    path: tuple[str, ...]
    nouns: tuple[str, ...]
    price: tuple[int, int]
    materials: tuple[str, ...]
    sizes: tuple[str, ...]
    complements: tuple[str, ...]
    season: int
    weight: float
    about: tuple[str, ...]

    @property
    def world(self) -> str:
        """Return the top of the category path: `Outdoor` or `Home`."""
        return self.path[0]

    @property
    def category(self) -> str:
        """Return the category path as the wire shows it: `Outdoor > Camping > Tents`."""
        return " > ".join((*self.path, self.label))

    @property
    def list_path(self) -> str:
        """Return the path of the category's page in the shop."""
        return f"/c/{self.world.lower()}/{self.name}"

    @property
    def middle_price(self) -> float:
        """Return the geometric middle of the prices, in currency units."""
        return math.sqrt(self.price[0] * self.price[1])

    def demand(self, month: int) -> float:
        """Return how much this family is looked for in a month (1 to 12), around 1.0."""
        if self.season == 0:
            return 1.0
        return math.exp(_SWING * (math.cos((month - self.season) * math.tau / 12) - 0.2))


class Vocabulary(msgspec.Struct, frozen=True):
    """Everything that the generated shop may deal in, and names for products and people."""

    models: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    styles: tuple[Style, ...]
    brands: tuple[Brand, ...]
    families: tuple[Family, ...]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the words that the shop and its shoppers are made of."""
    text = files("tailorbird.simulate").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=Vocabulary)


@lru_cache(maxsize=256)
def demands(month: int) -> tuple[float, ...]:
    """Return each family's demand in a month, its weight times its season."""
    return tuple(family.weight * family.demand(month) for family in vocabulary().families)


def month_of(at_ms: int) -> int:
    """Return the month (1 to 12, UTC) of a moment."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).month
