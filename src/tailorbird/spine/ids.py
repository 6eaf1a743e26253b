"""The names of things: every kind of identifier has a type, so none is taken for another."""

import hashlib
from typing import NewType

import msgspec

PersonId = NewType("PersonId", str)
"""The human behind one or more identifiers, as `p_` and 20 hexadecimal digits."""

ItemId = NewType("ItemId", str)
"""An item for sale, as the shop names it."""

WorkspaceId = NewType("WorkspaceId", str)
"""One shop in an install; everything stored knows its workspace."""

IdentifierKey = NewType("IdentifierKey", str)
"""An identifier with its kind in front: `user:u1`, `anonymous:a1`."""

DEFAULT_WORKSPACE = WorkspaceId("main")


def user_key(user_id: str) -> IdentifierKey:
    """Return the identifier key of a known user."""
    return IdentifierKey(f"user:{user_id}")


def anonymous_key(anonymous_id: str) -> IdentifierKey:
    """Return the identifier key of a browser or device that has not said who it is."""
    return IdentifierKey(f"anonymous:{anonymous_id}")


def person_from(key: IdentifierKey, generation: int = 0) -> PersonId:
    """Return the person that a first identifier founds: the same on every replay.

    Args:
        key: the identifier that was seen first.
        generation: how often this identifier has been given to a new person before, because its
            stitching window had passed.
    """
    digest = hashlib.blake2b(f"{generation}\0{key}".encode(), digest_size=10)
    return PersonId(f"p_{digest.hexdigest()}")


class Subject(msgspec.Struct, frozen=True, gc=False):
    """The identifiers that one event or request carries: who it says it is about."""

    anonymous_id: str | None = None
    user_id: str | None = None

    def identifiers(self) -> tuple[IdentifierKey, ...]:
        """Return the identifier keys, the user's first."""
        if self.user_id is None:
            return () if self.anonymous_id is None else (anonymous_key(self.anonymous_id),)
        if self.anonymous_id is None:
            return (user_key(self.user_id),)
        return user_key(self.user_id), anonymous_key(self.anonymous_id)
