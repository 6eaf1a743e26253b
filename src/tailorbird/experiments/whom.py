"""Whom a request is about, as experiments see it: what could be put into an arm."""

import msgspec

from tailorbird.experiments.experiment import Unit
from tailorbird.spine.ids import IdentifierKey, PersonId, Subject, anonymous_key, person_from


class Whom(msgspec.Struct, frozen=True, gc=False):
    """Whom a request is about.

    Attributes:
        keys: their identifiers; overrides name these.
        person: who they are; of somebody unknown, who they will be once they do something.
        account, region, session: what they belong to, where known.
    """

    keys: tuple[IdentifierKey, ...]
    person: PersonId | None
    account: str | None = None
    region: str | None = None
    session: str | None = None

    def unit(self, unit: Unit) -> str | None:
        """Return what is put into an arm; None where it is not known."""
        match unit:
            case Unit.PERSON:
                return self.person
            case Unit.ACCOUNT:
                return self.account
            case Unit.REGION:
                return self.region
            case Unit.SESSION:
                return self.session


def founder(subject: Subject) -> PersonId | None:
    """Return the person that an unknown subject will be: its browser's, which is met first."""
    if subject.anonymous_id is not None:
        return person_from(anonymous_key(subject.anonymous_id))
    keys = subject.identifiers()
    return person_from(keys[0]) if keys else None
