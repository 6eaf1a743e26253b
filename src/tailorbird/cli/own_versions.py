"""What readings learn from the versions of the configuration: what was in force when."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

import msgspec

from tailorbird.configure.configuration import SHIPPED, Configuration
from tailorbird.configure.configurator import Configurator
from tailorbird.configure.ports import VersionStore
from tailorbird.configure.reading import BadConfiguration
from tailorbird.experiments.configuration import EXPERIMENTS, HOLDOUTS
from tailorbird.experiments.experiment import EVERYTHING, HELD_OUT, ExposedBy, Holdout, Unit
from tailorbird.experiments.staging import STAGES, experiments_in
from tailorbird.measure.own.happened import Reach
from tailorbird.measure.own.history import Era, as_experiment

Since = dict[str, Any]


class Past(msgspec.Struct, frozen=True):
    """What was in force when, as far as it can still be read.

    Attributes:
        eras: oldest first.
        notes: of versions that cannot be read any more.
    """

    eras: tuple[Era, ...]
    notes: tuple[str, ...] = ()


class Versions:
    """Every configuration that was ever in force, oldest first.

    Args:
        store: keeps the versions and when each was put in force.
        configurator: reads them.
    """

    def __init__(self, store: VersionStore, configurator: Configurator) -> None:
        self._store = store
        self._configurator = configurator

    def of_experiment(self, name: str) -> Past:
        """Return an experiment through time, as far as its rollout had come each time."""

        def mark(since: Since) -> Hashable:
            return tuple(since.get(kind.field, {}).get(name) for kind in (EXPERIMENTS, STAGES))

        def era(at_ms: int, then: Configuration) -> Era:
            one = next((one for one in experiments_in(then) if one.name == name), None)
            return Era(at_ms, one)

        return self._past(mark, era)

    def of_holdout(self) -> Past:
        """Return the global holdout through time, as an experiment."""

        def mark(since: Since) -> Hashable:
            return tuple(since.get(HOLDOUTS.field, {}).items())

        def era(at_ms: int, then: Configuration) -> Era:
            held = next(iter(then.of(HOLDOUTS)), Holdout(share=0.0))
            return Era(at_ms, as_experiment(held))

        return self._past(mark, era)

    def reach_of_holdout(self) -> Reach:
        """Return every experiment on people that the holdout is kept out of, whenever it ran."""
        arms: dict[str, dict[str, str]] = {}
        direct: set[str] = set()

        def mark(since: Since) -> Hashable:
            return tuple(since.get(EXPERIMENTS.field, {}).items())

        for _, then in self._known(mark):
            for one in () if isinstance(then, str) else then.of(EXPERIMENTS):
                if not one.holdout or one.unit is not Unit.PERSON:
                    arms.pop(one.name, None)  # the latest word counts
                    continue
                given = dict.fromkeys(one.shares, EVERYTHING)
                arms.setdefault(one.name, {HELD_OUT: HELD_OUT}).update(given)
                if one.exposed_by is ExposedBy.DECIDED:
                    direct.add(one.name)
        return Reach(arms, direct)

    def _past(
        self, mark: Callable[[Since], Hashable], era: Callable[[int, Configuration], Era]
    ) -> Past:
        eras, notes = [], []
        for at_ms, then in self._known(mark):
            if isinstance(then, str):
                notes.append(then)
            else:
                eras.append(era(at_ms, then))
        return Past(tuple(eras), tuple(notes))

    def _known(
        self, mark: Callable[[Since], Hashable]
    ) -> Iterator[tuple[int, Configuration | str]]:
        """Yield each configuration whose mark is new, or a sentence where it cannot be read."""
        last: Hashable = object()
        for version, at_ms in self._store.activations():
            stored = None if version == SHIPPED else self._store.get(version)
            now = mark({} if stored is None else dict(stored.since))
            if now == last:
                continue
            last = now
            try:
                yield at_ms, self._configurator.version(version)
            except BadConfiguration:
                yield at_ms, f"Version {version} of the configuration cannot be read any more."
