"""Experiments in an answer: which policy a placement has for somebody, and its ghost.

Only placements that an experiment varies are looked at. Whoever is in control, or kept out, sees
what they would see without the experiment; what the other arms would have shown them, the ghost,
is worked out once the answer is on its way, and written down beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import msgspec

from tailorbird.decide.filling import Asked
from tailorbird.decide.placements import Placement, PlacementKind, Placements
from tailorbird.decide.policies import varied
from tailorbird.decide.ports import DecisionRecord
from tailorbird.decide.wire import Slot, SlotDecision
from tailorbird.experiments.assigning import Assignment, Split
from tailorbird.experiments.experiment import HELD_OUT, Unit
from tailorbird.experiments.experimenter import Decided, Experimenter
from tailorbird.experiments.whom import Whom, founder
from tailorbird.profile.profile import Profile
from tailorbird.profile.session import session
from tailorbird.spine.ids import Subject

Chosen = Sequence[tuple[Placement, Slot]]


class Ghost(msgspec.Struct, frozen=True, gc=False):
    """What another arm would do: the policy that a placement has there."""

    place: int
    experiment: str
    variant: str
    placement: Placement


class Tried(msgspec.Struct, frozen=True, gc=False):
    """What experiments had to say about one request.

    Attributes:
        whom: whom it is about.
        shown: each placement's number with what was assigned there.
        ghosts: what else could have been shown.
    """

    whom: Whom | None = None
    shown: tuple[tuple[int, Assignment], ...] = ()
    ghosts: tuple[Ghost, ...] = ()

    def told(self, decisions: tuple[SlotDecision, ...]) -> tuple[SlotDecision, ...]:
        """Return decisions that name their experiments."""
        if not self.shown:
            return decisions
        made = list(decisions)
        for place, one in self.shown:
            named = {"name": one.experiment, "variant": one.variant}
            if one.forced:
                named["forced"] = "true"
            known = made[place].experiments
            made[place] = msgspec.structs.replace(made[place], experiments=(*known, named))
        return tuple(made)


UNTRIED = Tried()


class Trials:
    """Varies the placements of one workspace's requests.

    Args:
        experimenter: assigns, and remembers.
        placements: those in force; every arm's policies are made out of them.
    """

    def __init__(self, experimenter: Experimenter, placements: Placements) -> None:
        self._experimenter = experimenter
        self._varied = {
            (name, split.experiment.name, variant.name): varied(placements.get(name), said)
            for split in experimenter.book.by_name.values()
            for variant in split.experiment.variants
            for name, said in variant.placements.items()
        }

    def __bool__(self) -> bool:
        """Whether any placement is varied at all."""
        return bool(self._varied)

    def of(self, chosen: Chosen, asked: Asked, subject: Subject) -> tuple[Chosen, Tried]:
        """Return the placements as they are for somebody, and what experiments said.

        Args:
            chosen: placements as configured, each with what the request says of it.
            asked: who asks, and from where.
            subject: by which identifiers.
        """
        by_placement = self._experimenter.book.by_placement
        if asked.moment.generic or not any(one.name in by_placement for one, _ in chosen):
            return chosen, UNTRIED
        whom = _whom(asked, subject)
        made = list(chosen)
        shown: list[tuple[int, Assignment]] = []
        ghosts: list[Ghost] = []
        for place, (placement, slot) in enumerate(chosen):
            for split in by_placement.get(placement.name, ()):
                one = self._experimenter.assign(split, whom)
                if one is None:
                    continue
                shown.append((place, one))
                key = (placement.name, one.experiment, one.variant)
                made[place] = (self._varied.get(key, placement), slot)
                ghosts.extend(self._ghosts(place, placement, split, one))
        return made, Tried(whom, tuple(shown), tuple(ghosts))

    def noted(self, record: DecisionRecord, tried: Tried) -> DecisionRecord:
        """Let it be known that a decision was made; return it with the units that are no person."""
        if tried.whom is None:
            return record
        decided = Decided(record.decision_id, record.at_ms, tried.whom, tried.shown)
        self._experimenter.decided(decided)
        book = self._experimenter.book.by_name
        units = {
            one.experiment: one.unit
            for _, one in tried.shown
            if one.experiment in book and book[one.experiment].experiment.unit is not Unit.PERSON
        }
        return msgspec.structs.replace(record, units=units) if units else record

    def _ghosts(
        self, place: int, placement: Placement, split: Split, one: Assignment
    ) -> Iterator[Ghost]:
        """Yield the other arms' policies, for whoever is in control or kept out.

        An arm that says nothing of a placement has it as configured, which is a ghost where control
        has it otherwise.
        """
        experiment = split.experiment
        if one.forced or one.variant not in {experiment.control, HELD_OUT}:
            return
        if placement.kind is PlacementKind.OFFER:
            return
        changed = (placement.name, experiment.name, one.variant) in self._varied
        for variant in experiment.variants:
            key = (placement.name, experiment.name, variant.name)
            other = self._varied.get(key, placement if changed else None)
            if other is not None and variant.name != one.variant:
                yield Ghost(place, experiment.name, variant.name, other)


def unseen(asked: Asked) -> Asked:
    """Return a request that nobody sees answered: filling it leaves no trace, and has time."""
    request = msgspec.structs.replace(asked.request, dry_run=True)
    return msgspec.structs.replace(asked, request=request, explain=False, until_s=inf)


def _whom(asked: Asked, subject: Subject) -> Whom:
    profile, context = asked.moment.profile, asked.request.context
    person = asked.person if asked.person is not None else founder(subject)
    return Whom(
        keys=subject.identifiers(),
        person=person,
        account=None if profile is None else _account(profile),
        region=context.market or context.country,
        session=context.session_id or _visit(person, profile, asked.moment.now_ms),
    )


def _account(profile: Profile) -> str | None:
    """Return the account in which somebody was seen last."""
    found = max(((at_ms, name) for name, at_ms in profile.accounts.items()), default=None)
    return None if found is None else found[1]


def _visit(person: str | None, profile: Profile | None, now_ms: int) -> str | None:
    found = None if profile is None else session(profile, now_ms)
    return None if found is None or person is None else f"{person}@{found.started_ms}"
