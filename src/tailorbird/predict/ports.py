"""What prediction needs from outside: a place for trained models, and what to train on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from tailorbird.catalog.items import Item
from tailorbird.predict.outcomes import TrainingDecision
from tailorbird.predict.people import PeopleModels
from tailorbird.predict.predictor import Trained
from tailorbird.predict.registry.card import Card
from tailorbird.predict.training import TrainingEvent


class ModelStore(Protocol):
    """Where trained models rest, each version whole or not at all; one of them serves."""

    def save(self, trained: Trained, card: Card) -> None: ...

    def load(self) -> Trained | None: ...

    def cards(self) -> Sequence[Card]: ...

    def promote(self, name: str, at_ms: int, why: str) -> None: ...

    def reject(self, name: str, at_ms: int, why: str) -> None: ...


class PeopleVersions(Protocol):
    """Where versions of models of people rest, each whole or not at all; one of them serves."""

    def save(self, model: PeopleModels, card: Card) -> None: ...

    def load(self) -> PeopleModels | None: ...

    def card(self, name: str) -> Card | None: ...

    def promote(self, name: str, at_ms: int, why: str) -> None: ...

    def reject(self, name: str, at_ms: int, why: str) -> None: ...


class PeopleShelf(Protocol):
    """Cards of versions of models of people, and a place for what is seen of those at work."""

    def card(self, name: str) -> Card | None: ...

    def read_watch(self) -> bytes | None: ...

    def write_watch(self, content: bytes) -> None: ...


class TrainingSource(Protocol):
    """The log, the journal and the catalog as training reads them: the past only, never locked."""

    def batches(self) -> Iterator[Iterable[TrainingEvent]]: ...

    def items(self) -> Iterator[Item]: ...

    def decisions(self) -> Iterator[TrainingDecision]:
        """Yield what was shown to people who let their data be used for it."""
        ...

    @property
    def last_offset(self) -> int: ...
