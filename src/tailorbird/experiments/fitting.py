"""Does a plain value fit a shape? For parts of a file that a room further up understands."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tailorbird.configure.kinds import Fault
from tailorbird.configure.words import choices_of, fields_of, meant

_AT = re.compile(r" - at `\$([^`]*)`")
_FIELD = re.compile(r"unknown field `([^`]*)`")
_CHOICE = re.compile(r"Invalid (?:enum )?value '([^']*)'")


def misfits(said: Any, shape: Any, path: str) -> Iterator[Fault]:  # noqa: ANN401
    """Yield what is wrong with the shape of a value, with the nearest word.

    Args:
        said: plain values, as a file says them.
        shape: what it must be.
        path: where it stands in its entry.
    """
    try:
        msgspec.convert(said, shape)
    except msgspec.ValidationError as cause:
        text = str(cause)
        found = _AT.search(text)
        where, problem = (found[1] if found else ""), _AT.sub("", text)
        unknown, choice = _FIELD.search(problem), _CHOICE.search(problem)
        if unknown is not None:
            problem = f"there is no field `{unknown[1]}` here{meant(unknown[1], fields_of(shape))}"
            where = f"{where}.{unknown[1]}"
        elif choice is not None:
            problem += meant(choice[1], choices_of(shape))
        yield Fault(f"{path}{where}", problem)
