"""Laws of what is sealed: contacts, refused events, choices, receipts."""

import pytest

from tailorbird.collect.contacts import Contact
from tailorbird.collect.ports import ContactCard, Refusal
from tailorbird.consent.purposes import Preference, Purpose
from tailorbird.privacy.requests import Receipt, RequestType
from tailorbird.spine.ids import Subject, anonymous_key, user_key
from tests.laws.conftest import Backend, Opener

MARK = "zq7-somebody"
SOMEBODY = Subject(user_id=MARK)
KEYS = [user_key(MARK)]


def card(value: str, at_ms: int = 1, subject: Subject = SOMEBODY) -> ContactCard:
    return ContactCard(subject=subject, contacts=[Contact("email", value)], at_ms=at_ms)


def refusal(body: str = "{}", *, once: bool = False, message_id: str | None = "m1") -> Refusal:
    return Refusal(
        at_ms=1,
        source="web",
        field="price",
        reason=f"`price` is not money: {body}",
        message_id=message_id,
        body=body.encode(),
        keys=tuple(KEYS),
        once=once,
    )


def choice(purpose: Purpose, at_ms: int = 1, *, granted: bool) -> Preference:
    return Preference(purpose=purpose, granted=granted, at_ms=at_ms, source="banner")


RECEIPT = Receipt("r1", RequestType.ERASURE, "completed", "then", "now", 1, ())


def test_contact_data_comes_back(backend: Backend) -> None:
    backend.run(backend.vault.put([card("a@b.example")]))
    assert backend.run(backend.vault.get(KEYS)) == {"email": "a@b.example"}


def test_the_latest_contact_data_counts_whenever_it_comes(backend: Backend) -> None:
    backend.run(backend.vault.put([card("new@b.example", 2)]))
    backend.run(backend.vault.put([card("old@b.example", 1)]))
    assert backend.run(backend.vault.get(KEYS)) == {"email": "new@b.example"}


def test_contact_data_is_one_persons(backend: Backend) -> None:
    backend.run(backend.vault.put([card("a@b.example")]))
    assert backend.run(backend.vault.get([user_key("other")])) == {}


def test_contact_data_outlasts_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.vault.put([card("a@b.example")]))
    second = opener()
    assert second.run(second.vault.get(KEYS)) == {"email": "a@b.example"}


@pytest.mark.parametrize("mark", ["a@b.example", MARK])
def test_contact_data_is_nowhere_in_clear(backend: Backend, mark: str) -> None:
    backend.run(backend.vault.put([card("a@b.example")]))
    assert mark.encode() not in backend.written()


def test_erased_contact_data_is_gone(backend: Backend) -> None:
    backend.run(backend.vault.put([card("a@b.example")]))
    assert backend.run(backend.vault.erase(KEYS)) == 1
    assert backend.run(backend.vault.get(KEYS)) == {}


def test_a_refused_event_comes_back_with_its_reason(backend: Backend) -> None:
    backend.run(backend.dead_letters.add([refusal('{"x": 1}')]))
    (letter,) = backend.run(backend.dead_letters.page(10))
    assert (letter.body, letter.field, letter.message_id) == ('{"x": 1}', "price", "m1")


def test_refused_events_come_in_pages(backend: Backend) -> None:
    backend.run(backend.dead_letters.add([refusal(str(number)) for number in range(5)]))
    first = backend.run(backend.dead_letters.page(2))
    rest = backend.run(backend.dead_letters.page(10, first[-1].id))
    assert [one.body for one in (*first, *rest)] == ["0", "1", "2", "3", "4"]


def test_a_refusal_that_counts_once_is_kept_once(backend: Backend) -> None:
    for _ in range(2):
        backend.run(backend.dead_letters.add([refusal(once=True)]))
    assert backend.run(backend.dead_letters.count()) == 1


def test_a_refusal_without_an_id_is_known_by_its_body(backend: Backend) -> None:
    many = [refusal(body, once=True, message_id=None) for body in ("1", "1", "2")]
    backend.run(backend.dead_letters.add(many))
    assert backend.run(backend.dead_letters.count()) == 2


def test_a_discarded_letter_is_gone(backend: Backend) -> None:
    backend.run(backend.dead_letters.add([refusal()]))
    (letter,) = backend.run(backend.dead_letters.page(1))
    assert backend.run(backend.dead_letters.discard([letter.id, letter.id + 9])) == 1
    assert backend.run(backend.dead_letters.count()) == 0


def test_a_refused_event_is_nowhere_in_clear(backend: Backend) -> None:
    backend.run(backend.dead_letters.add([refusal(MARK)]))
    assert MARK.encode() not in backend.written()


def test_a_persons_refused_events_are_found_and_erased(backend: Backend) -> None:
    backend.run(backend.dead_letters.add([refusal()]))
    assert len(backend.run(backend.dead_letters.export(KEYS))) == 1
    assert backend.run(backend.dead_letters.erase(KEYS)) == 1
    assert backend.run(backend.dead_letters.count()) == 0


def test_counts_of_a_day_add_up(backend: Backend) -> None:
    for count in (2, 3):
        backend.tally.add(7, "web", "accepted", count)
        assert backend.run(backend.tally.by_day(7))
    assert backend.run(backend.tally.by_day(7)) == [(7, "web", "accepted", 5)]


def test_days_before_are_left_out(backend: Backend) -> None:
    backend.tally.add(6, "web", "accepted")
    assert backend.run(backend.tally.by_day(7)) == []


def test_a_choice_is_in_force(backend: Backend) -> None:
    backend.run(backend.ledger.append(SOMEBODY, [choice(Purpose.EMAIL, granted=False)]))
    assert backend.run(backend.ledger.choices(SOMEBODY)) == {Purpose.EMAIL: False}


def test_the_latest_choice_is_in_force(backend: Backend) -> None:
    for granted in (False, True):
        backend.run(backend.ledger.append(SOMEBODY, [choice(Purpose.EMAIL, granted=granted)]))
    assert backend.run(backend.ledger.choices(SOMEBODY)) == {Purpose.EMAIL: True}


def test_a_refusal_under_either_identifier_is_in_force(backend: Backend) -> None:
    browser, user = Subject(anonymous_id="b1"), Subject(user_id=MARK)
    backend.run(backend.ledger.append(browser, [choice(Purpose.EMAIL, granted=False)]))
    backend.run(backend.ledger.append(user, [choice(Purpose.EMAIL, granted=True)]))
    both = Subject(anonymous_id="b1", user_id=MARK)
    assert backend.run(backend.ledger.choices(both)) == {Purpose.EMAIL: False}


def test_every_choice_ever_made_is_on_record(backend: Backend) -> None:
    made = [choice(Purpose.EMAIL, at, granted=bool(at % 2)) for at in range(4)]
    for one in made:
        backend.run(backend.ledger.append(SOMEBODY, [one]))
    assert backend.run(backend.ledger.history(SOMEBODY)) == made


def test_a_choice_outlasts_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.ledger.append(SOMEBODY, [choice(Purpose.SMS, granted=False)]))
    second = opener()
    assert second.run(second.ledger.choices(SOMEBODY)) == {Purpose.SMS: False}


def test_a_choice_names_nobody_in_clear(backend: Backend) -> None:
    backend.run(backend.ledger.append(SOMEBODY, [choice(Purpose.SMS, granted=False)]))
    assert MARK.encode() not in backend.written()


def test_erased_choices_are_gone(backend: Backend) -> None:
    both = Subject(anonymous_id="b1", user_id=MARK)
    backend.run(backend.ledger.append(both, [choice(Purpose.SMS, granted=True)]))
    assert backend.run(backend.ledger.erase([*KEYS, anonymous_key("b1")])) == 2
    assert backend.run(backend.ledger.choices(both)) == {}


def test_a_refusal_outlives_its_erasure_without_its_history(backend: Backend) -> None:
    both = Subject(anonymous_id="b1", user_id=MARK)
    refused = [choice(Purpose.SMS, granted=False), choice(Purpose.EMAIL, granted=True)]
    backend.run(backend.ledger.append(both, refused))
    backend.run(backend.ledger.erase([*KEYS, anonymous_key("b1")]))
    assert backend.run(backend.ledger.choices(both)) == {Purpose.SMS: False}
    assert backend.run(backend.ledger.history(both)) == []


def test_a_receipt_outlasts_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.receipts.put(RECEIPT, 1))
    second = opener()
    assert second.run(second.receipts.get("r1")) == RECEIPT


def test_there_is_no_receipt_of_what_was_not_asked(backend: Backend) -> None:
    assert backend.run(backend.receipts.get("r1")) is None
