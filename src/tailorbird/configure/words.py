"""The nearest valid word: what somebody who mistyped a name may have meant."""

import difflib
from collections.abc import Iterable
from typing import Any

import msgspec


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """Return the valid word that is most like this one, in any case of letters; None if none is."""
    by_lower = {one.lower(): one for one in sorted(valid, reverse=True)}
    found = difflib.get_close_matches(word.lower(), by_lower, 1)
    return by_lower[found[0]] if found else None


def meant(word: str, valid: Iterable[str]) -> str:
    """Return `; did you mean …?` where a valid word is near, else which words are valid."""
    choices = sorted(set(valid))
    near = nearest(word, choices)
    if near is not None:
        return f"; did you mean `{near}`?"
    if 0 < len(choices) <= 12:
        return f"; there are {', '.join(choices)}"
    return ""


def fields_of(shape: Any) -> set[str]:  # noqa: ANN401 - any type that msgspec knows
    """Return the names of all fields of a type and of what is inside it, as files spell them."""
    return _walked(shape)[0]


def choices_of(shape: Any) -> set[str]:  # noqa: ANN401
    """Return all words that a type takes where only some words are allowed."""
    return _walked(shape)[1]


def _walked(shape: Any) -> tuple[set[str], set[str]]:  # noqa: ANN401
    fields: set[str] = set()
    choices: set[str] = set()
    seen: set[Any] = set()
    waiting = [msgspec.inspect.type_info(shape)]
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in seen:
                continue
            seen.add(info.cls)
            fields.update(field.encode_name for field in info.fields)
            choices.update([info.tag] if isinstance(info.tag, str) else [])
            waiting.extend(field.type for field in info.fields)
        elif isinstance(info, msgspec.inspect.EnumType):
            choices.update(str(one.value) for one in info.cls)
        elif isinstance(info, msgspec.inspect.LiteralType):
            choices.update(str(one) for one in info.values)
        else:
            waiting.extend(_inside(info))
    return fields, choices


def _inside(info: msgspec.inspect.Type) -> list[msgspec.inspect.Type]:
    found: list[msgspec.inspect.Type] = []
    for name in info.__struct_fields__:
        held = getattr(info, name)
        several = held if isinstance(held, tuple) else (held,)
        found.extend(one for one in several if isinstance(one, msgspec.inspect.Type))
    return found
