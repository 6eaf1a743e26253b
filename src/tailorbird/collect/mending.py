"""Sending a refused event again, as it is or mended; one that gets in leaves the list."""

import msgspec

from tailorbird.collect.admit import Door
from tailorbird.collect.collector import Collector
from tailorbird.collect.ports import DeadLetters

IMPORTED = "import:"
"""What the sources of histories begin with."""


class SentAgain(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a letter: in, known already, or refused again and why."""

    id: int
    accepted: bool
    duplicate: bool = False
    reason: str | None = None


async def send_again(
    letter_id: int, mended: bytes | None, collector: Collector, letters: DeadLetters
) -> SentAgain:
    """Send one refused event again.

    Args:
        letter_id: which.
        mended: the event as it should have been; as it was when left out.
        collector: takes it.
        letters: the list.
    """
    found = await letters.page(1, letter_id - 1)
    if not found or found[0].id != letter_id:
        return SentAgain(letter_id, accepted=False, reason="there is no such dead letter")
    letter = found[0]
    door = Door(
        source=letter.source,
        received_at_ms=letter.at_ms,
        historical=letter.source.startswith(IMPORTED),
    )
    outcome = await collector.collect([mended or letter.body.encode()], door)
    refusal = outcome.rejected[0] if outcome.rejected else None
    if refusal is None or not door.historical or refusal.message_id != letter.message_id:
        # A second refusal made a letter of its own, but for an import's, which are kept once.
        await letters.discard([letter_id])
    return SentAgain(
        id=letter_id,
        accepted=outcome.accepted == 1,
        duplicate=outcome.duplicates == 1,
        reason=None if refusal is None else refusal.reason,
    )
