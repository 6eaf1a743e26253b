"""Who is who in a log, as numbers: readings tell people apart, and need to know no more of them."""

from collections.abc import Iterable

LEFT_OUT = -1
"""The number of everybody who does not want to be measured."""


class People:
    """Everybody by identifier.

    Args:
        known: person, identifier keys such as `user:u1`, and whether they are left out.
    """

    def __init__(self, known: Iterable[tuple[str, Iterable[str], bool]]) -> None:
        self._codes: dict[str, int] = {}
        self._users: dict[str, int] = {}
        self._browsers: dict[str, int] = {}
        for person, keys, left_out in known:
            code = self._codes[person] = LEFT_OUT if left_out else len(self._codes)
            for key in keys:
                kind, _, value = key.partition(":")
                (self._users if kind == "user" else self._browsers)[value] = code

    def of(self, user_id: str | None, anonymous_id: str | None) -> int | None:
        """Return who some identifiers are now, the user's first; None where nobody is known."""
        found = None if user_id is None else self._users.get(user_id)
        if found is None and anonymous_id is not None:
            found = self._browsers.get(anonymous_id)
        return found

    def named(self, person: str) -> int:
        """Return the number of a person, or of any other unit, by its name."""
        return self._codes.setdefault(person, len(self._codes))
