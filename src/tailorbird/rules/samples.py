"""Trying a condition on made-up values, so that a text compared with a number is found at once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import cel

from tailorbird.rules.names import ROOTS, FieldType

_SAMPLES: dict[FieldType, Any] = {
    "number": 1.5,
    "whole number": 1,
    "text": "a",
    "yes or no": True,
    "list": ["a"],
    "time": datetime(2026, 11, 27, 12, tzinfo=UTC),
}
_OTHERS: dict[FieldType, Any] = {"number": 1_000_000.5, "whole number": 0, "list": []}

# What a program raises when values do not fit: the operation, an entry, a name, a number's range.
UNFIT = (TypeError, LookupError, RuntimeError, ValueError, ArithmeticError)


def unfit(
    program: cel.Program, wants: Iterable[tuple[str, str, str | None]], counts: Iterable[str]
) -> str | None:
    """Return what is wrong with the types of a condition, or None if nothing is.

    Nothing is said of a condition that asks for the entries of a map: their types are not known.
    """
    asked = list(wants)
    if any(ROOTS[root][field].type == "map" for root, field, _ in asked):
        return None
    for samples in (_SAMPLES, {**_SAMPLES, **_OTHERS}):
        values: dict[str, Any] = dict.fromkeys(counts, 1 if samples is _SAMPLES else 1_000)
        for root, field, _ in asked:
            values.setdefault(root, {})[field] = samples[ROOTS[root][field].type]
        try:
            found = program.execute(cel.Context(variables=values))
        except TypeError as cause:
            return f"the types do not fit: {_sentence(str(cause))}"
        except UNFIT:
            continue
        if not isinstance(found, bool):
            return "a condition must say yes or no: compare it with something"
    return None


def _sentence(text: str) -> str:
    return text.partition("CEL does not coerce")[0].strip().rstrip(".").lower() + (
        "; numbers go with numbers (a whole one times 2, another times 2.0), texts with texts"
    )
