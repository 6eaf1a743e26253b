"""A data folder in one tar file: written beside a running server, unpacked into an empty folder."""

import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tailorbird.spine.errors import BadRequest, Conflict
from tailorbird.spine.private import private_file, private_folder
from tailorbird.storage.embedded.copying import copy_database
from tailorbird.storage.embedded.folder import DataFolder

LAYOUT = 1
_CARD = "tailorbird-backup.json"
# The state first and the log last: the log then reaches at least as far as the state.
_DATABASES = (
    "state.db",
    "bandits.db",
    "offers.db",
    "payments.db",
    "segments.db",
    "journal.db",
    "vault.db",
    "catalog.db",
    "log.db",
)
_MEMBER = re.compile(
    r"control\.db|secret\.key|workspaces/[a-z0-9_-]+/(\w+\.db|models/[\w./@+-]+)", re.ASCII
)


class NotABackup(BadRequest):
    """This file is not a backup of ours."""

    remedy = "Name a file that `tailorbird backup` has written."


class NotEmpty(Conflict):
    """The folder to restore into is not empty."""

    remedy = "Name a new folder with --data; a restore never writes over anything."


class Card(msgspec.Struct, frozen=True, rename="camel"):
    """What a backup says of itself."""

    layout: int
    made_at: str
    has_secret: bool


def pack(folder: DataFolder, target: Path, made_at: str, *, with_secret: bool) -> Card:
    """Write a data folder into a tar file, readable by its owner only; gzip if named so.

    Every database is copied as it is at one moment, by SQLite's online backup.
    """
    card = Card(LAYOUT, made_at, has_secret=with_secret and folder.secret.exists())
    part = target.with_name(target.name + ".part")
    packed = target.suffix in {".gz", ".tgz"}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with (
        os.fdopen(descriptor, "wb") as file,
        tarfile.open(fileobj=file, mode="w:gz" if packed else "w") as tar,
        tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as place,
    ):
        _add_card(tar, card)
        if card.has_secret:
            tar.add(folder.secret, "secret.key")
        for database in _databases(folder):
            copy = Path(place) / "copy.db"
            private_file(copy)
            copy_database(database, copy)
            tar.add(copy, str(database.relative_to(folder.root)))
            copy.unlink()
        for model in sorted((folder.root / "workspaces").glob("*/models/**/*")):
            if model.is_file():
                tar.add(model, str(model.relative_to(folder.root)))
    part.replace(target)
    return card


def unpack(source: Path, root: Path) -> Card:
    """Restore a backup into a folder that is empty or not there.

    Raises:
        NotEmpty: there is something in it.
        NotABackup: the file is something else, or damaged.
    """
    if root.exists() and any(root.iterdir()):
        raise NotEmpty(f"{root} is not empty.")
    try:
        with tarfile.open(source) as tar:
            members = tar.getmembers()
            card = _card(tar, members)
            for member in members[1:]:
                _restore(tar, member, root)
    except (OSError, tarfile.TarError, EOFError) as cause:
        raise NotABackup(f"{source} cannot be restored: {cause}") from cause
    return card


def _databases(folder: DataFolder) -> Iterator[Path]:
    if folder.control.exists():
        yield folder.control
    for name in folder.workspaces():
        for database in _DATABASES:
            path = folder.workspace(name) / database
            if path.exists():
                yield path


def _add_card(tar: tarfile.TarFile, card: Card) -> None:
    body = msgspec.json.encode(card)
    member = tarfile.TarInfo(_CARD)
    member.size = len(body)
    tar.addfile(member, io.BytesIO(body))


def _card(tar: tarfile.TarFile, members: list[tarfile.TarInfo]) -> Card:
    first = tar.extractfile(members[0]) if members and members[0].name == _CARD else None
    if first is None:
        raise NotABackup
    try:
        card = msgspec.json.decode(first.read(), type=Card)
    except msgspec.DecodeError as cause:
        raise NotABackup from cause
    if card.layout != LAYOUT:
        raise NotABackup(f"The backup has layout {card.layout}; this version reads {LAYOUT}.")
    return card


def _restore(tar: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    content = tar.extractfile(member) if _MEMBER.fullmatch(member.name) else None
    if content is None or ".." in member.name:
        raise NotABackup(f"The backup holds {member.name!r}, which no backup of ours does.")
    target = root / member.name
    private_folder(target.parent)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file)
