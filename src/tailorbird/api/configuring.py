"""The doors of configuration: look at versions, apply files, try them out, go back."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from tailorbird.access.keys import Scope
from tailorbird.api.deciding import subject_of
from tailorbird.api.doorkeeper import Doorkeeper, Visitor
from tailorbird.api.http import LARGEST_ID, Answer, Call, Door, answer, decoded
from tailorbird.collect.admit import Door as PostDoor
from tailorbird.configure.configuration import SHIPPED, Configuration
from tailorbird.configure.configurator import Applied, UnknownVersion
from tailorbird.configure.ports import Deed, StoredVersion
from tailorbird.configure.reading import MOST_BYTES
from tailorbird.consent.signals import from_gpc
from tailorbird.decide.configuration import placements_in
from tailorbird.decide.wire import DecideRequest, decode_request
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.clock import Clock, format_time

_DIGITS = 9
_PREVIEW_MS = 1_000.0  # whoever looks at a draft would rather wait than see a fallback


class Files(msgspec.Struct, frozen=True, rename="camel"):
    """YAML files to apply.

    Attributes:
        files: texts by name; PUT takes them as all there is, POST adds them to those in force,
            where null takes a file away.
        note: why, for the audit log.
        dry_run: check and compare, but change nothing.
    """

    files: dict[str, str | None]
    note: str = ""
    dry_run: bool = False


class Preview(msgspec.Struct, frozen=True):
    """Files to look at, joined with those in force, and what to decide under them.

    Attributes:
        files: as in `Files`; none of them for the configuration in force.
        decide: the request, as `POST /v1/decide` takes it.
        person: somebody who is only described, by what they have done: events as `POST /v1/batch`
            takes them. They stand in the place of whoever the request names.
    """

    decide: msgspec.Raw
    files: dict[str, str | None] = {}
    person: list[dict[str, Any]] | None = None


class PreviewAsked(msgspec.Struct, frozen=True):
    """The same with the request in full, for the description of the API."""

    decide: DecideRequest
    files: dict[str, str | None] = {}
    person: list[dict[str, Any]] | None = None


class Back(msgspec.Struct, frozen=True):
    """Which version to go back to; the one before when left out."""

    version: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)] | None = None
    note: str = ""


class FieldShown(msgspec.Struct, frozen=True):
    """A field that differs."""

    path: str
    before: Any
    after: Any


class ChangeShown(msgspec.Struct, frozen=True):
    """An entry that differs: `kind` is as files spell it, `what` is added, changed or removed."""

    kind: str
    name: str
    what: str
    fields: tuple[FieldShown, ...] = ()


class AppliedShown(msgspec.Struct, frozen=True, rename="camel"):
    """What was done, or would be."""

    version: int
    before: int
    digest: str
    done: bool
    changes: tuple[ChangeShown, ...]


class VersionShown(msgspec.Struct, frozen=True, rename="camel"):
    """One version in the list."""

    version: int
    digest: str
    made_at: str | None
    made_by: str
    note: str
    active: bool


class VersionsShown(msgspec.Struct, frozen=True):
    """All versions, newest first."""

    versions: tuple[VersionShown, ...]


class EntryShown(msgspec.Struct, frozen=True, rename="camel"):
    """One configured thing: what is said of it, where, and the version that changed it last."""

    kind: str
    name: str
    file: str
    line: int
    changed_in: int
    said: Any


class ConfigurationShown(msgspec.Struct, frozen=True):
    """One version whole; `fault` says why the version that was applied last is not in force."""

    version: int
    digest: str
    files: dict[str, str]
    entries: tuple[EntryShown, ...]
    fault: str | None = None


class ConfiguringDoors:
    """Doors for whoever steers the shop."""

    def __init__(self, keeper: Doorkeeper, clock: Clock) -> None:
        self._keeper = keeper
        self._clock = clock

    def exact(self) -> dict[tuple[str, str], Door]:
        """Return the doors by method and path."""
        return {
            ("GET", "/v1/config"): self.show,
            ("PUT", "/v1/config"): self.put,
            ("POST", "/v1/config"): self.post,
            ("GET", "/v1/config/versions"): self.versions,
            ("POST", "/v1/config/rollback"): self.roll_back,
            ("POST", "/v1/config/preview"): self.preview,
        }

    def patterned(self) -> list[tuple[str, str, Door]]:
        """Return the doors by method and path pattern."""
        return [("GET", "/v1/config/versions/{version}", self.version)]

    async def show(self, call: Call) -> Answer:
        """Show the configuration in force: its files, and what stands in them."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        desk = visitor.shop.configurator
        return answer(msgspec.structs.replace(_shown(desk.active), fault=desk.fault))

    async def put(self, call: Call) -> Answer:
        """Put files in force in the place of all before, at once or not at all."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        asked = await _asked(call)
        files = {name: text for name, text in asked.files.items() if text is not None}
        return await self._apply(visitor, asked, files)

    async def post(self, call: Call) -> Answer:
        """Change, add or take away some files of those in force, at once or not at all."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        asked = await _asked(call)
        files = joined(visitor.shop.configurator.active, asked.files)
        return await self._apply(visitor, asked, files)

    async def versions(self, call: Call) -> Answer:
        """List all versions, newest first; 1 is what the product ships."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        desk = visitor.shop.configurator
        active = desk.active.version
        made = tuple(_listed(one, active) for one in desk.versions())
        shipped = VersionShown(SHIPPED, desk.version(SHIPPED).digest, None, "", "", active == 1)
        return answer(VersionsShown((*made, shipped)))

    async def version(self, call: Call) -> Answer:
        """Show one version whole."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        text = call.params["version"]
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            raise UnknownVersion(f"There is no version {text[:40]!r} of the configuration.")
        return answer(_shown(visitor.shop.configurator.version(int(text))))

    async def roll_back(self, call: Call) -> Answer:
        """Put an earlier version in force again."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        body = await call.body(MOST_BYTES)
        back = decoded(body or b"{}", Back, "a version to go back to")
        deed = self._deed(visitor, back.note)
        return answer(applied_shown(await visitor.shop.configurator.roll_back(back.version, deed)))

    async def preview(self, call: Call) -> Answer:
        """Decide under files that are not in force, with reasons; nothing is recorded."""
        visitor = await self._keeper.admit(call, Scope.ADMIN)
        body = await call.body(2 * MOST_BYTES)
        asked = decoded(body, Preview, "files and a request to decide")
        request = msgspec.structs.replace(
            decode_request(bytes(asked.decide)), dry_run=True, explain=True
        )
        desk = visitor.shop.configurator
        draft = await desk.draft(joined(desk.active, asked.files))
        waiter = visitor.shop.counters.under(draft)
        described = None if asked.person is None else self._described(visitor, asked.person)
        decider = visitor.shop.decider.under(placements_in(draft), waiter, described)
        found = await decider.decide(
            request,
            subject_of(request, visitor),
            from_gpc(call.header(b"sec-gpc")),
            deadline_ms=_PREVIEW_MS if request.deadline_ms is None else request.deadline_ms,
            explain=True,
        )
        return answer(found)

    def _described(self, visitor: Visitor, history: list[dict[str, Any]]) -> Profile:
        """Return the profile of somebody who did this; nobody like that is stored."""
        door = PostDoor(source="preview", received_at_ms=self._clock())
        raws = [msgspec.json.encode({"anonymousId": "described", **one}) for one in history]
        return fold_many(EMPTY, visitor.shop.collector.imagined(raws, door))

    async def _apply(self, visitor: Visitor, asked: Files, files: dict[str, str]) -> Answer:
        desk = visitor.shop.configurator
        if asked.dry_run:
            return answer(applied_shown(await desk.try_out(files)))
        return answer(applied_shown(await desk.apply(files, self._deed(visitor, asked.note))))

    def _deed(self, visitor: Visitor, note: str) -> Deed:
        return Deed(visitor.key.id, self._clock(), note[:500])


def joined(active: Configuration, files: Mapping[str, str | None]) -> dict[str, str]:
    """Return the files in force with some of them changed, added or, by None, taken away."""
    joined = {**active.files, **files}
    return {name: text for name, text in joined.items() if text is not None}


def applied_shown(applied: Applied) -> AppliedShown:
    """Return what applying did as the wire has it."""
    changes = tuple(
        ChangeShown(
            one.field,
            one.name,
            one.what,
            tuple(FieldShown(field.path, field.before, field.after) for field in one.fields),
        )
        for one in applied.changes
    )
    return AppliedShown(applied.version, applied.before, applied.digest, applied.done, changes)


async def _asked(call: Call) -> Files:
    return decoded(await call.body(2 * MOST_BYTES), Files, "files to apply")


def _listed(one: StoredVersion, active: int) -> VersionShown:
    made_at = format_time(one.made_at_ms)
    return VersionShown(
        one.version, one.digest, made_at, one.made_by, one.note, one.version == active
    )


def _shown(configuration: Configuration) -> ConfigurationShown:
    return ConfigurationShown(
        version=configuration.version,
        digest=configuration.digest,
        files=dict(configuration.files),
        entries=tuple(
            EntryShown(
                one.field,
                one.name,
                one.file,
                one.line,
                configuration.changed_in(one.field, one.name),
                one.said,
            )
            for one in configuration.entries
        ),
    )
