"""The composition root's second half: what commands do with a folder that they do not serve.

`compose` opens a folder for itself; what is here takes no lock unless it says so.
"""

import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from tailorbird.access.ports import KeyRing
from tailorbird.catalog.items import Item
from tailorbird.collect.contacts import Pseudonyms
from tailorbird.compose import Install
from tailorbird.consent.purposes import Purpose
from tailorbird.decide.offers.grants import Spending
from tailorbird.features.moment import Moment
from tailorbird.features.points import Point
from tailorbird.flow.as_known import AsKnown
from tailorbird.flow.rebuilding import rebuild
from tailorbird.flow.snapshots import Snapshot, snapshots
from tailorbird.profile.profile import EMPTY
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.errors import Locked, NotFound
from tailorbird.spine.ids import IdentifierKey, WorkspaceId
from tailorbird.storage.embedded import archive
from tailorbird.storage.embedded.comparing import Difference, checkpoint_of, differences, sizes
from tailorbird.storage.embedded.configurations import SqliteVersions
from tailorbird.storage.embedded.control import SqliteKeyRing
from tailorbird.storage.embedded.copying import copy_database, move_database, remove_database
from tailorbird.storage.embedded.folder import DataFolder
from tailorbird.storage.embedded.log_reader import LogReader
from tailorbird.storage.embedded.models import ModelFolder
from tailorbird.storage.embedded.offers import spending_in
from tailorbird.storage.embedded.people_models import PeopleModelFolder
from tailorbird.storage.embedded.reading import (
    StoredPerson,
    WorkspaceFacts,
    WorkspaceFiles,
    read_only,
)
from tailorbird.storage.embedded.seal import Seal, install_secret, known_secret, signing_secret
from tailorbird.storage.embedded.state import SqliteState
from tailorbird.storage.embedded.training_source import SqliteTrainingSource
from tailorbird.storage.embedded.uplift_models import UpliftFolder

__all__ = [
    "Replayed",
    "StoredPerson",
    "WorkspaceFacts",
    "WorkspaceFiles",
    "address_of",
    "check",
    "facts_of",
    "features_at",
    "features_now",
    "files_of",
    "held",
    "items_of",
    "letters_since",
    "model_store",
    "open_keys",
    "open_versions",
    "pack",
    "people_model_store",
    "replace",
    "secret_file",
    "server_of",
    "spending_of",
    "signing_secret_of",
    "training_source",
    "unpack",
    "uplift_store",
    "workspace_folder",
    "workspaces_of",
]

_STARTING_S = 10
_ASK_EVERY_S = 0.1
_DIFFERENCES_SHOWN = 10

Told = Callable[[int], None]
"""Told now and then how many events are done."""


class UnknownWorkspace(NotFound):
    """There is no workspace by this name."""


class Replayed(msgspec.Struct, frozen=True):
    """What a replay made, and where the live state differs from it, if that was asked.

    Attributes:
        events: how many were folded.
        offset: up to where of the log.
        tables: rows by table.
        different: how many values differ.
        first: the first of them.
    """

    events: int
    offset: int
    tables: dict[str, int]
    different: int = 0
    first: tuple[Difference, ...] = ()


def server_of(settings: Settings) -> str:
    """Return where the server of a locked data folder listens, waiting while it starts.

    Raises:
        Locked: nothing says where.
    """
    folder = DataFolder(Path(settings.data))
    for _ in range(round(_STARTING_S / _ASK_EVERY_S)):
        address = folder.address()
        if address is not None:
            return address.url
        time.sleep(_ASK_EVERY_S)
    raise Locked(
        f"{settings.data} is in use by a process that does not listen.",
        remedy="Wait for the other command to end, or stop it.",
    )


def held(settings: Settings) -> bool:
    """Return whether a process has the data folder."""
    return DataFolder(Path(settings.data)).held()


def address_of(settings: Settings) -> str | None:
    """Return where the folder's server says that it listens."""
    address = DataFolder(Path(settings.data)).address()
    return None if address is None else address.url


def secret_file(settings: Settings) -> Path:
    """Return where the secret lies under which everything personal is sealed."""
    return DataFolder(Path(settings.data)).secret


def letters_since(settings: Settings, name: WorkspaceId, at_ms: int) -> int:
    """Return how many of a workspace's events were refused since."""
    files = files_of(settings, name)
    try:
        return files.letters_since(at_ms)
    finally:
        files.close()


def workspace_folder(settings: Settings, name: WorkspaceId) -> Path:
    """Return the folder of a workspace that exists.

    Raises:
        UnknownWorkspace: it does not.
    """
    folder = DataFolder(Path(settings.data))
    known = folder.workspaces()
    if name not in known:
        raise UnknownWorkspace(
            f"There is no workspace {name!r} in {settings.data}.",
            remedy=f"There are: {', '.join(known) or 'none'}.",
        )
    return folder.workspace(name)


def files_of(settings: Settings, name: WorkspaceId) -> WorkspaceFiles:
    """Return a workspace's files for reading, beside a running server or without one."""
    secret = known_secret(DataFolder(Path(settings.data)).secret)
    return WorkspaceFiles(workspace_folder(settings, name), Seal(secret, f"{name}/vault"))


def people_model_store(settings: Settings, name: WorkspaceId) -> PeopleModelFolder:
    """Return where a workspace's models of people are kept."""
    return PeopleModelFolder(DataFolder(Path(settings.data)).workspace(name) / "models" / "people")


def uplift_store(settings: Settings, name: WorkspaceId) -> UpliftFolder:
    """Return where a workspace's uplift models are kept."""
    return UpliftFolder(DataFolder(Path(settings.data)).workspace(name) / "models" / "uplift")


def spending_of(settings: Settings, name: WorkspaceId) -> Sequence[Spending]:
    """Return what a workspace's offers have given and hold; works beside a running server."""
    return spending_in(workspace_folder(settings, name) / "offers.db")


def workspaces_of(settings: Settings) -> list[WorkspaceId]:
    """Return the workspaces of a data folder."""
    return DataFolder(Path(settings.data)).workspaces()


def facts_of(settings: Settings, name: WorkspaceId) -> WorkspaceFacts:
    """Return how much a workspace holds."""
    files = files_of(settings, name)
    try:
        return files.facts()
    finally:
        files.close()


def signing_secret_of(settings: Settings, name: WorkspaceId) -> str:
    """Return what a shop's server signs its users' tokens with."""
    return signing_secret(install_secret(DataFolder(Path(settings.data)).secret), name)


def pack(settings: Settings, target: Path, made_at: str, *, with_secret: bool) -> archive.Card:
    """Write a data folder into one file."""
    folder = DataFolder(Path(settings.data))
    return archive.pack(folder, target, made_at, with_secret=with_secret)


def unpack(source: Path, settings: Settings) -> archive.Card:
    """Restore a data folder from one file."""
    return archive.unpack(source, Path(settings.data))


def open_keys(settings: Settings) -> KeyRing:
    """Return the key ring alone, without taking the folder: works beside a running server."""
    return SqliteKeyRing(DataFolder(Path(settings.data)).control)


def open_versions(settings: Settings, name: WorkspaceId) -> SqliteVersions:
    """Return a shop's configuration versions alone, without taking the folder."""
    return SqliteVersions(DataFolder(Path(settings.data)).control, name)


def training_source(settings: Settings, name: WorkspaceId) -> SqliteTrainingSource:
    """Return what a workspace's models are trained on; read beside a running server."""
    folder = DataFolder(Path(settings.data)).workspace(name)
    return SqliteTrainingSource(folder, lambda: _unwilling(settings, name))


def _unwilling(settings: Settings, name: WorkspaceId) -> set[IdentifierKey]:
    """Return the identifiers of people who do not let themselves be personalized for."""
    files = files_of(settings, name)
    try:
        return {
            key
            for one in files.people()
            if not _permitted(settings, one.choices)
            for key in one.node.identifiers
        }
    finally:
        files.close()


def model_store(settings: Settings, name: WorkspaceId) -> ModelFolder:
    """Return where a workspace's models are kept."""
    return ModelFolder(DataFolder(Path(settings.data)).workspace(name) / "models")


async def check(settings: Settings, name: WorkspaceId, told: Told) -> Replayed:
    """Fold the log anew, elsewhere, and compare the live state with the outcome.

    Without a server the state is first brought up to its log; beside one, what the server has
    written so far is compared with the same part of the log.
    """
    folder = workspace_folder(settings, name)
    await _catch_up(settings, name)
    with tempfile.TemporaryDirectory(prefix="tailorbird-replay-") as place:
        live, rebuilt = Path(place) / "live.db", Path(place) / "rebuilt.db"
        copy_database(folder / "state.db", live)
        offset = checkpoint_of(live)
        events = await _rebuilt(folder, rebuilt, offset, settings, told)
        found = differences(live, rebuilt)
        first = tuple(islice(found, _DIFFERENCES_SHOWN))
        more = sum(1 for _ in found)
        return Replayed(events, offset, sizes(rebuilt), len(first) + more, first)


async def replace(settings: Settings, name: WorkspaceId, told: Told) -> Replayed:
    """Fold the log anew, and put the outcome in the place of the live state.

    Raises:
        Locked: a server runs.
    """
    workspace = workspace_folder(settings, name)
    folder = DataFolder(Path(settings.data))
    folder.lock()
    try:
        made = workspace / "state.rebuilt.db"
        remove_database(made)
        offset = _last_offset(workspace)
        events = await _rebuilt(workspace, made, offset, settings, told)
        move_database(made, workspace / "state.db")
    finally:
        folder.unlock()
    return Replayed(events, offset, sizes(workspace / "state.db"))


async def features_at(
    settings: Settings, name: WorkspaceId, points: Sequence[Point]
) -> AsyncIterator[Snapshot]:
    """Yield what was known at points of the past, by a replay; people who refuse are left out.

    What they refuse is personalization, and what counts is what they say today.
    """
    files = files_of(settings, name)
    pseudonyms = _pseudonyms(settings, name)
    with tempfile.TemporaryDirectory(prefix="tailorbird-features-") as place:
        state = SqliteState(Path(place) / "state.db")
        log = files.log()
        asked = {point: _stood_in(point, pseudonyms) for point in points}
        back = {stood: point for point, stood in asked.items()}
        try:
            if log is not None:
                window_ms = settings.stitch_days * DAY_MS
                async for found in snapshots(AsKnown(log), state, back, window_ms):
                    if _permitted(settings, files.choices(found.node)):
                        yield msgspec.structs.replace(found, point=back[found.point])
        finally:
            state.close()
            files.close()


def features_now(settings: Settings, name: WorkspaceId, now_ms: int) -> Iterator[Snapshot]:
    """Yield what is known of everybody now, by person id; people who refuse are left out."""
    files = files_of(settings, name)
    try:
        for one in files.people():
            if _permitted(settings, one.choices):
                point, profile = Point(one.person, now_ms), one.profile or EMPTY
                yield Snapshot(point, one.node, Moment(now_ms, profile))
    finally:
        files.close()


def items_of(settings: Settings, name: WorkspaceId) -> list[Item]:
    """Return the catalog of a workspace."""
    files = files_of(settings, name)
    try:
        return list(files.items())
    finally:
        files.close()


def _permitted(settings: Settings, choices: Mapping[Purpose, bool]) -> bool:
    return choices.get(Purpose.PERSONALIZATION, settings.consent == "opt-out")


def _pseudonyms(settings: Settings, name: WorkspaceId) -> Pseudonyms:
    secret = known_secret(DataFolder(Path(settings.data)).secret)
    return Pseudonyms(Seal(secret, f"{name}/pseudonyms").secret())


def _stood_in(point: Point, pseudonyms: Pseudonyms) -> Point:
    """Return the point under the name that the log has for whom it names."""
    kind, colon, value = point.person.partition(":")
    if not (colon and value):
        return point
    return msgspec.structs.replace(point, person=f"{kind}:{pseudonyms.stand_in(value)}")


async def _catch_up(settings: Settings, name: WorkspaceId) -> None:
    """Open and close the workspace, so that its state reaches to the end of its log."""
    try:
        install = Install(settings, serving=False)
    except Locked:
        return
    try:
        await install.workspace(name)
    finally:
        await install.close()


async def _rebuilt(folder: Path, made: Path, offset: int, settings: Settings, told: Told) -> int:
    log = read_only(folder / "log.db")
    state = SqliteState(made)
    try:
        past = LogReader(log, offset)
        events = await rebuild(past, state, settings.stitch_days * DAY_MS, told)
        await state.mark(offset)
        await state.flush()
    finally:
        state.close()
        log.close()
    return events


def _last_offset(folder: Path) -> int:
    log = read_only(folder / "log.db")
    try:
        return LogReader(log).last_offset()
    finally:
        log.close()
