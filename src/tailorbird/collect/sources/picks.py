"""Picking one value out of a row as a mapping says: by path, by table, by pattern, as a type."""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import msgspec

from tailorbird.collect.sources.fields import number, whole_number
from tailorbird.collect.sources.rows import UnfitRow

Kind = Literal["text", "number", "integer", "boolean", "list"]
Path = tuple[str | int, ...]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_YES = frozenset({"true", "1", "yes", "y", "t"})
_NO = frozenset({"false", "0", "no", "n", "f"})


class Pairs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a list of objects becomes a mapping: the field of its names, and that of its values."""

    name: str
    value: str


class Pick(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """Where one value comes from and what is made of it, in the order of these fields.

    Attributes:
        source: columns, or paths such as `variants[0].price`; the first not empty is taken.
        value: a constant, for what the file does not say, or says nothing of in this row.
        digest: paths whose values are hashed into an id, for files without one.
        pattern: a regular expression whose first group is kept; no match is no value.
        names: a table from the file's words to ours.
        split: what parts a text into a list.
        pairs: makes a mapping of a list of objects.
        type: what the value must be; by the field's name when left out.
        decimal: the decimal mark of numbers, `.` or `,`.
        scale: what a number is multiplied with, such as 0.01 for cents.
        prefix: what is put in front of a text.
    """

    source: tuple[str, ...] = ()
    value: str | float | int | bool | list[str] | None = None
    digest: tuple[str, ...] = ()
    pattern: str | None = None
    names: dict[str, str] | None = None
    split: str | None = None
    pairs: Pairs | None = None
    type: Kind | None = None
    decimal: Literal[".", ","] = "."
    scale: float | None = None
    prefix: str | None = None

    @property
    def reworded(self) -> bool:
        """Whether the value is more than taken and typed."""
        ways = (self.pattern, self.names, self.split, self.pairs)
        return any(way is not None for way in ways)

    @property
    def paths(self) -> tuple[str, ...]:
        """All columns or paths that the pick looks at."""
        return self.source + self.digest


@lru_cache(maxsize=1024)
def path_of(text: str) -> Path:
    """Return the steps of a path: `a.b[0]` is `("a", "b", 0)`."""
    return tuple(name or int(index) for name, index in _STEP.findall(text))


def at_path(values: Mapping[str, Any], text: str) -> object:
    """Return what stands at a path, or None; a column may have dots in its own name."""
    if text in values:
        return values[text]
    found: object = values
    for step in path_of(text):
        if isinstance(found, Mapping) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found


def pick(values: Mapping[str, Any], how: Pick, field: str) -> object:
    """Return the value for a field of ours, or None when the row has none.

    Args:
        values: the row, by column or nested as in JSON.
        how: the mapping's word on it.
        field: the field's name, for reasons.

    Raises:
        UnfitRow: the value is not of the wanted type, or not in the table of names.
    """
    if how.digest:
        return _digest([at_path(values, path) for path in how.digest])
    found: object = None
    for path in how.source:
        found = at_path(values, path)
        if not _empty(found):
            break
    if _empty(found):
        return how.value
    if how.reworded:
        found = _worded(found, how, field)
        if _empty(found):
            return None
    return _typed(found, how, field)


def _empty(value: object) -> bool:
    # Numbers are asked for last: 0 and False are values.
    return value is None or (not value and value in ("", [], {}))


def _worded(found: object, how: Pick, field: str) -> object:
    if how.pattern is not None:
        match = re.search(how.pattern, str(found))
        found = match and (match[1] if match.re.groups else match[0])
    if how.names is not None and found is not None:
        word = how.names.get(str(found))
        if word is None:
            known = ", ".join(how.names)
            raise UnfitRow(f"{field}: {str(found)[:40]!r} is not in `names` ({known}); add it")
        found = word
    if how.split is not None and isinstance(found, str):
        found = [part.strip() for part in found.split(how.split) if part.strip()]
    if how.pairs is not None and isinstance(found, list):
        found = _paired(found, how.pairs)
    return found


def _paired(entries: list[object], how: Pairs) -> dict[str, object]:
    objects = [entry for entry in entries if isinstance(entry, dict)]
    return {str(entry[how.name]): entry.get(how.value) for entry in objects if entry.get(how.name)}


def _typed(found: object, how: Pick, field: str) -> object:
    match how.type:
        case None:
            return found
        case "text":
            return f"{how.prefix or ''}{str(found).strip()}"
        case "list":
            return found if isinstance(found, list) else [found]
        case "boolean":
            return _truth(str(found), field)
        case "number" | "integer":
            return _counted(str(found), how, field)


def _counted(text: str, how: Pick, field: str) -> float:
    if how.decimal == ",":
        text = text.replace(".", "").replace(" ", "").replace(",", ".")
    if how.type == "integer" and how.scale is None:
        return whole_number(text.removesuffix(".0"), field)
    value = number(text, field) * (1 if how.scale is None else how.scale)
    # Scaling by 0.01 leaves traces such as 21.990000000000002.
    return round(value, 6)


def _truth(text: str, field: str) -> bool:
    lowered = text.strip().lower()
    if lowered in _YES or lowered in _NO:
        return lowered in _YES
    raise UnfitRow(f"{field}: {text[:40]!r} is neither true nor false; write true or false")


def _digest(parts: list[object]) -> str | None:
    if all(part in (None, "") for part in parts):
        return None
    text = "\0".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
