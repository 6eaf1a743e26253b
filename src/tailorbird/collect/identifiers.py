"""Which identifiers can stand for a person, and which are junk that would join strangers."""

from tailorbird.collect.refusals import Unfit
from tailorbird.collect.wire import Scalar

_LONGEST = 200
# What broken clients send for "nobody"; Segment blocks the same kinds.
_JUNK = frozenset(
    {
        "null",
        "undefined",
        "none",
        "nil",
        "nan",
        "unknown",
        "anonymous",
        "guest",
        "user",
        "userid",
        "user_id",
        "anonymousid",
        "anonymous_id",
        "id",
        "test",
        "false",
        "true",
        "n/a",
        "na",
        "-1",
        "[object object]",
        "(not set)",
        "not set",
        "test@test.com",
        "test@example.com",
        "example@example.com",
        "noreply@example.com",
        "a@a.com",
    }
)


def identifier(value: Scalar, field: str) -> str | None:
    """Return an identifier as text, or None when it is absent.

    Raises:
        Unfit: it is too long to be an identifier.
    """
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if len(text) > _LONGEST:
        raise Unfit(field, f"`{field}` has {len(text)} characters; at most {_LONGEST} are kept")
    return text or None


def is_junk(text: str) -> bool:
    """Return whether an identifier is one that many people share by accident."""
    lowered = text.lower()
    return lowered in _JUNK or not lowered.strip("0-.{}\"' ")
