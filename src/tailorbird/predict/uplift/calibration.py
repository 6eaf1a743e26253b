"""A calibration: what a version predicted, beside what lots have measured since."""

from __future__ import annotations

import msgspec

from tailorbird.predict.registry.card import Measurement
from tailorbird.predict.uplift.model import UpliftDecile
from tailorbird.predict.uplift.recalibrating import Validation


class Calibration(msgspec.Struct, frozen=True, rename="camel"):
    """Predicted against measured, by decile.

    Attributes:
        model: the version whose predictions they are; of a twin where `twin` says so, which was
            learned without the people of this calibration.
        at_ms: when it was looked at.
        people: how many.
        expected: the mean predicted effect.
        average: the measured one, with its 95 % interval.
        inside: how many deciles' intervals hold what was predicted.
        holds: whether the average and at least eight deciles are as predicted.
        deciles: each with what was predicted and measured.
    """

    model: str
    twin: bool
    at_ms: int
    people: int
    expected: float
    average: Measurement
    inside: int
    holds: bool
    deciles: tuple[UpliftDecile, ...]


def calibration_of(model: str, found: Validation, at_ms: int, *, twin: bool) -> Calibration:
    """Return a validation as it is stored."""
    return Calibration(
        model=model,
        twin=twin,
        at_ms=at_ms,
        people=sum(one.people for one in found.deciles),
        expected=found.expected,
        average=Measurement(*found.average),
        inside=found.inside,
        holds=found.holds,
        deciles=found.deciles,
    )
