"""Bounds of free-form JSON: not nested without end, no number that cannot be stored."""

DEEPEST = 32
_LEAST, _MOST = -(2**63), 2**63 - 1
_HARMLESS = frozenset({str, float, bool, type(None)})


def fault_in(value: object, depth: int = 0) -> str | None:
    """Return what is wrong with a JSON value as the end of a sentence; None when nothing is.

    Args:
        value: anything that JSON can say.
        depth: how deep it lies already.
    """
    if isinstance(value, dict | list):
        if depth == DEEPEST:
            return f"is nested more than {DEEPEST} deep"
        parts = value.values() if isinstance(value, dict) else value
        for part in parts:
            if part.__class__ in _HARMLESS:
                continue
            fault = fault_in(part, depth + 1)
            if fault is not None:
                return fault
    elif isinstance(value, int) and not _LEAST <= value <= _MOST:
        return "has a whole number of more than 64 bits"
    return None
