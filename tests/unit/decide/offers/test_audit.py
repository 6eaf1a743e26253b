"""The audit sees where offers fall differently on groups, and is silent where they do not."""

import random

from tailorbird.decide.offers.audit import SMALL, GroupReading, Met, audited
from tailorbird.decide.offers.meetings import UNKNOWN, given_to, group_of
from tailorbird.decide.ports import DecisionRecord
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.events import Context
from tailorbird.spine.ids import PersonId
from tests.makers import an_event


def crowd(group: str, people: int, given: int, depth: float = 10) -> list[Met]:
    return [Met(group, depth if number < given else None) for number in range(people)]


def reading(met: list[Met], group: str) -> GroupReading:
    return next(one for one in audited(met) if one.group == group)


def test_a_group_that_is_given_less_is_warned_of() -> None:
    found = reading([*crowd("a", 500, 100), *crowd("b", 500, 50)], "b")
    assert found.warnings == (
        "given to 10.0%, to 20.0% of everybody else",
        "less than four fifths as often as everybody else",
    )


def test_a_group_that_is_given_smaller_offers_is_warned_of() -> None:
    met = [*crowd("a", 100, 60, depth=10), *crowd("b", 100, 60, depth=5)]
    assert reading(met, "b").warnings == ("5.00 deep, 10.00 for everybody else",)


def test_equal_groups_are_seldom_warned_of() -> None:
    luck = random.Random(7)
    alarms = 0
    for _ in range(200):
        met = [
            Met(str(number % 5), 10.0 if luck.random() < 0.3 else None) for number in range(1_000)
        ]
        alarms += any(one.warnings for one in audited(met))
    assert alarms <= 18  # five in a hundred expected, 18 of 200 is beyond the 99th percentile


def test_small_groups_are_shown_together_and_not_tested() -> None:
    met = [*crowd("a", 100, 50), *crowd("b", 19, 0), *crowd("c", 3, 3)]
    assert [(one.group, one.people) for one in audited(met)] == [("a", 100), (SMALL, 22)]


def test_the_interval_of_a_rate_holds_it() -> None:
    found = reading(crowd("a", 40, 10), "a")
    assert found.rate_low < 0.25 < found.rate_high


def record(person: str | None, offer: object, **slot: object) -> DecisionRecord:
    said = {"placement": "cart_offer", "policy": "week@2", "offer": offer, **slot}
    who = None if person is None else PersonId(person)
    return DecisionRecord("d", 1, who, None, None, None, 0.1, (said,))


def test_each_person_counts_once_with_the_deepest_they_were_given() -> None:
    ten = {"kind": "percent", "value": 10.0}
    five = {"kind": "percent", "value": 5.0}
    found = given_to(
        [record("p1", None), record("p1", ten), record("p1", five), record("p2", None)]
    )
    assert found == {"week": {"p1": 10.0, "p2": None}}


def test_content_in_place_of_a_discount_is_no_discount() -> None:
    assert given_to([record("p1", {"kind": "content", "value": None})]) == {"week": {"p1": None}}


def test_the_held_out_and_the_unknown_do_not_count() -> None:
    control = [{"name": "offer:week", "variant": "control"}]
    records = [record("p1", None, experiments=control), record(None, None)]
    assert given_to(records) == {"week": {}}


def test_whom_a_condition_leaves_out_counts_as_not_given_to() -> None:
    ten = {"kind": "percent", "value": 10.0}
    records = [record("p1", ten), record("p2", None, policy="cart_offer@1")]
    assert given_to(records) == {"week": {"p1": 10.0, "p2": None}}


def test_decisions_without_any_offer_are_no_meetings() -> None:
    assert given_to([record("p1", None, policy="cart_offer@1")]) == {}


def test_people_are_grouped_by_place_and_by_trait() -> None:
    said = an_event("Identified", kind="identify", traits={"gender": "f"})
    seen = an_event(context=Context(country="DE"))
    profile = fold_many(EMPTY, [said, seen])
    assert group_of(profile, "country") == "DE"
    assert group_of(profile, "trait:gender") == "f"
    assert group_of(None, "trait:gender") == UNKNOWN
