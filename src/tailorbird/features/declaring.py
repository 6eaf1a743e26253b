"""How a feature is declared: its name, whose it is, what it means, and the function that it is.

One declaration serves everywhere: the server answers from it, a replay of the log makes training
sets with it, and the definitions for other feature stores are written from it. So a model is asked
in production with the very numbers that it learned from.
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from tailorbird.features.moment import Moment

Value = int | float | str | bool | None
"""What a feature can be; None where nothing is known."""


class Entity(StrEnum):
    """Whose a feature is."""

    PERSON = "person"
    SESSION = "session"
    ITEM = "item"
    PAIR = "pair"


class Kind(StrEnum):
    """Which type the values have."""

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"


class Feature(msgspec.Struct, frozen=True):
    """One feature.

    Attributes:
        name: by which models and tables know it.
        entity: whose it is.
        kind: the type of its values.
        unit: what a number counts: `days`, `orders`, `share` (0 to 1), `minor units` of money.
        says: what it is, in one sentence.
        reads: the parts of a profile (`orders`; `presence.country`) or the fields of an item
            (`item.stock`) that it may depend on; nothing else changes it.
        of: the function.
    """

    name: str
    entity: Entity
    kind: Kind
    unit: str
    says: str
    reads: tuple[str, ...]
    of: Callable[[Moment], Value]
