"""The experimenter: assigns, notices who has really seen an arm, and lets the first one win.

A person is assigned by a hash of who they are. At a login two persons may become one, and the
hash of the one may name another arm than the other has seen. Then what was seen first stays: for
the shopper nothing changes, and the analyst counts those who saw two arms.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tailorbird.configure.configuration import Configuration
from tailorbird.experiments.assigning import Assignment, Split, assigned, forced
from tailorbird.experiments.book import NO_BOOK, Book, book
from tailorbird.experiments.experiment import EVERYTHING, HELD_OUT, ExposedBy, Unit
from tailorbird.experiments.ports import FirstExposures, Seen
from tailorbird.experiments.whom import Whom
from tailorbird.identity.graph import Resolved
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import RECOMMENDATION_VIEWED
from tailorbird.spine.ids import PersonId

_MOST_OPEN = 200_000
Shown = tuple[int, str, str]
"""A placement's number in a decision, the experiment, the arm."""


class Decided(msgspec.Struct, frozen=True, gc=False):
    """A decision in which an experiment had a say.

    Attributes:
        decision_id: by which its exposures name it.
        at_ms: when.
        whom: whom it was about.
        shown: each placement's number with what was assigned there.
    """

    decision_id: str
    at_ms: int
    whom: Whom
    shown: tuple[tuple[int, Assignment], ...]


class Experimenter:
    """Assigns for one workspace, and remembers first exposures.

    Args:
        store: where first exposures rest.
    """

    def __init__(self, store: FirstExposures) -> None:
        self.store = store
        self._open: OrderedDict[str, tuple[Shown, ...]] = OrderedDict()
        self._told: set[tuple[str, str, str]] = set()
        self._told_on = 0
        self.book: Book = NO_BOOK
        self.crossed: Counter[str] = Counter()
        """By experiment, people who turned out to have seen two arms, since the start."""

    def adopt(self, configuration: Configuration) -> None:
        """Put other experiments and flags in force."""
        self.book = book(configuration)

    def assign(self, split: Split, whom: Whom) -> Assignment | None:
        """Return the arm of somebody; None if the experiment does not reach them."""
        name = split.experiment.name
        by_hand = forced(split, whom.keys)
        if by_hand is not None:
            return Assignment(name, by_hand, whom.unit(split.experiment.unit) or "", forced=True)
        unit = whom.unit(split.experiment.unit)
        if unit is None:
            return None
        kept_out = None
        if split.experiment.unit is Unit.PERSON:
            seen = self.store.first(name, PersonId(unit))
            if seen is not None and seen.variant in split.arms:
                return Assignment(name, seen.variant, unit)
            if split.held_out > 0.0:
                kept_out = self._kept_out(PersonId(unit))
        arm = assigned(split, unit, held_out=kept_out)
        return None if arm is None else Assignment(name, arm, unit)

    def decided(self, decision: Decided) -> None:
        """Note a decision: some arms are seen by it, of others it is told later that they were."""
        waiting: list[Shown] = []
        for place, one in decision.shown:
            split = self.book.by_name.get(one.experiment)
            if split is None or one.forced or split.experiment.unit is not Unit.PERSON:
                continue
            if not _counts(split, one.variant):
                continue
            if split.experiment.exposed_by is ExposedBy.DECIDED:
                key = decision.whom.keys[0]
                seen = Seen(one.variant, decision.at_ms, key)
                self._meet(one.experiment, PersonId(one.unit), seen)
            else:
                waiting.append((place, one.experiment, one.variant))
        if waiting:
            self._remember(decision.decision_id, tuple(waiting))

    def exposed(self, whom: Whom, one: Assignment, at_ms: int) -> None:
        """Note that somebody has seen an arm, as the caller knows for certain."""
        split = self.book.by_name.get(one.experiment)
        if split is None or one.forced or split.experiment.unit is not Unit.PERSON or not whom.keys:
            return
        if _counts(split, one.variant):
            self._meet(one.experiment, PersonId(one.unit), Seen(one.variant, at_ms, whom.keys[0]))

    def news(self, flag: str, one: Assignment, at_ms: int) -> bool:
        """Return whether a flag is told to a unit for the first time on a day (UTC)."""
        day = at_ms // DAY_MS
        if day != self._told_on or len(self._told) > _MOST_OPEN:
            self._told, self._told_on = set(), day
        told = (flag, one.unit, one.variant)
        if told in self._told:
            return False
        self._told.add(told)
        return True

    def observe(self, batch: Sequence[Resolved]) -> None:
        """See events once they are folded: joins of persons, and what was seen."""
        for resolved in batch:
            if resolved.absorbed is not None:
                self._join(resolved.absorbed, resolved.person)
            event = resolved.logged.event
            if event.name == RECOMMENDATION_VIEWED and event.exposure is not None and self._open:
                keys = event.subject.identifiers()
                for experiment, variant in self._shown_by(event.exposure.exposure_id):
                    seen = Seen(variant, event.occurred_at_ms, keys[0])
                    self._meet(experiment, resolved.person, seen)

    def recall(self, records: Iterable[Any]) -> None:
        """Take up decisions of the journal whose exposures may still be told.

        Args:
            records: with a `decision_id` and `decisions` as plain objects, oldest first.
        """
        for record in records:
            shown = tuple(
                (place, one["name"], one["variant"])
                for place, slot in enumerate(record.decisions)
                for one in (slot.get("experiments") or () if isinstance(slot, dict) else ())
                if self._waits(one)
            )
            if shown:
                self._remember(record.decision_id, shown)

    async def round(self) -> None:
        """Write what waits."""
        await self.store.flush()

    async def stop(self) -> None:
        """Write what waits, and close the store."""
        await self.store.flush()
        self.store.close()

    def _waits(self, told: dict[str, str]) -> bool:
        split = self.book.by_name.get(told.get("name", ""))
        return (
            split is not None
            and "forced" not in told
            and split.experiment.unit is Unit.PERSON
            and split.experiment.exposed_by is ExposedBy.VIEWED
            and _counts(split, told.get("variant", ""))
        )

    def _remember(self, decision_id: str, shown: tuple[Shown, ...]) -> None:
        self._open[decision_id] = shown
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)

    def _shown_by(self, exposure_id: str) -> list[tuple[str, str]]:
        stem, _, _ = exposure_id.rpartition("-")
        decision_id, _, place = stem.rpartition("-")
        open_ones = self._open.get(decision_id, ())
        return [(name, arm) for at, name, arm in open_ones if str(at) == place]

    def _kept_out(self, person: PersonId) -> bool | None:
        """Return on which side of the holdout somebody has been first; None: on none so far.

        Who saw an arm before there was a holdout is past being kept out.
        """
        side = self.store.first(HELD_OUT, person)
        if side is not None:
            return side.variant == HELD_OUT
        return False if self.store.of_person(person) else None

    def _meet(self, experiment: str, person: PersonId, seen: Seen) -> None:
        """Note what somebody saw of an experiment, and so on which side of the holdout they are."""
        split = self.book.by_name.get(experiment)
        if split is not None and split.held_out > 0.0:
            side = HELD_OUT if seen.variant == HELD_OUT else EVERYTHING
            self._see(HELD_OUT, person, msgspec.structs.replace(seen, variant=side))
        if seen.variant != HELD_OUT and (split is None or split.experiment.released is None):
            self._see(experiment, person, seen)

    def _see(self, experiment: str, person: PersonId, seen: Seen) -> None:
        before = self.store.first(experiment, person)
        if before is None:
            self.store.put(experiment, person, seen)
            return
        if before.variant != seen.variant:
            self.crossed[experiment] += 1
        if seen.at_ms < before.at_ms:
            self.store.put(experiment, person, seen)

    def _join(self, absorbed: PersonId, person: PersonId) -> None:
        for experiment, seen in self.store.of_person(absorbed):
            self.store.drop(experiment, absorbed)
            self._see(experiment, person, seen)


def _counts(split: Split, variant: str) -> bool:
    """Return whether seeing a variant is to be remembered: an arm, or being kept out of them."""
    return variant in split.arms or (variant == HELD_OUT and split.held_out > 0.0)
