"""Seals of model versions: a digest of every file, so that a damaged one is not served."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tailorbird.predict.model_files import ModelUnreadable

SEALS = "files.json"


def seal(place: Path) -> None:
    """Write down the digest of every file of a version; nothing may change after."""
    digests = {name: _digest(place / name) for name in _files(place)}
    (place / SEALS).write_bytes(msgspec.json.format(msgspec.json.encode(digests)))


def check(place: Path, *, spared: Sequence[str] = (), only: str = "") -> None:
    """Compare every file of a version with its digest; one from before seals were made is let by.

    Args:
        place: of the version.
        spared: folders in it that are looked at by themselves, when they are read.
        only: such a folder, to look at now.

    Raises:
        ModelUnreadable: a file is missing, damaged or strange; names it.
    """
    path = place / SEALS
    if not path.exists():
        return
    try:
        digests = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise ModelUnreadable(f"{place.name}: {SEALS} is damaged") from cause
    others = tuple(f"{part}/" for part in spared)
    digests = {
        name: digest
        for name, digest in digests.items()
        if name.startswith(f"{only}/" if only else "") and not name.startswith(others)
    }
    missing = sorted(set(digests) - set(_files(place)))
    if missing:
        raise ModelUnreadable(f"{place.name}: {missing[0]} is missing")
    for name, digest in digests.items():
        if _digest(place / name) != digest:
            raise ModelUnreadable(f"{place.name}: {name} is damaged")


def _files(place: Path) -> list[str]:
    files = (path for path in place.rglob("*") if path.is_file() and path.name != SEALS)
    return sorted(path.relative_to(place).as_posix() for path in files)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
