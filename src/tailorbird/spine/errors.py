"""The mistakes that a caller can make: each class's docstring is its message.

TailorbirdError
├── BadRequest            400  (a field is wrong; says which)
├── Unauthorized          401
├── Forbidden             403
├── NotFound              404
├── Conflict              409
├── TooLarge              413
├── Overloaded            503  (says when to come back)
├── Locked                     (the data folder is in use)
└── Corrupt                    (a stored file cannot be read)

Rooms derive their own from these; the doors turn them into answers.
"""

import re


class TailorbirdError(Exception):
    """Something went wrong."""

    status = 500
    remedy = "Look at the server's log, then run `tailorbird doctor`."

    def __init__(self, detail: str | None = None, *, remedy: str | None = None) -> None:
        """Take what is known beyond the class's own sentence.

        Args:
            detail: one sentence on this very case; the class docstring when left out.
            remedy: what to do about it; the class's own when left out.
        """
        self.detail = detail or self.title()
        if remedy is not None:
            self.remedy = remedy
        super().__init__(self.detail)

    @classmethod
    def title(cls) -> str:
        """Return the sentence that this kind of error always says."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    @classmethod
    def code(cls) -> str:
        """Return the stable machine name, such as `unknown_placement`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class BadRequest(TailorbirdError):
    """The request is not understood."""

    status = 400
    remedy = "Compare the field named in `detail` with /openapi.json."


class Unauthorized(TailorbirdError):
    """The key is missing or unknown."""

    status = 401
    remedy = "Send `Authorization: Bearer KEY` with a key made by `tailorbird keys create`."


class Forbidden(TailorbirdError):
    """This key may not do that."""

    status = 403
    remedy = "Use a secret key, or send a `userToken` for the user."


class NotFound(TailorbirdError):
    """There is nothing by that name."""

    status = 404
    remedy = "Check the spelling."


class Conflict(TailorbirdError):
    """The request does not fit what is stored now."""

    status = 409
    remedy = "Read the current state, then try again."


class TooLarge(TailorbirdError):
    """The body is too large."""

    status = 413
    remedy = "Send at most 32 KiB an event and 500 KiB a batch; use /v1/import for more."


class Overloaded(TailorbirdError):
    """The server is too busy to take this now."""

    status = 503
    remedy = "Wait as long as `Retry-After` says, then send the same again."
    retry_after_s = 1


class Locked(TailorbirdError):
    """Another process is using this data folder."""

    status = 409
    remedy = "Stop the other process, or talk to it by HTTP."


class Corrupt(TailorbirdError):
    """A stored file cannot be read."""

    remedy = "Restore it from a backup, or rebuild it with `tailorbird replay`."
