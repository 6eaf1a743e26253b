"""What a flag is worth for somebody, in the words of OpenFeature."""

from typing import Any

import msgspec

from tailorbird.experiments.assigning import Assignment, Split
from tailorbird.experiments.experiment import Flag

UNTRIED = "default"
"""The variant of whoever is in no experiment on the flag."""


class Evaluation(msgspec.Struct, frozen=True):
    """The answer to one flag; the fields and words are OFREP's."""

    key: str
    value: Any
    reason: str
    variant: str
    metadata: dict[str, str | int | bool] = {}


class FlagFailure(msgspec.Struct, frozen=True, rename="camel"):
    """Why a flag has no answer; the fields and codes are OFREP's."""

    key: str
    error_code: str
    error_details: str


def evaluation(flag: Flag, split: Split | None = None, one: Assignment | None = None) -> Evaluation:
    """Return a flag's value for somebody.

    Args:
        flag: the flag.
        split: the experiment that reaches them, if any.
        one: their arm in it.
    """
    if not flag.enabled:
        return Evaluation(flag.name, flag.value, "DISABLED", UNTRIED)
    if split is None or one is None:
        return Evaluation(flag.name, flag.value, "STATIC", UNTRIED)
    said = next((arm for arm in split.experiment.variants if arm.name == one.variant), None)
    value = flag.value if said is None else said.flags.get(flag.name, flag.value)
    if isinstance(flag.value, float) and isinstance(value, int):
        value = float(value)  # clients take `1` for a whole number, and refuse it as a float
    reason = "TARGETING_MATCH" if one.forced else "SPLIT"
    return Evaluation(flag.name, value, reason, one.variant, {"experiment": one.experiment})
