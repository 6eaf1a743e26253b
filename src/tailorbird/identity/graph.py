"""The identity graph's values: links from identifiers to persons, and persons with their joins."""

from enum import StrEnum

import msgspec

from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import IdentifierKey, PersonId, person_from


class Link(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Whose identifier this is now.

    `generation` counts the persons that this identifier founded: a browser that comes back after
    the stitching window founds a new one. `shared` marks a browser on which two known users logged
    in: from then on nobody's history flows through it. `blocked` lists the users that a split
    parted it from.
    """

    person: PersonId
    last_seen_ms: int
    generation: int = 0
    shared: bool = False
    blocked: tuple[str, ...] = ()


class Rule(StrEnum):
    """Why two identifiers were joined, or why they were not."""

    LOGIN = "login"
    ALIAS = "alias"
    REFUSED_TWO_USERS = "refused: two known users on one browser"
    REFUSED_LIMIT = "refused: too many browsers for one person"
    REFUSED_SPLIT = "refused: split by hand"


class Joining(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, rename="camel"):
    """A join of a browser to a user, made or refused, with the evidence: the event that said so."""

    id: str
    at_ms: int
    rule: Rule
    user: IdentifierKey
    anonymous: IdentifierKey
    message_id: str
    offset: int
    absorbed: PersonId | None = None


class Node(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A person: the identifiers that are theirs, and how they came together."""

    identifiers: tuple[IdentifierKey, ...] = ()
    user_id: str | None = None
    joinings: tuple[Joining, ...] = ()
    absorbed_by: PersonId | None = None


def persons_of(key: IdentifierKey, link: Link) -> set[PersonId]:
    """Return whose an identifier is, and every person that it founded before."""
    return {link.person, *(person_from(key, old) for old in range(link.generation + 1))}


class Resolved(msgspec.Struct, frozen=True, gc=False):
    """An event and the person it belongs to; `absorbed` is the person just joined to them."""

    person: PersonId
    logged: LoggedEvent
    absorbed: PersonId | None = None


MOST_ANONYMOUS_IDS = 100
"""A person has a few devices; a hundred browsers under one user is a script or a shared login."""

MOST_JOININGS = 200
"""How much evidence is kept a person: enough for every browser that may be joined, twice."""
