"""Models on disk: a folder of plain arrays and a manifest that says what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.spine.errors import Corrupt, NotFound

MANIFEST = "manifest.json"
FORMAT = 1

Number = TypeVar("Number", bound=np.generic)
Fact = TypeVar("Fact")


class ModelMissing(NotFound):
    """There is no model in this folder."""

    remedy = "Train one with `tailorbird train`."


class ModelUnreadable(Corrupt):
    """The model cannot be read."""

    remedy = "Train it again with `tailorbird train`."


class Manifest(msgspec.Struct, frozen=True):
    """What a model folder holds.

    Attributes:
        format: Version of the layout of the folder.
        kind: Which model it is.
        arrays: Names of the arrays, each in a file of its own.
        facts: Settings and sizes.
    """

    format: int
    kind: str
    arrays: list[str]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """The content of a model folder."""

    folder: Path
    manifest: Manifest

    def fact(self, name: str, kind: type[Fact]) -> Fact:
        """Return a fact of the manifest as the given type."""
        try:
            return msgspec.convert(self.manifest.facts[name], kind, strict=False)
        except (KeyError, msgspec.ValidationError) as error:
            raise ModelUnreadable(f"{self.folder}: the manifest lacks a valid {name!r}") from error

    def array(self, name: str, kind: type[Number]) -> NDArray[Number]:
        """Return an array, checked to be of the given type."""
        try:
            stored = np.load(self.folder / f"{name}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ModelUnreadable(f"{self.folder}: {name}.npy is missing or damaged") from error
        if not isinstance(stored, np.ndarray) or stored.dtype != np.dtype(kind):
            raise ModelUnreadable(f"{self.folder}: {name}.npy is not of type {kind.__name__}")
        return stored


def write_parts(
    folder: Path, kind: str, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[np.generic]]
) -> None:
    """Write arrays and facts to a folder; the manifest comes last, so a torn write is noticed.

    Args:
        folder: Made when missing.
        kind: Which model it is.
        facts: Plain values.
        arrays: By name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    manifest = Manifest(FORMAT, kind, sorted(arrays), dict(facts))
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))


def read_parts(folder: Path, kind: str) -> Parts:
    """Open a model folder.

    Raises:
        ModelMissing: There is no manifest.
        ModelUnreadable: The manifest is damaged, of a newer format, or of another model.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelMissing(f"{folder} holds no model")
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise ModelUnreadable(f"{path} is damaged") from error
    if manifest.format > FORMAT:
        raise ModelUnreadable(
            f"{folder} was written by a newer release (format {manifest.format}, known {FORMAT})",
            remedy="Upgrade Tailorbird, or train the model again.",
        )
    if manifest.kind != kind:
        raise ModelUnreadable(f"{folder} holds a {manifest.kind!r} model, not {kind!r}")
    return Parts(folder, manifest)
