"""What rules remember: the same in any order, joined at login, gone with the person."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tailorbird.configure.reading import read
from tailorbird.configured import KINDS
from tailorbird.rules.memory import MARKS_KEPT, Memory, Waiting
from tailorbird.rules.moment import Mark
from tailorbird.rules.rulebook import ReadyRule, rulebook
from tailorbird.spine.ids import PersonId
from tests.makers import MINUTE, NOON_MS, an_event

ANN, BEN = PersonId("p_ann"), PersonId("p_ben")
marks = st.builds(
    Mark,
    st.integers(0, 50),
    st.sampled_from(["Product Viewed", "Cart Viewed"]),
    st.sampled_from(["", "tent", "stove"]),
)


def remembered(*happened: Mark, person: PersonId = ANN) -> Memory:
    memory = Memory()
    for mark in happened:
        memory.mark(person, mark)
    return memory


def waiting(person: PersonId = ANN, since: int = NOON_MS, rule: str = "cart") -> Waiting:
    return Waiting(person, rule, since, since + 30 * MINUTE, an_event(at=since))


def two_signals() -> ReadyRule:
    text = "rules: [{name: r, within: 10m, signals: [{on: Page Left}, {on: Cart Viewed}]}]"
    return rulebook(read({"r.yaml": text}, KINDS)).rules["r"]


@given(st.lists(marks, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(happened: list[Mark], luck: random.Random) -> None:
    shuffled = luck.sample(happened, len(happened))
    assert remembered(*happened).marks(ANN) == remembered(*shuffled).marks(ANN)


@given(st.lists(marks, max_size=20), st.lists(marks, max_size=20))
def test_a_join_is_one_life_from_the_start(mine: list[Mark], theirs: list[Mark]) -> None:
    memory = remembered(*mine)
    for mark in theirs:
        memory.mark(BEN, mark)
    memory.join(ANN, BEN)
    assert (memory.marks(ANN), memory.marks(BEN)) == (remembered(*mine, *theirs).marks(ANN), [])


def test_no_more_marks_are_kept_than_stated() -> None:
    memory = remembered(*(Mark(n, "Product Viewed") for n in range(MARKS_KEPT + 9)))
    assert (len(memory.marks(ANN)), memory.marks(ANN)[0].at_ms) == (MARKS_KEPT, 9)


def test_nothing_is_left_of_who_is_forgotten() -> None:
    memory = remembered(Mark(1, "Cart Viewed"))
    memory.wait(waiting())
    memory.signaled(ANN, two_signals(), (0,), NOON_MS)
    memory.forget(ANN)
    assert (memory.people, memory.due(NOON_MS * 2)) == (0, [])


def test_who_was_quiet_for_long_is_forgotten() -> None:
    memory = remembered(Mark(NOON_MS, "Cart Viewed"))
    memory.signaled(ANN, two_signals(), (0,), NOON_MS)
    memory.fade(NOON_MS + 1)
    assert memory.people == 0


def test_a_rule_that_waits_is_due_once() -> None:
    memory = Memory()
    memory.wait(waiting())
    due = [len(memory.due(NOON_MS + minutes * MINUTE)) for minutes in (29, 30, 31)]
    assert due == [0, 1, 0]


def test_what_began_later_counts() -> None:
    memory = Memory()
    memory.wait(waiting(since=NOON_MS + MINUTE))
    memory.wait(waiting(since=NOON_MS))
    assert (memory.due(NOON_MS + 30 * MINUTE), len(memory.due(NOON_MS + 31 * MINUTE))) == ([], 1)


def test_what_happened_before_it_began_does_not_call_it_off() -> None:
    memory = Memory()
    memory.wait(waiting())
    assert not memory.call_off(ANN, "cart", NOON_MS - 1)
    assert memory.call_off(ANN, "cart", NOON_MS + 1)


def test_a_join_takes_what_waits_along() -> None:
    memory = Memory()
    memory.wait(waiting(BEN))
    memory.join(ANN, BEN)
    assert [one.person for one in memory.due(NOON_MS * 2)] == [ANN]


def test_signals_are_used_up_when_all_have_come() -> None:
    memory, ready = Memory(), two_signals()
    steps = [((0,), 0), ((1,), 1), ((1,), 2), ((0,), 3)]
    came = [memory.signaled(ANN, ready, one, NOON_MS + at * MINUTE) for one, at in steps]
    assert came == [False, True, False, True]


def test_a_signal_that_is_too_old_does_not_count() -> None:
    memory, ready = Memory(), two_signals()
    memory.signaled(ANN, ready, (0,), NOON_MS)
    assert not memory.signaled(ANN, ready, (1,), NOON_MS + 11 * MINUTE)
