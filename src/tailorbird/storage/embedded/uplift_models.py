"""Trained uplift models on disk: a folder a treatment, in it one a version, and pointers."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.registry.card import Act, Status
from tailorbird.predict.uplift.calibration import Calibration
from tailorbird.predict.uplift.depth_table import DepthTable
from tailorbird.predict.uplift.model import UpliftCard, UpliftModel, card_of, load
from tailorbird.spine.private import private_folder, write_private
from tailorbird.storage.embedded.model_pointers import Pointers

_KEPT = 5
_TABLES_KEPT = 20
_TABLE, _CHECKS = "depths", "checks.json"


class UpliftFolder:
    """One workspace's uplift models; they hold sums over everybody, and nobody by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, model: UpliftModel) -> None:
        """Store a version, which does not serve yet. Five of a treatment are kept."""
        home, stamp = self._home(model.card.treatment), stamp_of(model.card.name)
        private_folder(home / stamp)
        model.save(home / stamp)
        serving = Pointers(home).current
        for old in self._places(model.card.treatment)[:-_KEPT]:
            if old.name != serving:
                shutil.rmtree(old)

    def save(self, model: UpliftModel, at_ms: int = 0, why: str = "trained") -> None:
        """Store a version; it serves from then on."""
        self.keep(model)
        self.promote(model.card.name, at_ms, why)

    def promote(self, name: str, at_ms: int, why: str) -> None:
        """Let a version serve.

        Raises:
            ModelMissing: there is none by that name.
        """
        place = self._place(name)
        Pointers(place.parent).promote(place.name, at_ms, why)

    def reject(self, name: str, at_ms: int, why: str) -> None:
        """Note that a version may not serve."""
        place = self._place(name)
        Pointers(place.parent).reject(place.name, at_ms, why)

    def rollback(self, treatment: str, at_ms: int, why: str) -> str:
        """Let the version serve that served before; return its name.

        Raises:
            ModelMissing: none served before.
        """
        pointers = Pointers(self._home(treatment))
        served = [one for one in pointers.served() if (self._home(treatment) / one).exists()]
        older = [one for one in served if one != pointers.current]
        if pointers.current is None or not older:
            raise ModelMissing(f"No version served {treatment!r} before this one")
        pointers.replace(pointers.current, older[0], at_ms, why)
        return card_of(self._home(treatment) / older[0]).name

    def current(self, treatment: str) -> str | None:
        """Return what names the version and the depth table that serve; None without any."""
        pointer = Pointers(self._home(treatment)).current
        if pointer is None:
            return None
        table = self._pointed(self._home(treatment) / pointer)
        return f"{pointer}#{table or 0}"

    def load(self, treatment: str) -> UpliftModel | None:
        """Return the version that serves; None if there is none.

        Raises:
            ModelUnreadable: it is damaged, or of a newer release.
            ModelsMissing: LightGBM is not installed.
        """
        pointer = Pointers(self._home(treatment)).current
        return None if pointer is None else load(self._home(treatment) / pointer)

    def treatments(self) -> Sequence[str]:
        """Return the treatments that there are models of, by name."""
        homes = self._folder.glob("*/")
        found = {card_of(place).treatment for home in homes for place in _versions(home)}
        return sorted(found)

    def versions(self, treatment: str) -> Sequence[UpliftCard]:
        """Return what is known of every version, oldest first."""
        return [card_of(place) for place in self._places(treatment)]

    def status(self, name: str) -> Status:
        """Return what a version is to the shop now."""
        place = self._place(name)
        return Pointers(place.parent).status(place.name)

    def acts(self, name: str) -> Sequence[Act]:
        """Return what was done with a version, oldest first."""
        place = self._place(name)
        return [one for one in Pointers(place.parent).acts() if one.version == place.name]

    def depths(self, treatment: str) -> DepthTable | None:
        """Return the depth table that serves beside the version that serves."""
        pointer = Pointers(self._home(treatment)).current
        place = self._home(treatment) / (pointer or "")
        number = None if pointer is None else self._pointed(place)
        return None if number is None else _read_table(place, number)

    def depth_tables(self, name: str) -> Sequence[DepthTable]:
        """Return the depth tables of a version, oldest first."""
        place = self._place(name)
        return [_read_table(place, number) for number in _numbers(place)]

    def save_depths(self, table: DepthTable) -> DepthTable:
        """Store a depth table beside its version; it serves from then on. Twenty are kept."""
        place = self._place(table.model)
        numbers = _numbers(place)
        made = msgspec.structs.replace(table, number=max(numbers, default=0) + 1)
        body = msgspec.json.format(msgspec.json.encode(made))
        write_private(place / f"{_TABLE}-{made.number}.json", body)
        self._point(place, made.number)
        for old in numbers[: 1 - _TABLES_KEPT]:
            (place / f"{_TABLE}-{old}.json").unlink()
        return made

    def rollback_depths(self, treatment: str) -> DepthTable:
        """Let the depth table serve that is older than the present one.

        Raises:
            ModelMissing: there is no older one.
        """
        pointer = Pointers(self._home(treatment)).current
        place = self._home(treatment) / (pointer or "")
        number = None if pointer is None else self._pointed(place)
        older = [one for one in _numbers(place) if number is not None and one < number]
        if not older:
            raise ModelMissing(f"There is no depth table of {treatment!r} before the present one")
        self._point(place, older[-1])
        return _read_table(place, older[-1])

    def save_check(self, check: Calibration) -> None:
        """Store how the predictions of a version held."""
        place = self._place(check.model)
        checks = [*self.checks(check.model), check][-_TABLES_KEPT:]
        write_private(place / _CHECKS, msgspec.json.format(msgspec.json.encode(checks)))

    def checks(self, name: str) -> Sequence[Calibration]:
        """Return how the predictions of a version held, oldest first."""
        path = self._place(name) / _CHECKS
        return (
            msgspec.json.decode(path.read_bytes(), type=list[Calibration]) if path.exists() else []
        )

    def _place(self, name: str) -> Path:
        place = self._home(treatment_in(name)) / stamp_of(name)
        if not (place / "manifest.json").exists():
            raise ModelMissing(f"There is no version {name!r}")
        return place

    def _home(self, treatment: str) -> Path:
        return self._folder / "".join(
            one if one.isalnum() or one in "_-" else f"%{ord(one):x}" for one in treatment
        )

    def _places(self, treatment: str) -> list[Path]:
        return list(_versions(self._home(treatment)))

    def _pointed(self, place: Path) -> int | None:
        path = place / _TABLE
        return int(path.read_text("utf-8")) if path.exists() else None

    def _point(self, place: Path, number: int) -> None:
        part = place / f"{_TABLE}.tmp"
        write_private(part, str(number).encode())
        part.replace(place / _TABLE)


def treatment_in(name: str) -> str:
    """Return the treatment that the name of a version tells."""
    return name.partition(":")[2].rpartition("@")[0]


def stamp_of(name: str) -> str:
    """Return when a version was made, as its name tells it."""
    return name.rpartition("@")[2]


def _versions(home: Path) -> Iterator[Path]:
    yield from sorted(path.parent for path in home.glob("*/manifest.json"))


def _numbers(place: Path) -> list[int]:
    return sorted(int(path.stem.rpartition("-")[2]) for path in place.glob(f"{_TABLE}-*.json"))


def _read_table(place: Path, number: int) -> DepthTable:
    try:
        return msgspec.json.decode(
            (place / f"{_TABLE}-{number}.json").read_bytes(), type=DepthTable
        )
    except (OSError, msgspec.DecodeError) as cause:
        raise ModelUnreadable(
            f"Depth table {number} in {place.name} is damaged: {cause}"
        ) from cause
