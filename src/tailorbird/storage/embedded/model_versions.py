"""Versions of models of any kind in a folder: a sub-folder a version, and which one serves."""

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.registry.card import CARD_FORMAT, Act, Card, Status
from tailorbird.spine.private import make_private, private_folder
from tailorbird.storage.embedded.model_pointers import Pointers, folder_of
from tailorbird.storage.embedded.model_seals import check, seal

log = logging.getLogger("tailorbird.models")

_KEPT = 5
_PART = ".part"

Model = TypeVar("Model")


class Versions(Generic[Model]):
    """One workspace's versions of one kind of models.

    Args:
        folder: where.
        write: writes a model into a folder, and returns its card with what is in it.
        read: reads it again; raises ModelUnreadable for what it cannot use.
    """

    def __init__(
        self,
        folder: Path,
        write: Callable[[Model, Path, Card], Card],
        read: Callable[[Path, Card], Model],
    ) -> None:
        self._folder = folder
        self._pointers = Pointers(folder)
        self._write = write
        self._read = read

    # Versions

    def save(self, model: Model, card: Card) -> None:
        """Write a version, whole or not at all; it does not serve before it is promoted."""
        place = self._place(card.name)
        part = place.with_name(place.name + _PART)
        shutil.rmtree(part, ignore_errors=True)
        private_folder(part)
        whole = msgspec.structs.replace(self._write(model, part, card), format=CARD_FORMAT)
        (part / "card.json").write_bytes(msgspec.json.format(msgspec.json.encode(whole)))
        seal(part)
        make_private(part)
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
        self._prune()

    def read(self, name: str) -> Model:
        """Return a version.

        Raises:
            ModelMissing: there is none by that name.
            ModelUnreadable: it is damaged, or of a newer release.
        """
        place = self._place(name)
        if not (place / "card.json").exists():
            raise ModelMissing(f"There is no version {name!r}")
        check(place)
        try:
            card = msgspec.json.decode((place / "card.json").read_bytes(), type=Card)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as cause:
            raise ModelUnreadable(f"The model in {place.name} cannot be read: {cause}") from cause
        if card.format > CARD_FORMAT:
            raise ModelUnreadable(
                f"{place.name} was written by a newer release "
                f"(format {card.format}, known {CARD_FORMAT})",
                remedy="Upgrade Tailorbird, or train the model again.",
            )
        return self._read(place, card)

    def load(self) -> Model | None:
        """Return the version that is to serve; where it cannot be read, the last good one.

        Raises:
            ModelUnreadable: there are versions, and none can be read.
        """
        failure: ModelUnreadable | ModelMissing | None = None
        for name in self._in_turn():
            try:
                return self.read(name)
            except (ModelUnreadable, ModelMissing) as cause:
                log.warning("models.refused version=%s reason=%s", name, cause.detail)
                failure = failure or cause
        if failure is not None:
            raise ModelUnreadable(failure.detail)
        return None

    def fault(self) -> str | None:
        """Return why the version that is to serve cannot; None when all is well."""
        current = self.current()
        try:
            if current is not None:
                self.read(current)
        except (ModelUnreadable, ModelMissing) as cause:
            return cause.detail
        return None

    def cards(self) -> Sequence[Card]:
        """Return the cards of all versions, oldest first; unreadable ones are left out."""
        found = []
        for path in sorted(self._folder.glob("*/card.json")):
            if path.parent.name.endswith(_PART):
                continue
            try:
                found.append(msgspec.json.decode(path.read_bytes(), type=Card))
            except (OSError, msgspec.DecodeError, UnicodeDecodeError) as cause:
                log.warning("models.card_unreadable version=%s: %s", path.parent.name, cause)
        return found

    def card(self, name: str) -> Card | None:
        """Return the card of a version, by its name or that of its folder."""
        return next((one for one in self.cards() if folder_of(one.name) == folder_of(name)), None)

    # Which one serves

    def current(self) -> str | None:
        """Return the name of the folder that is to serve."""
        return self._pointers.current

    def challenger(self) -> str | None:
        """Return the name of the folder that is scored beside it."""
        return self._pointers.challenger

    def promote(self, name: str, at_ms: int, why: str) -> None:
        """Let a version serve."""
        self._must_be(name)
        self._pointers.promote(name, at_ms, why)

    def reject(self, name: str, at_ms: int, why: str) -> None:
        """Keep a version from serving, with the reason."""
        self._pointers.reject(name, at_ms, why)

    def shadow(self, name: str | None, at_ms: int, why: str) -> None:
        """Have a version scored beside the one that serves; None ends it."""
        if name is not None:
            self._must_be(name)
        self._pointers.shadow(name, at_ms, why)

    def rollback(self, at_ms: int, why: str) -> str:
        """Let the version serve that served before; returns its name.

        Raises:
            ModelMissing: no version served before, or it is gone.
        """
        current = self._pointers.current or ""
        for name in self._pointers.served():
            if folder_of(name) != current and self._place(name).exists():
                self._pointers.replace(_named(current, self.cards()), name, at_ms, why)
                return name
        raise ModelMissing("No version served before this one")

    def acts(self) -> Sequence[Act]:
        """Return what was done with versions, oldest first."""
        return self._pointers.acts()

    def status(self, name: str) -> Status:
        """Return what a version is to the shop now."""
        return self._pointers.status(name)

    # How they do

    def write_watch(self, content: bytes) -> None:
        """Keep what the server sees of the versions at work."""
        self.note("watch.json", content)

    def read_watch(self) -> bytes | None:
        """Return what the server saw last."""
        return self.noted("watch.json")

    def note(self, file: str, content: bytes) -> None:
        """Keep a small file beside the versions, whole or not at all."""
        self._pointers.write(file, content)

    def noted(self, file: str) -> bytes | None:
        """Return such a file; None where there is none."""
        path = self._folder / file
        return path.read_bytes() if path.exists() else None

    def _in_turn(self) -> Iterator[str]:
        """Yield what may serve: the pointed-at, those that served before, then what is left."""
        current = self._pointers.current
        if current is None:
            return
        rest = [card.name for card in reversed(self.cards())]
        rest = [name for name in rest if self._pointers.status(name) is Status.RETIRED]
        for name in dict.fromkeys([current, *map(folder_of, (*self._pointers.served(), *rest))]):
            if name == current or (self._folder / name).exists():
                yield name

    def _place(self, name: str) -> Path:
        return self._folder / folder_of(name)

    def _must_be(self, name: str) -> None:
        if "/" in name or not (self._place(name) / "card.json").exists():
            there = ", ".join(card.name for card in self.cards()) or "none"
            raise ModelMissing(f"There is no version {name!r}; there are: {there}")

    def _prune(self) -> None:
        """Remove the oldest versions; what serves, served before or is in shadow stays."""
        places = sorted(
            card.parent
            for card in self._folder.glob("*/card.json")
            if not card.parent.name.endswith(_PART)
        )
        needed = {self._pointers.current, self._pointers.challenger}
        needed |= set(map(folder_of, self._pointers.served()[:2]))
        spare = [place for place in places[:-1] if place.name not in needed]
        for old in spare[: max(0, len(places) - _KEPT)]:
            shutil.rmtree(old)


def _named(folder: str, cards: Sequence[Card]) -> str:
    return next((one.name for one in cards if folder_of(one.name) == folder), folder)
