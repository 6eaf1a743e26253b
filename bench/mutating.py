"""Bodies made of other bodies: cheap mutations, so that a few random requests become very many."""

import json
import random
from typing import Any

# Values at which programs break: limits, empties, things of another kind, text of other systems.
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    -(2**63) - 1,
    10**30,
    1e308,
    -0.0,
    0.1,
    "",
    " ",
    "a" * 300,
    "x" * 40_000,
    "\x00",
    "\ud800",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "NaN",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "p_",
    "user:",
    "anonymous:a1",
    "tent",
    [],
    {},
    [[[[[[[[[[]]]]]]]]]],
    [None] * 300,
    {"a": {"b": {"c": {}}}},
)
_DEEP = 300
_MOST_TEXT = 60_000


def mutated(body: bytes, others: list[bytes], luck: random.Random) -> bytes:
    """Return a body that differs from the given one in a few places.

    Args:
        body: what a request carried.
        others: bodies to take pieces from.
        luck: decides where and how.
    """
    try:
        value = json.loads(body)
    except ValueError:
        return _bytes(body, others, luck)
    if luck.random() < 0.15:
        return _bytes(body, others, luck)
    for _ in range(luck.choice((1, 1, 2, 4))):
        value = _changed(value, others, luck)
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _changed(value: Any, others: list[bytes], luck: random.Random) -> Any:  # noqa: ANN401 - JSON can be anything
    """Return a JSON value with one node replaced, taken away, doubled, renamed or buried."""
    if isinstance(value, dict) and value and luck.random() < 0.85:
        name = luck.choice(list(value))
        return _in_object(value, name, others, luck)
    if isinstance(value, list) and value and luck.random() < 0.85:
        place = luck.randrange(len(value))
        changed = _changed(value[place], others, luck)
        return [*value[:place], changed, *value[place + luck.randrange(2) :]]
    return _other(others, luck)


def _in_object(value: dict[str, Any], name: str, others: list[bytes], luck: random.Random) -> Any:  # noqa: ANN401 - JSON can be anything
    rest = {key: inner for key, inner in value.items() if key != name}
    match luck.randrange(6):
        case 0:
            return rest
        case 1:
            return {**value, name: _other(others, luck)}
        case 2:
            return {**rest, name.swapcase(): value[name]}
        case 3:
            return {**value, name: _buried(value[name], luck)}
        case _:
            return {**value, name: _changed(value[name], others, luck)}


def _buried(value: Any, luck: random.Random) -> Any:  # noqa: ANN401 - JSON can be anything
    for _ in range(luck.choice((1, 2, 30, _DEEP))):
        value = [value] if luck.random() < 0.5 else {"n": value}
    return value


def _other(others: list[bytes], luck: random.Random) -> Any:  # noqa: ANN401 - JSON can be anything
    """Return an odd value, or a piece of another body."""
    if luck.random() < 0.6 or not others:
        return luck.choice(ODD)
    try:
        piece = json.loads(luck.choice(others))
    except ValueError:
        return luck.choice(ODD)
    while isinstance(piece, dict | list) and piece and luck.random() < 0.7:
        piece = luck.choice(list(piece.values()) if isinstance(piece, dict) else piece)
    return piece


def _bytes(body: bytes, others: list[bytes], luck: random.Random) -> bytes:
    """Return bytes that are cut, flipped, repeated or spliced."""
    if not body:
        return luck.choice(others) if others else b"{"
    place = luck.randrange(len(body))
    match luck.randrange(5):
        case 0:
            return body[:place]
        case 1:
            return body[:place] + bytes([luck.randrange(256)]) + body[place + 1 :]
        case 2:
            return (body + b"\n") * luck.choice((2, 50)) if len(body) < _MOST_TEXT else body
        case 3:
            return body[:place] + luck.choice(others or [b"}"]) + body[place:]
        case _:
            return body[:place] + b"\xff\xfe" + body[place:]
