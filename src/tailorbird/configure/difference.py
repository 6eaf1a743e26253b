"""The difference between two configurations: what is new, gone or changed, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from tailorbird.configure.configuration import Configuration

_GONE = object()


class FieldChange(msgspec.Struct, frozen=True):
    """One field that differs; None where it does not stand."""

    path: str
    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True):
    """One entry that differs.

    Attributes:
        field: its kind, such as `rules`.
        name: its name.
        what: whether it is new, gone or other than before.
        fields: of a changed one, which fields differ.
    """

    field: str
    name: str
    what: Literal["added", "changed", "removed"]
    fields: tuple[FieldChange, ...] = ()


def difference(before: Configuration, after: Configuration) -> tuple[Change, ...]:
    """Return what is different, by kind and name; empty if both say the same."""
    old, new = before.said(), after.said()
    changes: list[Change] = []
    for field in sorted(old.keys() | new.keys()):
        was, now = old.get(field, {}), new.get(field, {})
        for name in sorted(was.keys() | now.keys()):
            if name not in was:
                changes.append(Change(field, name, "added"))
            elif name not in now:
                changes.append(Change(field, name, "removed"))
            elif was[name] != now[name]:
                fields = tuple(_fields("", was[name], now[name]))
                changes.append(Change(field, name, "changed", fields))
    return tuple(changes)


def _fields(path: str, before: Any, after: Any) -> Iterator[FieldChange]:  # noqa: ANN401
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _fields(inner, before.get(key, _GONE), after.get(key, _GONE))
    elif before != after:
        yield FieldChange(path, _shown(before), _shown(after))


def _shown(value: Any) -> Any:  # noqa: ANN401
    return None if value is _GONE else value
