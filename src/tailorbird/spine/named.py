"""Values shown with their names: what is stored tersely becomes objects that anybody can read."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import msgspec


def named(value: object) -> Any:  # noqa: ANN401 - JSON can be anything
    """Return a value as JSON-ready objects: every field by its name, in camelCase.

    Structs that are kept as arrays become objects too, numbered choices become words, and the keys
    of mappings, which are somebody's data, stay as they are. A field that is None is left out.
    """
    match value:
        case msgspec.Struct():
            fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
            return {_camel(name): named(one) for name, one in fields if one is not None}
        case Mapping():
            return {str(key): named(one) for key, one in value.items()}
        case list() | tuple():
            return [named(one) for one in value]
        case IntEnum():
            return value.name.lower()
        case _:
            return msgspec.to_builtins(value)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
