"""Why an event was not taken: refusals are values, each naming the field and the remedy."""

import msgspec

from tailorbird.spine.errors import BadRequest


class Refused(msgspec.Struct, frozen=True):
    """An event that cannot be kept as it is; it goes to the dead-letter list."""

    field: str
    reason: str
    message_id: str | None = None


class Withheld(msgspec.Struct, frozen=True):
    """An event that its subject does not allow; only a count remains."""

    reason: str


class Unfit(BadRequest):
    """A field cannot be taken as it is.

    Admission turns it into a `Refused`; at the other doors it is an answer like any mistake.
    """

    def __init__(self, field: str, reason: str) -> None:
        """Name the field, and say in a sentence what is wrong and what would be right."""
        super().__init__(reason)
        self.field = field
        self.reason = reason


class DeadLetter(msgspec.Struct, frozen=True, rename="camel"):
    """A refused event with its reason, kept to be looked at, mended and sent again."""

    id: int
    at_ms: int
    source: str
    field: str
    reason: str
    message_id: str | None
    body: str
