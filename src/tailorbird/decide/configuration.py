"""Placements from YAML files: all of them valid, or none is taken; errors name file and line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import yaml

from tailorbird.decide.placements import (
    DEFAULT_PLACEMENTS,
    Creative,
    Filters,
    Placement,
    Weights,
)
from tailorbird.spine.errors import BadRequest

_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_PATH = re.compile(r"at `(\$[^`]*)`")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class BadConfiguration(BadRequest):
    """The configuration has a mistake; nothing of it was taken."""

    remedy = "Mend the line named in `detail`; docs/how-to/place-recommendations.md has examples."


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """What a configuration file may hold today."""

    placements: list[Placement] = []


_WORDS = sorted(
    {
        name
        for kind in (_File, Placement, Weights, Filters, Creative)
        for name in kind.__struct_encode_fields__
    }
)


def read_placements(place: Path) -> tuple[Placement, ...]:
    """Return the default placements, with those of a file or a folder in their stead or added.

    Args:
        place: a YAML file, or a folder whose `*.yaml` and `*.yml` files are all read.

    Raises:
        BadConfiguration: naming file, line and the nearest valid word.
    """
    if not place.exists():
        raise BadConfiguration(f"There is no configuration at {place}")
    files = sorted([*place.glob("*.yaml"), *place.glob("*.yml")]) if place.is_dir() else [place]
    found = {placement.name: placement for placement in DEFAULT_PLACEMENTS}
    told: dict[str, Path] = {}
    for file in files:
        for placement in _read(file):
            if placement.name in told:
                raise BadConfiguration(
                    f"{file}: placement {placement.name!r} stands in {told[placement.name]} already"
                )
            told[placement.name] = file
            found[placement.name] = placement
    return tuple(found.values())


def _read(file: Path) -> Sequence[Placement]:
    text = file.read_text("utf-8")
    try:
        parsed = yaml.safe_load(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line + 1 if cause.problem_mark is not None else 1
        raise BadConfiguration(f"{file}:{line}: not YAML: {cause.problem}") from cause
    if parsed is None:
        return []
    try:
        placements = msgspec.convert(parsed, _File).placements
    except msgspec.ValidationError as cause:
        raise BadConfiguration(_explained(file, str(cause), node)) from cause
    for place, placement in enumerate(placements):
        fault = _out_of_bounds(placement)
        if fault is not None:
            line = _line_of(node, f"$.placements[{place}]")
            raise BadConfiguration(f"{file}:{line}: placement {placement.name!r}: {fault}")
    return placements


def _explained(file: Path, reason: str, node: yaml.Node | None) -> str:
    path = _PATH.search(reason)
    unknown = _UNKNOWN.search(reason)
    where = path[1] if path else "$"
    if unknown is None:
        return f"{file}:{_line_of(node, where)}: {reason}"
    near = difflib.get_close_matches(unknown[1], _WORDS, 1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    line = _line_of(node, f"{where}.{unknown[1]}")
    return f"{file}:{line}: there is no field `{unknown[1]}` here{hint}"


def _line_of(node: yaml.Node | None, path: str) -> int:
    """Return the line on which a JSON path begins; of its nearest parent where it is absent."""
    line = 1
    for step in _STEP.finditer(path):
        if node is None:
            return line
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == step[1]]
            node = pairs[0][1] if pairs else None
            line = pairs[0][0].start_mark.line + 1 if pairs else line
        elif isinstance(node, yaml.SequenceNode) and step[2] and int(step[2]) < len(node.value):
            node = node.value[int(step[2])]
            line = node.start_mark.line + 1
    return line


def _out_of_bounds(placement: Placement) -> str | None:
    if not 1 <= placement.limit <= 100:
        return "`limit` must be 1 to 100"
    if not 0 <= placement.explore_share <= 0.5:
        return "`exploreShare` must be 0 to 0.5"
    if placement.lean < 0:
        return "`lean` must not be negative"
    weights = msgspec.structs.astuple(placement.weights)
    if min(weights) < 0:
        return "`weights` must not be negative"
    return None
