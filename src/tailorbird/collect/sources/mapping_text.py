"""Reading a mapping, the YAML text with which a shop describes its own files."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec
import yaml

from tailorbird.collect.sources.documents import Shape
from tailorbird.collect.sources.picks import Kind, Pick
from tailorbird.spine.errors import BadRequest

_TYPES: Mapping[str, Kind] = {
    **dict.fromkeys(("userId", "anonymousId", "messageId", "groupId", "previousId"), "text"),
    **dict.fromkeys(("product_id", "order_id", "id", "title", "sku", "currency"), "text"),
    **dict.fromkeys(("price", "salePrice", "cost", "margin", "revenue", "total"), "number"),
    **dict.fromkeys(("shipping", "tax", "discount", "value"), "number"),
    **dict.fromkeys(("quantity", "stock", "position"), "integer"),
    **dict.fromkeys(("tags", "markets"), "list"),
}
_SHAPE = ("format", "delimiter", "encoding", "header")


class WrongMapping(BadRequest):
    """The mapping cannot be used."""

    remedy = "Compare it with the examples in docs/examples/mappings."


def mapping_in(text: str | None, words: Iterable[str]) -> dict[str, Any]:
    """Return a mapping's keys and values.

    Args:
        text: the YAML.
        words: the keys that it may have at its top, besides those on the file's form.

    Raises:
        WrongMapping: it is missing, is no YAML, or has an unknown key.
    """
    if text is None:
        raise WrongMapping("This format needs a mapping.", remedy="Name one with --mapping FILE.")
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as cause:
        raise WrongMapping(f"The mapping is not YAML: {cause}.") from cause
    if not isinstance(found, dict):
        raise WrongMapping("The mapping is not a list of `key: value` lines.")
    known = (*words, *_SHAPE)
    for key in found:
        if key not in known:
            raise WrongMapping(f"`{key}` is no key of a mapping; {_nearest(str(key), known)}.")
    return found


def shape_in(found: Mapping[str, Any]) -> Shape:
    """Return what the mapping says on how its files are written.

    Raises:
        WrongMapping: a value is not understood.
    """
    named = {("form" if name == "format" else name): found.get(name) for name in _SHAPE}
    given = {name: value for name, value in named.items() if value is not None}
    try:
        return msgspec.convert(given, Shape)
    except msgspec.ValidationError as cause:
        raise WrongMapping(f"format, delimiter, encoding or header: {cause}.") from cause


def pick_in(value: object, key: str) -> Pick:
    """Return what the mapping says on one value: a column's name, or a table of what to do.

    Raises:
        WrongMapping: it is neither, or has an unknown word.
    """
    if isinstance(value, str):
        value = {"from": value}
    try:
        pick = msgspec.convert(_spelled(value, key), Pick)
        re.compile(pick.pattern or "")
    except (msgspec.ValidationError, re.error) as cause:
        raise WrongMapping(f"`{key}`: {cause}.") from cause
    if not pick.paths and pick.value is None:
        raise WrongMapping(f"`{key}` has neither `from` nor `value`.")
    kind = pick.type or _TYPES.get(key.rsplit(".", 1)[-1])
    if kind is None and pick.prefix is not None:
        kind = "text"
    return msgspec.structs.replace(pick, type=kind)


def _spelled(value: object, key: str) -> object:
    """Return a pick whose words are known, the words of the file's own as texts."""
    if not isinstance(value, dict):
        return value
    words = [field.encode_name for field in msgspec.structs.fields(Pick)]
    for word in value:
        if word not in words:
            raise WrongMapping(f"`{key}.{word}` is unknown; {_nearest(str(word), words)}.")
    spelled = dict(value)
    if isinstance(value.get("from"), str):
        spelled["from"] = [value["from"]]
    if isinstance(value.get("names"), dict):
        # YAML reads the word 1 as a number; the file has it as a text.
        spelled["names"] = {str(name): word for name, word in value["names"].items()}
    return spelled


def picks_in(value: object, roots: Iterable[str]) -> dict[str, Pick]:
    """Return the fields of a mapping.

    Args:
        value: what stands under `fields`.
        roots: the fields there are; one that ends in a dot may be followed by any name.

    Raises:
        WrongMapping: a field is unknown.
    """
    if not isinstance(value, dict) or not value:
        raise WrongMapping("`fields` is not a list of `field: column` lines.")
    known = tuple(roots)
    for name in map(str, value):
        free = any(root.endswith(".") and name.startswith(root) for root in known)
        if not free and name not in known:
            raise WrongMapping(f"`fields.{name}` is no field; {_nearest(name, known)}.")
        nested = any(str(other).startswith(f"{name}.") for other in value)
        if nested and f"{name}." not in known:
            raise WrongMapping(f"`fields.{name}` is a value and the parent of others; keep one.")
    return {str(name): pick_in(how, f"fields.{name}") for name, how in value.items()}


def check_columns(picks: Mapping[str, Pick], columns: tuple[str, ...] | None) -> None:
    """Check that every column that a mapping names is one of the file.

    Args:
        picks: by the mapping's own key.
        columns: those of the file, or None where rows differ.

    Raises:
        WrongMapping: a column is missing, with the nearest that is there.
    """
    if columns is None:
        return
    for key, how in picks.items():
        for path in how.paths:
            if path not in columns and path.split(".")[0].split("[")[0] not in columns:
                raise WrongMapping(
                    f"`{key}`: the file has no column {path!r}; {_nearest(path, columns)}."
                )


def _nearest(word: str, known: Iterable[str]) -> str:
    words = list(known)
    close = get_close_matches(word, words, n=1, cutoff=0.5)
    return f"did you mean `{close[0]}`?" if close else f"there is {', '.join(words) or 'none'}"
