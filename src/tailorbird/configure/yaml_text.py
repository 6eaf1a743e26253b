"""YAML as people write it: plain values, and the line on which each of them stands.

Words mean what YAML 1.2 says: `on`, `off`, `yes` and `no` are text, and so are `22:00` and
`2026-11-20`. A key that stands twice is a mistake, and aliases (`*name`) are not taken.
"""

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

import msgspec
import yaml

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_MOST_DEEP = 40
_BLOCK = frozenset("|>")


class Unreadable(Exception):
    """A text is no YAML as taken here.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


class Document(msgspec.Struct, frozen=True):
    """A YAML text as plain values, with the node tree that knows the lines."""

    value: Any
    node: Any = None

    def line_of(self, path: str, below: int = 0) -> int:
        """Return the line of a JSON path such as `$.rules[2].when`; of its parent when absent.

        Args:
            path: of keys and indexes.
            below: lines below the start of a text of several lines.
        """
        line, node = 1, self.node
        for step in _STEP.finditer(path):
            if isinstance(node, yaml.MappingNode):
                pairs = [pair for pair in node.value if pair[0].value == step[1]]
                if not pairs:
                    return line
                line, node = pairs[0][0].start_mark.line + 1, pairs[0][1]
            elif isinstance(node, yaml.SequenceNode) and step[2] and int(step[2]) < len(node.value):
                node = node.value[int(step[2])]
                line = node.start_mark.line + 1
            else:
                return line
        return line + _offset(node, line) + below if isinstance(node, yaml.ScalarNode) else line


def read_yaml(text: str) -> Document:
    """Return a YAML text's values.

    Raises:
        Unreadable: it is no YAML, has a key twice, or uses what is not taken.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as cause:
        mark = cause.problem_mark or cause.context_mark
        problem = cause.problem or "it cannot be read"
        raise Unreadable(1 if mark is None else mark.line + 1, f"not YAML: {problem}") from cause
    except yaml.YAMLError as cause:
        raise Unreadable(1, f"not YAML: {cause}") from cause
    except RecursionError as cause:
        raise Unreadable(1, "it is nested too deeply") from cause
    return Document(None if node is None else _value(node, set(), 0), node)


class _Loader(yaml.SafeLoader):
    """A loader with the core words of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


def _words() -> Iterator[tuple[str, str, str]]:
    yield "null", r"~|null|Null|NULL|", "~nN\0"
    yield "bool", r"true|True|TRUE|false|False|FALSE", "tTfF"
    yield "int", r"[-+]?[0-9]+", "-+0123456789"
    yield "float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"


for _tag, _pattern, _firsts in _words():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}",
        re.compile(rf"^(?:{_pattern})$"),
        ["" if first == "\0" else first for first in _firsts],
    )


def _value(node: yaml.Node, seen: set[int], depth: int) -> Any:  # noqa: ANN401
    line = node.start_mark.line + 1
    if depth > _MOST_DEEP:
        raise Unreadable(line, "it is nested too deeply")
    if id(node) in seen:
        raise Unreadable(line, "aliases (`*name`) are not taken: write it out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, seen, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, seen, depth + 1) for one in node.value]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, seen: set[int], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Unreadable(line, "a key must be a word")
        if key.value in found:
            raise Unreadable(line, f"`{key.value}` stands here twice")
        found[key.value] = _value(value, seen, depth + 1)
    return found


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    text: str = node.value
    match node.tag.removeprefix("tag:yaml.org,2002:"):
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" | "float" if not isfinite(float(text)):
            raise Unreadable(node.start_mark.line + 1, "a number is too large")
        case "int":
            return int(text) if len(text) < 20 else float(text)
        case "float":
            return float(text)
        case _:
            return text


def _offset(node: yaml.ScalarNode, line: int) -> int:
    """Return how far below its key a text begins: block texts begin a line further down."""
    start: int = node.start_mark.line + 1
    return start - line + (1 if node.style in _BLOCK else 0)
