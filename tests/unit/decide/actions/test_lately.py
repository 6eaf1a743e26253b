"""What was done for people lately is read once, and remembered."""

import asyncio
from collections.abc import Sequence

from tailorbird.decide.actions.lately import Done, Lately, done_in
from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.ids import PersonId

ANN = PersonId("ann")


def record(number: int, *names: str) -> DecisionRecord:
    actions = [{"id": name, "exposureId": f"{number}-{name}"} for name in names]
    slots = ({"placement": "next_action", "actions": actions},)
    return DecisionRecord(f"d{number}", number, ANN, "a1", None, None, 1.0, slots)


class Journal:
    """A journal that counts how often it is read, and may be told of more meanwhile."""

    def __init__(self, *records: DecisionRecord) -> None:
        self.records = [*records]
        self.reads = 0

    async def past(self, person: PersonId, limit: int) -> Sequence[DecisionRecord]:
        self.reads += 1
        found = [*self.records][:limit]
        await asyncio.sleep(0)
        return found if person == ANN else []


async def _of(lately: Lately) -> list[str]:
    return names(await lately.of(ANN))


def names(found: Sequence[Done]) -> list[str]:
    return [one.name for one in found]


def test_the_journal_is_read_once_a_person() -> None:
    journal = Journal(record(1, "remind"))
    lately = Lately(journal.past)

    async def asked() -> list[str]:
        await lately.of(ANN)
        lately.note(ANN, [Done("2-proof", 2, "proof", sent=False)])
        return names(await lately.of(ANN))

    assert (asyncio.run(asked()), journal.reads) == (["remind", "proof"], 1)


def test_what_is_done_while_the_journal_is_read_counts_once() -> None:
    journal = Journal(record(2, "proof"), record(1, "remind"))
    lately = Lately(journal.past)

    async def asked() -> list[str]:
        reading = asyncio.create_task(_of(lately))
        await asyncio.sleep(0)
        lately.note(ANN, [Done("2-proof", 2, "proof", sent=False)])
        lately.note(ANN, [Done("3-remind", 3, "remind", sent=True)])
        return await reading

    assert asyncio.run(asked()) == ["remind", "proof", "remind"]


def test_two_who_ask_at_once_share_what_is_remembered() -> None:
    journal = Journal(record(1, "remind"))
    lately = Lately(journal.past)

    async def asked() -> bool:
        first, second = await asyncio.gather(lately.of(ANN), lately.of(ANN))
        return first is second

    assert asyncio.run(asked())


def test_after_an_erasure_nothing_is_remembered() -> None:
    journal = Journal(record(1, "remind"))
    lately = Lately(journal.past)

    async def asked() -> list[str]:
        await lately.of(ANN)
        journal.records.clear()
        lately.forget(ANN)
        return names(await lately.of(ANN))

    assert asyncio.run(asked()) == []


def test_an_erasure_while_the_journal_is_read_leaves_nothing_behind() -> None:
    journal = Journal(record(1, "remind"))
    lately = Lately(journal.past)

    async def asked() -> list[str]:
        reading = asyncio.create_task(_of(lately))
        await asyncio.sleep(0)
        journal.records.clear()
        lately.forget(ANN)
        await reading
        return names(await lately.of(ANN))

    assert asyncio.run(asked()) == []


def test_what_the_journal_has_not_written_yet_is_known() -> None:
    journal = Journal(record(1, "remind"))
    lately = Lately(journal.past)
    lately.note(ANN, [Done("1-remind", 1, "remind", sent=True)])
    lately.note(ANN, [Done("2-proof", 2, "proof", sent=False)])
    assert asyncio.run(_of(lately)) == ["remind", "proof"]


def test_actions_of_the_journal_come_oldest_first() -> None:
    told = done_in([record(2, "proof", "remind"), record(1, "remind")])
    assert [(one.at_ms, one.name) for one in told] == [(1, "remind"), (2, "proof"), (2, "remind")]
