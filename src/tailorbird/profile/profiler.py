"""The profiler: folds resolved events into profiles, and joins the profiles of joined persons."""

from collections.abc import Mapping, Sequence

from tailorbird.identity.graph import Resolved
from tailorbird.profile.fold import fold_many
from tailorbird.profile.merge import merge
from tailorbird.profile.ports import ProfileFolds
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.events import Event
from tailorbird.spine.ids import PersonId


class Profiler:
    """Folds batches in the order of the log."""

    def __init__(self, folds: ProfileFolds) -> None:
        self._folds = folds

    async def fold(self, batch: Sequence[Resolved]) -> None:
        """Fold a batch and put the changed profiles into the store."""
        persons = {resolved.person for resolved in batch}
        persons.update(resolved.absorbed for resolved in batch if resolved.absorbed is not None)
        loaded = await self._folds.load(list(persons))
        await self._folds.save(folded(loaded, batch))


def folded(
    loaded: Mapping[PersonId, Profile | None], batch: Sequence[Resolved]
) -> dict[PersonId, Profile | None]:
    """Return the changed profiles of a batch; None for persons absorbed by others.

    Profiles are a commutative monoid, so an absorbed person's profile is simply added, and the
    events of one person may be folded together.
    """
    changed: dict[PersonId, Profile | None] = {}
    waiting: dict[PersonId, list[Event]] = {}

    def settle(person: PersonId) -> Profile:
        current = changed.get(person) or loaded.get(person) or EMPTY
        return fold_many(current, waiting.pop(person, []))

    for resolved in batch:
        if resolved.absorbed is not None:
            changed[resolved.person] = merge(settle(resolved.person), settle(resolved.absorbed))
            changed[resolved.absorbed] = None
        if resolved.logged.event.kind != "split":
            waiting.setdefault(resolved.person, []).append(resolved.logged.event)
    for person in list(waiting):
        changed[person] = settle(person)
    return changed
