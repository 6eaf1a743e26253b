"""The keeper of payments: folds attempts from the log, and orders methods by what they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tailorbird.configure.configuration import Configuration
from tailorbird.decide.checkout.attempts import CONCERNED, Attempts, Cell
from tailorbird.decide.checkout.method import KNOWN_METHODS, PAYMENT_METHODS, PaymentMethod
from tailorbird.decide.checkout.methods import Ranked, Till, ordered
from tailorbird.decide.checkout.ports import AttemptStore, KeptAttempts, Payments
from tailorbird.identity.graph import Resolved
from tailorbird.identity.resolver import Resolver
from tailorbird.spine.ids import IdentifierKey

_A_BATCH = 2_000


class PaymentKeeper:
    """Knows how payments go in one workspace.

    Args:
        store: where the fold rests.
        log: what is folded.
        resolver: who somebody is, for what is read again from the log.
    """

    def __init__(self, store: AttemptStore, log: Payments, resolver: Resolver) -> None:
        self._store = store
        self._log = log
        self._resolver = resolver
        self._offset = 0
        self._changed = False
        self._ready = False
        self._unseen: list[Resolved] = []
        self.attempts = Attempts()
        self._known: Mapping[str, PaymentMethod] = {one.name: one for one in KNOWN_METHODS}

    def adopt(self, configuration: Configuration) -> None:
        """Take over what is configured of methods."""
        self._known = {one.name: one for one in configuration.of(PAYMENT_METHODS)}

    def ordered(self, candidates: Sequence[str], till: Till) -> list[Ranked]:
        """Return the methods in this customer's order."""
        return ordered(candidates, till, self.attempts, self._known)

    def observe(self, batch: Sequence[Resolved]) -> None:
        """See events once they are folded."""
        if not self._ready:
            self._unseen.extend(batch)
            return
        for one in batch:
            if one.absorbed is not None:
                self.attempts.joined(one.person, one.absorbed)
            if one.logged.event.name in CONCERNED and one.logged.offset > self._offset:
                self.attempts.take(one.logged.event, one.person)
                self._changed = True
        if batch:
            self._offset = max(self._offset, batch[-1].logged.offset)

    async def recall(self, folded: int) -> None:
        """Take up what was counted before this process, and what came since.

        Args:
            folded: up to where of the log events were folded before anybody listened.
        """
        kept = await self._store.load()
        self.attempts = _taken_up(kept)
        after = kept.offset
        while after < folded:
            batch = await self._log.read(after, _A_BATCH)
            if not batch:
                break
            for one in batch:
                if one.event.name in CONCERNED and one.offset <= folded:
                    person = await self._resolver.person(one.event.subject)
                    self.attempts.take(one.event, person)
                    self._changed = True
            after = batch[-1].offset
        self._offset = max(kept.offset, folded)
        self._ready = True
        unseen, self._unseen = self._unseen, []
        self.observe(unseen)

    async def save(self) -> None:
        """Store what was counted, if there is any news."""
        if not (self._changed and self._ready):
            return
        self._changed = False
        now = self.attempts
        await self._store.save(
            KeptAttempts(
                offset=self._offset,
                cells=tuple((place, one.tries, one.wins) for place, one in now.cells.items()),
                opened=tuple(now.opened.values()),
                failures=tuple(one for failed in now.failures.values() for one in failed.values()),
            )
        )

    async def forget(self, keys: Sequence[IdentifierKey]) -> None:
        """Forget what names somebody; counts name nobody and stay."""
        self.attempts.forget(frozenset(keys))
        self._changed = True
        await self.save()


def _taken_up(kept: KeptAttempts) -> Attempts:
    attempts = Attempts()
    attempts.cells = {place: Cell(tries, wins) for place, tries, wins in kept.cells}
    attempts.opened = {one.order: one for one in kept.opened}
    for one in kept.failures:
        attempts.failures.setdefault(one.person, {})[one.method] = one
    return attempts
