"""The configurator: keeps the configuration in force, and puts another in its place at once."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from tailorbird.configure.configuration import SHIPPED, Configuration, numbered
from tailorbird.configure.difference import Change, difference
from tailorbird.configure.kinds import Kind
from tailorbird.configure.ports import Deed, StoredVersion, VersionStore
from tailorbird.configure.reading import BadConfiguration, read
from tailorbird.spine.errors import Conflict, NotFound

log = logging.getLogger("tailorbird.configure")

Adopter = Callable[[Configuration], None]
"""Takes over a valid configuration; must be quick and must not fail."""

Carry = Callable[[Configuration, Configuration], Mapping[str, str]]
"""Given the active configuration and a draft, the draft's files with what lives on in them."""

Amendment = Callable[[Configuration], Mapping[str, str] | None]
"""Given the active configuration, the files of another; None to leave it."""


def _as_given(_active: Configuration, draft: Configuration) -> Mapping[str, str]:
    return draft.files


class UnknownVersion(NotFound):
    """There is no version by this number."""

    remedy = "GET /v1/config/versions lists the versions; 1 is what the product ships."


class NothingBefore(Conflict):
    """There is no version before the one in force."""

    remedy = "Name the version to go back to."


class Applied(msgspec.Struct, frozen=True):
    """What applying did, or would do.

    Attributes:
        version: the one in force now; for a dry run, the one that would be.
        before: the one that was in force.
        digest: of what it says.
        changes: what is different from before; empty if nothing was to be done.
        done: whether anything is different now.
    """

    version: int
    before: int
    digest: str
    changes: tuple[Change, ...]
    done: bool


class Configurator:
    """One shop's configuration.

    Args:
        kinds: what may be configured.
        store: where versions are kept.
        carry: what of the active configuration lives on in files that do not speak of it.
    """

    def __init__(
        self, kinds: Sequence[Kind[Any]], store: VersionStore, carry: Carry = _as_given
    ) -> None:
        self._kinds = kinds
        self._store = store
        self._carry = carry
        self._adopters: list[Adopter] = []
        self._one_at_a_time = asyncio.Lock()
        self.fault: str | None = None
        self.active = self._last_good(store.active() or SHIPPED)

    def listen(self, adopter: Adopter) -> None:
        """Hand the configuration in force to somebody, and every later one when it comes.

        All are told in one go, with nothing in between: no answer is made of two versions.
        """
        self._adopters.append(adopter)
        adopter(self.active)

    async def draft(self, files: Mapping[str, str]) -> Configuration:
        """Return what some files would configure, numbered as if they were applied now.

        Raises:
            BadConfiguration: they have mistakes; names each.
        """
        found = await asyncio.to_thread(read, files, self._kinds)
        more = self._carry(self.active, found)
        if dict(more) != dict(found.files):
            found = await asyncio.to_thread(read, more, self._kinds)
        return numbered(found, self._next(), self.active)

    async def try_out(self, files: Mapping[str, str]) -> Applied:
        """Return what applying some files would do, and do nothing.

        Raises:
            BadConfiguration: they have mistakes; names each.
        """
        return self._applied(await self.draft(files), done=False)

    async def apply(self, files: Mapping[str, str], deed: Deed) -> Applied:
        """Put some files in force in the place of all before; all of them, or nothing.

        Files that mean the same as those in force make no new version.

        Raises:
            BadConfiguration: they have mistakes; names each.
        """
        async with self._one_at_a_time:
            return await self._apply(files, deed)

    async def amend(self, amendment: Amendment, deed: Deed) -> Applied | None:
        """Put a change of what is active just now in force, with nothing in between.

        Args:
            amendment: given the active configuration; None from it where nothing is to be done.
            deed: who does it.

        Raises:
            BadConfiguration: the outcome has mistakes; names each.
        """
        async with self._one_at_a_time:
            files = amendment(self.active)
            return None if files is None else await self._apply(files, deed)

    async def roll_back(self, version: int | None, deed: Deed) -> Applied:
        """Put an earlier version in force again, by its own number.

        Args:
            version: which; the one before the one in force when left out.
            deed: who does it.

        Raises:
            UnknownVersion: there is none by that number.
            NothingBefore: the one in force is the first.
        """
        async with self._one_at_a_time:
            wanted = self.active.version - 1 if version is None else version
            if wanted < SHIPPED and version is None:
                raise NothingBefore
            found = self._configuration(wanted)
            applied = self._applied(found, done=True)
            if wanted != self.active.version:
                self._store.activate(wanted, deed)
                self._adopt(found)
            return msgspec.structs.replace(applied, version=wanted)

    def versions(self) -> Sequence[StoredVersion]:
        """Return all versions that were made, newest first."""
        return sorted(self._store.all(), key=lambda one: -one.version)

    def version(self, number: int) -> Configuration:
        """Return one version.

        Raises:
            UnknownVersion: there is none by that number.
        """
        return self._configuration(number)

    async def _apply(self, files: Mapping[str, str], deed: Deed) -> Applied:
        draft = await self.draft(files)
        applied = self._applied(draft, done=True)
        if applied.changes:
            self._put_in_force(draft, deed)
        return applied

    def _last_good(self, version: int) -> Configuration:
        """Return the version in force; where it cannot be read any more, the newest one that can.

        What was valid once may not be valid for a later release. Then `fault` says why, and
        something else than what was applied serves until it is applied anew.
        """
        try:
            return self._configuration(version)
        except (BadConfiguration, UnknownVersion) as cause:
            self.fault = self.fault or f"version {version} is not in force: {cause.detail}"
            log.error("configure.unreadable version=%d: %s", version, cause.detail)  # noqa: TRY400
            return self._last_good(version - 1)

    def _configuration(self, version: int) -> Configuration:
        if version == SHIPPED:
            return Configuration(version=SHIPPED)
        stored = self._store.get(version)
        if stored is None:
            raise UnknownVersion(f"There is no version {version} of the configuration.")
        found = read(stored.files, self._kinds)
        return msgspec.structs.replace(found, version=version, since=stored.since)

    def _applied(self, then: Configuration, *, done: bool) -> Applied:
        changes = difference(self.active, then)
        return Applied(
            version=then.version if changes else self.active.version,
            before=self.active.version,
            digest=then.digest,
            changes=changes,
            done=done and bool(changes),
        )

    def _put_in_force(self, draft: Configuration, deed: Deed) -> None:
        stored = StoredVersion(
            version=draft.version,
            digest=draft.digest,
            made_at_ms=deed.at_ms,
            made_by=deed.by,
            note=deed.note,
            files=draft.files,
            since=draft.since,
        )
        self._store.add(stored, deed)
        self._adopt(draft)

    def _next(self) -> int:
        return max(self._store.last() or SHIPPED, SHIPPED) + 1

    def _adopt(self, configuration: Configuration) -> None:
        self.active, self.fault = configuration, None
        for adopter in self._adopters:
            adopter(configuration)
