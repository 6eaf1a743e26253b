"""What an arm of an experiment changes in a placement, and what of that would be wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tailorbird.configure.kinds import Fault, Known
from tailorbird.configure.words import meant
from tailorbird.decide.configuration import PLACEMENTS
from tailorbird.decide.placements import Placement
from tailorbird.decide.policies import FIXED, merged, varied
from tailorbird.experiments.experiment import Experiment
from tailorbird.experiments.fitting import misfits


def placement_faults(one: Experiment, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the placements that an experiment varies."""
    placements = known.of(PLACEMENTS)
    for index, variant in enumerate(one.variants):
        for name, said in variant.placements.items():
            path = f"$.variants[{index}].placements.{name}"
            placement = placements.get(name)
            if placement is None:
                hint = meant(name, placements)
                yield Fault(path, f"there is no placement `{name}`{hint}")
            else:
                yield from _faults(placement, said, path, known)


def _faults(
    placement: Placement, said: Mapping[str, Any], path: str, known: Known
) -> Iterator[Fault]:
    for field in FIXED:
        if field in said:
            yield Fault(f"{path}.{field}", f"an arm cannot change `{field}`")
            return
    shaped = list(misfits(merged(msgspec.to_builtins(placement), said), Placement, path))
    yield from shaped
    if shaped:
        return
    other = varied(placement, said)
    if other.bandit is not None and placement.bandit is None:
        yield Fault(
            f"{path}.bandit",
            "an arm cannot begin a bandit: give it to the placement, and `bandit: null` to control",
        )
    for fault in PLACEMENTS.check(other, known):
        yield Fault(path + fault.path.removeprefix("$"), fault.problem, fault.line)
