"""Kinds of configuration: each room declares what its part of the files looks like.

A room that wants something configured declares one `Kind` beside its values, and the composition
root lists it. From then on a file may hold the kind's list, mistakes in it name file and line, and
`Configuration.of(KIND)` hands the values over, typed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec


class Named(Protocol):
    """Whatever can be configured has a name, unique within its kind."""

    @property
    def name(self) -> str:
        """What it is called in files and answers."""


T = TypeVar("T", bound=Named)


class Fault(msgspec.Struct, frozen=True):
    """One mistake inside an entry.

    Attributes:
        path: where in the entry, as in `$.steps[2].when`; `$` is the entry itself.
        problem: what is wrong, as half a sentence.
        line: how many lines below the start of the text at `path`, for texts of several lines.
    """

    path: str
    problem: str
    line: int = 0


class Known(msgspec.Struct, frozen=True):
    """What else stands in the same configuration, for checks that look across kinds.

    Attributes:
        values: field of a kind → its entries by name, those that ship with the product included.
    """

    values: Mapping[str, Mapping[str, Any]]

    def names(self, field: str) -> Sequence[str]:
        """Return the names that one kind has, such as those under `segments`."""
        return tuple(self.values.get(field, {}))

    def of(self, kind: "Kind[T]") -> Mapping[str, T]:
        """Return the valid entries of one kind, by name."""
        return cast("Mapping[str, T]", self.values.get(kind.field, {}))


Check = Callable[[T, Known], Iterable[Fault]]


def _fine(_value: Any, _known: Known) -> Iterable[Fault]:  # noqa: ANN401
    return ()


class Kind(msgspec.Struct, Generic[T], frozen=True):
    """One kind of thing that can be configured.

    Attributes:
        field: the key of its list in a file, such as `placements`.
        one: what one of them is called in messages, such as `placement`.
        shape: the frozen struct that an entry becomes; it has a `name`.
        defaults: those that exist without any file; an entry of the same name replaces one.
        check: what the shape alone cannot say; sees all other entries.
    """

    field: str
    one: str
    shape: type[T]
    defaults: tuple[T, ...] = ()
    check: Check[T] = _fine
