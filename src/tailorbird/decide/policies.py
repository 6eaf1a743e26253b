"""Policies of a placement: the same placement with some of its fields changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tailorbird.decide.placements import Placement

FIXED = ("name", "kind", "version")
"""What every policy of a placement has in common."""


def merged(base: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields with others laid over them; of parts, only what is said."""
    made = dict(base)
    for name, value in said.items():
        before = made.get(name)
        if isinstance(before, dict) and isinstance(value, dict) and name != "rewards":
            made[name] = merged(before, value)
        else:
            made[name] = value
    return made


def varied(placement: Placement, said: Mapping[str, Any]) -> Placement:
    """Return a placement with some fields changed; of parts, only what is said.

    Raises:
        msgspec.ValidationError: what is said fits no placement.
    """
    return msgspec.convert(merged(msgspec.to_builtins(placement), said), Placement)
