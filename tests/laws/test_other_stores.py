"""Laws of the journal, the items and the key ring."""

import pytest

from tailorbird.access.keys import KeyKind, new_key
from tailorbird.catalog.items import Item
from tailorbird.decide.ports import DecisionRecord
from tailorbird.spine.ids import (
    DEFAULT_WORKSPACE,
    IdentifierKey,
    ItemId,
    PersonId,
    anonymous_key,
    user_key,
)
from tests.laws.conftest import Backend, Opener

MARK = "zq7-somebody"
TENT, ROPE = Item(id=ItemId("tent"), title="Tent"), Item(id=ItemId("rope"))


def decided(
    number: int,
    person: str = "p_1",
    *,
    user_id: str | None = None,
    anonymous_id: str | None = None,
) -> DecisionRecord:
    return DecisionRecord(
        decision_id=f"d{number}",
        at_ms=number,
        person=PersonId(person),
        page="/",
        took_ms=0.1,
        decisions=(),
        user_id=user_id,
        anonymous_id=anonymous_id,
    )


def test_a_persons_decisions_come_newest_first(backend: Backend) -> None:
    for number in range(5):
        backend.journal.note(decided(number))
    backend.journal.note(decided(9, person="p_2"))
    found = backend.run(backend.journal.of_person(PersonId("p_1"), 3))
    assert [one.decision_id for one in found] == ["d4", "d3", "d2"]


def test_decisions_outlast_a_restart(opener: Opener) -> None:
    opener().journal.note(decided(1))
    second = opener()
    assert [one.decision_id for one in second.run(second.journal.latest(9))] == ["d1"]


@pytest.mark.parametrize("key", [user_key(MARK), anonymous_key(MARK)])
def test_decisions_are_found_and_erased_by_identifier(backend: Backend, key: IdentifierKey) -> None:
    field = "user_id" if key.startswith("user:") else "anonymous_id"
    backend.journal.note(decided(1, **{field: MARK}))
    backend.journal.note(decided(2, user_id="other"))
    assert len(backend.run(backend.journal.export([key]))) == 1
    assert backend.run(backend.journal.erase([key])) == 1
    assert MARK.encode() not in backend.written()


def test_old_decisions_are_swept_and_newer_ones_stay(backend: Backend) -> None:
    for number in range(6):
        backend.journal.note(decided(number))
    backend.run(backend.journal.latest(1))
    assert backend.run(backend.journal.sweep(4, 100)) == 4
    kept = backend.run(backend.journal.latest(9))
    assert [one.decision_id for one in kept] == ["d5", "d4"]


def test_a_sweep_takes_no_more_than_it_may_the_oldest_first(backend: Backend) -> None:
    for number in range(6):
        backend.journal.note(decided(number))
    backend.run(backend.journal.latest(1))
    assert backend.run(backend.journal.sweep(100, 2)) == 2
    assert backend.run(backend.journal.latest(9))[-1].decision_id == "d2"


def test_what_was_swept_is_gone_after_a_restart(opener: Opener) -> None:
    first = opener()
    first.journal.note(decided(1))
    first.run(first.journal.latest(1))
    first.run(first.journal.sweep(2, 100))
    second = opener()
    assert second.run(second.journal.latest(9)) == []


def test_an_item_comes_back_as_it_was(backend: Backend) -> None:
    backend.run(backend.items.put([TENT]))
    assert backend.items.get(TENT.id) == TENT


def test_the_latest_of_an_item_counts(backend: Backend) -> None:
    for title in ("Tent", "Marquee"):
        backend.run(backend.items.put([Item(id=TENT.id, title=title)]))
    assert [one.title for one in backend.items.all()] == ["Marquee"]


def test_items_are_got_by_many_names_at_once(backend: Backend) -> None:
    backend.run(backend.items.put([TENT, ROPE]))
    assert backend.items.get_many([TENT.id, ItemId("yurt")]) == {TENT.id: TENT}


def test_a_deleted_item_is_gone_after_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.items.put([TENT, ROPE]))
    assert first.run(first.items.delete([TENT.id, ItemId("yurt")])) == 1
    second = opener()
    assert (second.items.get(TENT.id), second.items.count()) == (None, 1)


def test_a_key_is_found_by_its_text(backend: Backend) -> None:
    key, text = new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, 1, origins=("https://a", "https://b"))
    backend.keys.add(key, text)
    assert backend.keys.find(text) == key


def test_a_keys_text_is_not_kept(backend: Backend) -> None:
    key, text = new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, 1)
    backend.keys.add(key, text)
    assert text.encode() not in backend.written()


@pytest.mark.parametrize("text", ["", "tb_sec_", "tb_sec_unknown", "\x00", "ä" * 9_999])
def test_an_unknown_text_is_no_key(backend: Backend, text: str) -> None:
    assert backend.keys.find(text) is None


def test_a_revoked_key_is_found_no_more(backend: Backend) -> None:
    key, text = new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, 1)
    backend.keys.add(key, text)
    backend.keys.find(text)
    assert backend.keys.revoke(key.id, 2)
    assert backend.keys.find(text) is None


def test_a_revoked_key_stays_on_the_list(backend: Backend) -> None:
    key, text = new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, 1)
    backend.keys.add(key, text)
    backend.keys.revoke(key.id, 2)
    assert [(one.id, one.revoked_at_ms) for one in backend.keys.all()] == [(key.id, 2)]


def test_what_is_no_key_cannot_be_revoked(backend: Backend) -> None:
    assert not backend.keys.revoke("k_none", 2)
