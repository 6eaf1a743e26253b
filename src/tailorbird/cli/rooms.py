"""Modules that rest on an extra: loaded when a verb needs them, named where they are missing."""

import importlib
from types import ModuleType

from tailorbird.spine.errors import TailorbirdError


class MeasureMissing(TailorbirdError):
    """Reading experiments needs tea-tasting and Ibis, which are not installed."""

    remedy = "Install them with `pip install 'tailorbird[measure]'`."


def measuring(module: str) -> ModuleType:
    """Return a module of `measure`.

    Raises:
        MeasureMissing: the extra `measure` is not installed.
    """
    try:
        return importlib.import_module(f"tailorbird.measure.{module}")
    except ModuleNotFoundError as cause:
        raise MeasureMissing from cause
