"""The directory: who is in which account, kept in memory as profiles change."""

from collections.abc import Mapping, Sequence

from tailorbird.profile.profile import Profile
from tailorbird.spine.ids import PersonId

_NOBODY: frozenset[str] = frozenset()


class Directory:
    """Who is, or was, in which account; made from profiles, so there is nothing to store."""

    def __init__(self) -> None:
        self._accounts: dict[str, set[PersonId]] = {}
        self._of: dict[PersonId, frozenset[str]] = {}

    def learn(self, profiles: Mapping[PersonId, Profile | None]) -> None:
        """Take up changed profiles; None is somebody who is gone."""
        for person, profile in profiles.items():
            if profile is not None and profile.accounts:
                self._put(person, frozenset(profile.accounts))
            elif person in self._of:
                self._put(person, _NOBODY)

    def people(self, account: str) -> Sequence[PersonId]:
        """Return who is in an account, in order of their ids."""
        return sorted(self._accounts.get(account, ()))

    def after(self, name: str, limit: int) -> Sequence[tuple[str, int]]:
        """Return accounts behind a name, in order, each with the number of its people."""
        names = sorted(one for one in self._accounts if one > name)[:limit]
        return [(one, len(self._accounts[one])) for one in names]

    def _put(self, person: PersonId, accounts: frozenset[str]) -> None:
        before = self._of.get(person, _NOBODY)
        if before == accounts:
            return
        for gone in before - accounts:
            people = self._accounts[gone]
            people.discard(person)
            if not people:
                del self._accounts[gone]
        for come in accounts - before:
            self._accounts.setdefault(come, set()).add(person)
        if accounts:
            self._of[person] = accounts
        else:
            del self._of[person]
