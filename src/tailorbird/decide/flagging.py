"""Flags answered: for whom, with which value, and written down once it is told to them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Choices, Denied, Purpose
from tailorbird.decide.numbering import Names
from tailorbird.decide.ports import DecisionRecord, Journal
from tailorbird.experiments.assigning import Assignment, Split
from tailorbird.experiments.evaluating import Evaluation, FlagFailure, evaluation
from tailorbird.experiments.experiment import ExposedBy, Flag, Unit
from tailorbird.experiments.experimenter import Experimenter
from tailorbird.experiments.whom import Whom, founder
from tailorbird.identity.resolver import Resolver
from tailorbird.spine.ids import PersonId, Subject

FLAG_LEVEL = "flag"
"""The `level` of a flag's line in the journal: what it says is seen by being told."""

_names = Names()


class Circumstances(msgspec.Struct, frozen=True):
    """What the caller says of somebody beside who they are."""

    account: str | None = None
    region: str | None = None
    session: str | None = None


class Asker(msgspec.Struct, frozen=True):
    """Whom flags are asked for.

    Attributes:
        subject: their identifiers.
        person: who that is; None for somebody of whom nothing is stored.
        whom: what could be put into an arm; None for somebody who refused personalization.
    """

    subject: Subject
    person: PersonId | None
    whom: Whom | None


class FlagDesk:
    """Answers flags for one workspace.

    Args:
        experimenter: assigns.
        gate: tells who may be assigned.
        resolver: tells who an identifier is.
        journal: where it is written down.
    """

    def __init__(
        self, experimenter: Experimenter, gate: Gate, resolver: Resolver, journal: Journal
    ) -> None:
        self._experimenter = experimenter
        self._gate = gate
        self._resolver = resolver
        self._journal = journal

    async def asker(self, subject: Subject, signals: Choices, around: Circumstances) -> Asker:
        """Return for whom flags are asked; whoever refused is assigned to nothing."""
        permit = await self._gate.ask(subject, Purpose.PERSONALIZATION, signals)
        if isinstance(permit, Denied):
            return Asker(subject, None, None)
        person = await self._resolver.person(subject)
        whom = Whom(
            keys=subject.identifiers(),
            person=founder(subject) if person is None else person,
            account=around.account,
            region=around.region,
            session=around.session,
        )
        return Asker(subject, person, whom)

    def told(self, name: str, asker: Asker, at_ms: int) -> Evaluation | FlagFailure | None:
        """Return a flag's value, and note that it was told; None for an unknown flag."""
        flag = self._experimenter.book.flags.get(name)
        if flag is None:
            return None
        if not asker.subject.identifiers() and self._splits(flag):
            details = "Send a `targetingKey`: an experiment decides this flag by who it is for."
            return FlagFailure(name, "TARGETING_KEY_MISSING", details)
        split, one = self._assigned(flag, asker)
        if split is not None and one is not None and not one.forced:
            self._note(flag, one, asker, at_ms)
        return evaluation(flag, split, one)

    def all(self, asker: Asker, at_ms: int) -> Iterator[Evaluation | FlagFailure]:
        """Yield every flag, for a client that keeps them; only some experiments count that."""
        for flag in self._experimenter.book.flags.values():
            if not asker.subject.identifiers() and self._splits(flag):
                yield FlagFailure(flag.name, "TARGETING_KEY_MISSING", "Send a `targetingKey`.")
                continue
            split, one = self._assigned(flag, asker)
            counts = split is not None and split.experiment.exposed_by is ExposedBy.DECIDED
            if counts and one is not None and not one.forced:
                self._note(flag, one, asker, at_ms)
            yield evaluation(flag, split, one)

    def _splits(self, flag: Flag) -> tuple[Split, ...]:
        return self._experimenter.book.by_flag.get(flag.name, ()) if flag.enabled else ()

    def _assigned(self, flag: Flag, asker: Asker) -> tuple[Split | None, Assignment | None]:
        if asker.whom is not None:
            for split in self._splits(flag):
                one = self._experimenter.assign(split, asker.whom)
                if one is not None:
                    return split, one
        return None, None

    def _note(self, flag: Flag, one: Assignment, asker: Asker, at_ms: int) -> None:
        """Write an exposure down, once a day for each unit and arm."""
        if asker.whom is None or not self._experimenter.news(flag.name, one, at_ms):
            return
        self._experimenter.exposed(asker.whom, one, at_ms)
        split = self._experimenter.book.by_name[one.experiment]
        known = asker.person is not None
        line = {
            "placement": f"flag:{flag.name}",
            "level": FLAG_LEVEL,
            "policy": flag.name,
            "model": "",
            "experiments": [{"name": one.experiment, "variant": one.variant}],
        }
        self._journal.note(
            DecisionRecord(
                decision_id=_names.next(),
                at_ms=at_ms,
                person=asker.person,
                anonymous_id=asker.subject.anonymous_id if known else None,
                user_id=asker.subject.user_id if known else None,
                page=None,
                took_ms=0.0,
                decisions=(line,),
                units={} if split.experiment.unit is Unit.PERSON else {one.experiment: one.unit},
            )
        )
