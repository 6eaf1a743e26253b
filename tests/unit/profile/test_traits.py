"""Traits and declared preferences: the later said stands."""

from itertools import permutations

from tailorbird.profile.traits import TRAITS_KEPT, Traits, attributes, learn_traits, preferences
from tailorbird.spine.events import Event
from tests.makers import MINUTE, NOON_MS, an_event


def traits_after(*history: Event) -> Traits:
    traits: Traits = {}
    for event in history:
        traits = learn_traits(traits, event)
    return traits


def identified(minute: int = 0, **traits: object) -> Event:
    return an_event("Identified", kind="identify", at=NOON_MS + minute * MINUTE, traits=traits)


def test_a_late_trait_does_not_undo_a_newer_one() -> None:
    assert attributes(traits_after(identified(5, plan="pro"), identified(0, plan="free"))) == {
        "plan": "pro"
    }


def test_two_values_at_the_same_moment_are_settled_the_same_way_in_any_order() -> None:
    said = [identified(plan="pro"), identified(plan="free")]
    results = [attributes(traits_after(*history)) for history in permutations(said)]
    assert results[0] == results[1]


def test_a_trait_set_to_null_is_taken_back() -> None:
    assert attributes(traits_after(identified(plan="pro"), identified(1, plan=None))) == {}


def test_answers_given_on_two_devices_stand_side_by_side() -> None:
    traits = traits_after(
        identified(preferences={"size": "L"}),
        an_event("Quiz Completed", properties={"answers": {"terrain": ["snow", "rock"]}}),
    )
    assert preferences(traits) == {"size": "L", "terrain": ["snow", "rock"]}
    assert attributes(traits) == {}


def test_a_quiz_without_answers_says_nothing() -> None:
    assert traits_after(an_event("Quiz Completed", properties={"answers": "yes"})) == {}


def test_the_traits_of_a_group_are_not_the_persons() -> None:
    assert traits_after(an_event("Grouped", kind="group", traits={"plan": "pro"})) == {}


def test_a_trait_does_not_change_when_its_sender_changes_it() -> None:
    sizes = ["L"]
    traits = traits_after(identified(sizes=sizes))
    sizes.append("XL")
    assert attributes(traits) == {"sizes": ["L"]}


def test_the_newest_hundred_traits_are_kept() -> None:
    said = [identified(minute, **{f"t{minute}": 1}) for minute in range(TRAITS_KEPT + 5)]
    kept = traits_after(*reversed(said))
    assert kept == traits_after(*said)
    assert len(kept) == TRAITS_KEPT
    assert "t0" not in kept


def test_a_trait_too_long_to_carry_is_left_out() -> None:
    assert traits_after(identified(story="x" * 5_000), identified(**{"n" * 200: 1})) == {}
