"""Conditions: what they may name, what is said when they name something else, and what holds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.catalog.items import Item
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY
from tailorbird.rules.asking import holds_at, needs_of, surroundings
from tailorbird.rules.condition import BadCondition, condition, understood
from tailorbird.rules.functions import FUNCTIONS, METHODS
from tailorbird.rules.moment import Moment, counted, marked
from tailorbird.rules.names import OF_PEOPLE, ROOTS
from tailorbird.rules.vocabulary import Vocabulary, known_events
from tailorbird.spine.events import Event
from tailorbird.spine.ids import ItemId, PersonId
from tests.makers import MINUTE, NOON_MS, an_event, an_item, an_order

PLAN = Vocabulary(known_events(["Quiz Finished"]))
SOMEBODY = PersonId("p_1")


def at(*history: Event, item: Item | None = None, **more: Any) -> Moment:
    """Return the moment of the last event of a history."""
    last = history[-1] if history else None
    return Moment(
        SOMEBODY,
        fold_many(EMPTY, history),
        now_ms=NOON_MS if last is None else last.occurred_at_ms,
        event=last,
        item=item,
        marks=sorted(marked(one) for one in history),
        **more,
    )


def slips(text: str, vocabulary: Vocabulary = PLAN) -> list[str]:
    return [slip.problem for slip in understood(text, vocabulary)[0]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("cart.valeu > 3", "`cart` has no field `valeu`; did you mean `value`?"),
        ("carts.value > 3", "there is no `carts`; did you mean `cart`?"),
        ("siz(cart.ids) > 3", "there is no function `siz`; did you mean `size`?"),
        ("cart.ids.exist(x, x == '')", "there is no function `exist`; did you mean `exists`?"),
        (
            'count("Product View", "1h") > 1',
            "there is no event 'Product View'; did you mean `Product Viewed`?",
        ),
        (
            'count("Product Viewed", "1y") > 1',
            "the window of `count`: '1y' is no length of time: write it like 30s, 15m, 1h or 7d",
        ),
        ("cart.value.cents > 3", "`cart.value` is a number and has no field `cents`"),
        ("cart.value", "a condition must say yes or no: compare it with something"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(text: str, problem: str) -> None:
    assert problem in slips(text)


@pytest.mark.parametrize("text", ["cart.value > '3'", "cart.value * 2 > 3", "item.title > 1"])
def test_types_that_do_not_fit_are_found_before_anything_happens(text: str) -> None:
    assert slips(text)[0].startswith("the types do not fit")


@pytest.mark.parametrize("text", ["", "cart.value >", "((((", '"open', "a..b", "(" * 31 + ")" * 31])
def test_what_is_no_expression_is_refused(text: str) -> None:
    assert slips(text)


def test_the_line_inside_a_text_of_several_lines_is_known() -> None:
    found = understood("cart.items > 0\n&& cart.valeu > 3\n", PLAN)[0]
    assert [slip.line for slip in found] == [1]


def test_a_condition_on_people_may_not_name_an_event() -> None:
    of_people = Vocabulary(PLAN.events, OF_PEOPLE)
    assert slips('event.name == "x"', of_people) == [
        "`event` means nothing here; there are person, session, cart"
    ]


def test_a_member_of_a_list_has_a_name_of_its_own() -> None:
    assert slips("cart.ids.exists(one, one.startsWith('tent') && one != '')") == []


def test_an_unsound_text_makes_no_condition() -> None:
    with pytest.raises(BadCondition, match="did you mean"):
        condition("cart.valeu > 3")


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    problems, found = understood(text, PLAN)
    assert bool(problems) is (found is None)


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_every_field_can_be_asked_of_somebody_unknown(root: str) -> None:
    nobody = Moment(SOMEBODY)
    assert {name: field.get(nobody) for name, field in ROOTS[root].items()}.keys() == ROOTS[
        root
    ].keys()


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_every_field_gives_what_its_type_says(root: str) -> None:
    tent = Item(ItemId("t"), price_minor=100_00, cost_minor=40_00, currency="EUR", stock=3)
    events = (
        an_event("Product Viewed", an_item("t", price=100)),
        an_event("Product Added", an_item("t", price=100), currency="EUR"),
        an_order(an_item("t", price=100), total=100, coupon="X"),
    )
    moment = at(*events, item=tent)
    kinds: dict[str, tuple[type, ...]] = {
        "number": (float, int),
        "whole number": (int,),
        "text": (str,),
        "yes or no": (bool,),
        "list": (list,),
        "map": (dict,),
        "time": (object,),
    }
    odd = {
        name: found
        for name, field in ROOTS[root].items()
        for found in [field.get(moment)]
        if found is not None and not isinstance(found, kinds[field.type])
    }
    assert odd == {}


def test_views_of_the_same_item_are_counted() -> None:
    views = [an_event("Product Viewed", an_item("t"), at=NOON_MS + n * MINUTE) for n in range(3)]
    text = 'count("Product Viewed", item, "1h") >= 3'
    assert (holds_at(condition(text), at(*views)), holds_at(condition(text), at(*views[:2]))) == (
        True,
        False,
    )


def test_views_of_other_items_are_not_counted() -> None:
    views = [an_event("Product Viewed", an_item(f"t{n}"), at=NOON_MS + n) for n in range(3)]
    assert not holds_at(condition('count("Product Viewed", item, "1h") >= 3'), at(*views))


def test_what_is_older_than_the_window_is_not_counted() -> None:
    views = [an_event("Product Viewed", an_item(), at=NOON_MS + n * 40 * MINUTE) for n in range(3)]
    assert not holds_at(condition('count("Product Viewed", "1h") >= 3'), at(*views))


def test_what_came_later_is_not_counted() -> None:
    marks = [marked(an_event(at=NOON_MS + n)) for n in range(5)]
    assert counted(marks, "Product Viewed", None, NOON_MS - 1, NOON_MS + 2) == 3


def test_one_text_may_count_several_things() -> None:
    found = condition('count("Cart Viewed", "1h") > 0 || count("Product Viewed", "2h") > 0')
    assert holds_at(found, at(an_event("Product Viewed", an_item())))


def test_the_cart_can_be_asked() -> None:
    added = an_event("Product Added", an_item("t", price=60, quantity=2), currency="EUR")
    assert holds_at(condition('cart.value == 120.0 && "t" in cart.ids'), at(added))


def test_a_comparison_with_nothing_does_not_hold() -> None:
    assert not holds_at(condition("person.days_since_order > 3"), at())


def test_an_entry_that_is_missing_does_not_hold_and_does_not_break() -> None:
    assert not holds_at(condition('event.properties.form == "checkout"'), at(an_event()))


def test_an_entry_of_a_map_can_be_asked() -> None:
    event = an_event("Form Field Errored", properties={"form": "checkout", "tries": 3})
    text = 'event.properties.form == "checkout" && event.properties["tries"] >= 2'
    assert holds_at(condition(text), at(event))


def test_a_number_past_64_bits_is_still_a_number() -> None:
    event = an_event(properties={"n": 2**80})
    assert holds_at(condition("event.properties.n > 1"), at(event))


class Seer:
    """Believes, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def purchase_probability(self, *_: object) -> float:
        self.asked += 1
        return 0.8

    def churn_probability(self, *_: object) -> float | None:
        return None

    def segments(self, *_: object) -> tuple[str, ...]:
        return ("vip",)


def test_a_probability_is_asked_for_once_and_only_where_it_is_named() -> None:
    seer = Seer()
    moment = at(an_event(), beliefs=seer)
    surroundings(needs_of([condition("cart.items > 0")]), moment)
    before = seer.asked
    likely = [condition(f"person.purchase_probability > 0.{n}") for n in range(3)]
    surroundings(needs_of(likely), moment)
    assert (before, seer.asked) == (0, 1)


def test_without_a_model_no_probability_is_above_anything() -> None:
    assert not holds_at(condition("person.churn_probability > 0.0"), at(an_event()))


def test_segments_can_be_asked() -> None:
    assert holds_at(condition('"vip" in person.segments'), at(an_event(), beliefs=Seer()))


CALLS = {
    "count": 'count("Product Viewed", "1h") == 0',
    "has": "!has(event.properties.x)",
    "size": 'size("abc") == 3',
    "int": 'int("3") == 3',
    "double": 'double("3.5") == 3.5',
    "string": 'string(3) == "3"',
    "duration": 'duration("1h") > duration("30m")',
    "timestamp": 'event.at < timestamp("2100-01-01T00:00:00Z")',
    "contains": '"abc".contains("b")',
    "startsWith": '"abc".startsWith("a")',
    "endsWith": '"abc".endsWith("c")',
    "matches": '"abc".matches("a.c")',
    "exists": '["a"].exists(x, x == "a")',
    "exists_one": '["a"].exists_one(x, x == "a")',
    "all": '["a"].all(x, x == "a")',
    "filter": '["a", "b"].filter(x, x == "a").size() == 1',
    "map": '["a"].map(x, x + "b") == ["ab"]',
    "getHours": "event.at.getHours() == 12",
    "getMinutes": "event.at.getMinutes() == 0",
    "getDayOfWeek": "event.at.getDayOfWeek() == 3",
    "getDayOfMonth": "event.at.getDayOfMonth() == 14",
    "getMonth": "event.at.getMonth() == 10",
    "getFullYear": "event.at.getFullYear() == 2023",
}


@pytest.mark.parametrize("name", sorted({*FUNCTIONS, *METHODS}))
def test_every_function_on_the_page_does_what_it_says(name: str) -> None:
    assert holds_at(condition(CALLS[name], PLAN), at(an_event("Cart Viewed")))
