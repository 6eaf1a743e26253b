"""The gate: asks the ledger and the live signals, and answers with a permit or a refusal."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from tailorbird.consent.ports import ConsentLedger
from tailorbird.consent.purposes import Choices, Denied, Permit, Preference, Purpose
from tailorbird.consent.signals import NO_CHOICES
from tailorbird.spine.ids import Subject

Whole = Callable[[Subject], Awaitable[Subject]]


class Gate:
    """Decides whether a purpose is allowed for a subject; the only maker of permits.

    Where nobody said anything, `unasked` decides: True for shops under opt-out law (the default,
    as Segment's clients expect: no consent object, no enforcement), False for opt-in.

    Args:
        ledger: the choices on record.
        whole: adds to a browser the known user that it belongs to, since a choice is a person's,
            made on whichever device.
        unasked: what holds where nobody said anything.
    """

    def __init__(
        self, ledger: ConsentLedger, whole: Whole | None = None, *, unasked: bool = True
    ) -> None:
        self._ledger = ledger
        self._whole = whole
        self._unasked = unasked

    async def ask(
        self, subject: Subject, purpose: Purpose, signals: Choices = NO_CHOICES
    ) -> Permit | Denied:
        """Return a permit, or the refusal with its reason.

        Args:
            subject: whose data it is.
            purpose: what it would be used for.
            signals: what the request itself says (GPC, consent in the context).
        """
        if signals.get(purpose) is False:
            return Denied(purpose=purpose, reason="refused by a signal of the request")
        if self._unasked and self._ledger.silent:
            return Permit(subject=subject, purpose=purpose)
        stored = await self._ledger.choices(await self._person(subject))
        if stored.get(purpose) is False:
            return Denied(purpose=purpose, reason="refused in the preferences on record")
        if purpose in signals or purpose in stored or self._unasked:
            return Permit(subject=subject, purpose=purpose)
        return Denied(purpose=purpose, reason="not granted, and this shop asks first")

    async def record(self, subject: Subject, choices: Choices, source: str, at_ms: int) -> None:
        """Put choices on record that differ from those in force."""
        if self._whole is not None and subject.user_id is None:
            subject = await self._whole(subject)
        stored = await self._ledger.choices(subject)
        news = [
            Preference(purpose=purpose, granted=granted, at_ms=at_ms, source=source)
            for purpose, granted in choices.items()
            if stored.get(purpose) is not granted
        ]
        if news:
            await self._ledger.append(subject, news)

    async def state(self, subject: Subject) -> Mapping[Purpose, bool]:
        """Return what holds for every purpose now, without live signals."""
        stored = await self._ledger.choices(await self._person(subject))
        return {purpose: stored.get(purpose, self._unasked) for purpose in Purpose}

    async def history(self, subject: Subject) -> Sequence[Preference]:
        """Return every choice on record, oldest first."""
        return await self._ledger.history(subject)

    async def _person(self, subject: Subject) -> Subject:
        if self._whole is None or subject.user_id is not None or self._ledger.silent:
            return subject
        return await self._whole(subject)
