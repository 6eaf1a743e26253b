"""Trained uplift models on disk: a folder a treatment, in it one a version, and a pointer."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from tailorbird.predict.uplift.model import UpliftCard, UpliftModel, card_of, load
from tailorbird.spine.private import private_folder, write_private

_KEPT = 5
_CURRENT = "current"


class UpliftFolder:
    """One workspace's uplift models; they hold sums over everybody, and nobody by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, model: UpliftModel) -> None:
        """Store a version; it serves from then on. Five of a treatment are kept."""
        home = self._home(model.card.treatment)
        place = home / model.card.name.rpartition("@")[2]
        private_folder(place)
        model.save(place)
        pointer = home / "current.tmp"
        write_private(pointer, place.name.encode())
        pointer.replace(home / _CURRENT)
        for old in self._places(model.card.treatment)[:-_KEPT]:
            shutil.rmtree(old)

    def load(self, treatment: str) -> UpliftModel | None:
        """Return the version that serves; None if there is none.

        Raises:
            ModelUnreadable: it is damaged, or of a newer release.
            ModelsMissing: LightGBM is not installed.
        """
        pointer = self._home(treatment) / _CURRENT
        if not pointer.exists():
            return None
        return load(self._home(treatment) / pointer.read_text("utf-8").strip())

    def versions(self, treatment: str) -> Sequence[UpliftCard]:
        """Return what is known of every version, oldest first."""
        return [card_of(place) for place in self._places(treatment)]

    def _home(self, treatment: str) -> Path:
        return self._folder / "".join(
            one if one.isalnum() or one in "_-" else f"%{ord(one):x}" for one in treatment
        )

    def _places(self, treatment: str) -> list[Path]:
        return sorted(path.parent for path in self._home(treatment).glob("*/manifest.json"))
