"""Mistakes become RFC 9457 problems, with the `code` and `message` that clients read."""

import msgspec

from tailorbird.api.http import Answer
from tailorbird.spine.errors import Overloaded, TailorbirdError

_TYPE = "https://tailorbird.dev/problems/"
_encode = msgspec.json.Encoder().encode


class Problem(msgspec.Struct, frozen=True):
    """What went wrong and what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    code: str
    message: str


class MethodNotAllowed(TailorbirdError):
    """This address does not take that method."""

    status = 405
    remedy = "Look the address up in /openapi.json."

    def __init__(self, detail: str, allowed: frozenset[str]) -> None:
        """Take what the address does allow."""
        super().__init__(detail)
        self.allowed = allowed


def problem(error: TailorbirdError) -> Answer:
    """Return the answer that a mistake deserves."""
    body = Problem(
        type=_TYPE + error.code().replace("_", "-"),
        title=error.title(),
        status=error.status,
        detail=error.detail,
        remedy=error.remedy,
        code=error.code(),
        message=error.detail,
    )
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if isinstance(error, Overloaded):
        headers = ((b"retry-after", str(error.retry_after_s).encode()),)
    if isinstance(error, MethodNotAllowed):
        headers = ((b"allow", ", ".join(sorted(error.allowed)).encode()),)
    if error.status == 401:
        headers = ((b"www-authenticate", b'Bearer realm="tailorbird"'),)
    return Answer(
        body=_encode(body),
        status=error.status,
        content_type=b"application/problem+json",
        headers=headers,
    )
