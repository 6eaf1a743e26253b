"""Intent: each row of the stage table, what the visit is about, and the words for it."""

import pytest

from tailorbird.profile.fold import fold_many
from tailorbird.profile.intent import Intent, Stage, intent
from tailorbird.profile.profile import EMPTY
from tailorbird.spine.events import Event, LineItem
from tailorbird.spine.ids import ItemId
from tests.makers import DAY, HOUR, MINUTE, NOON_MS, an_event, an_item, an_order


def at(minute: int, name: str, *items: LineItem, query: str | None = None) -> Event:
    return an_event(name, *items, at=NOON_MS + minute * MINUTE, query=query)


def saw(minute: int, item: str, category: str | None = "Camping > Tents") -> Event:
    return at(minute, "Product Viewed", an_item(item, category=category))


def intent_after(*history: Event, pause: int = MINUTE) -> Intent:
    last_ms = max((event.occurred_at_ms for event in history), default=NOON_MS)
    return intent(fold_many(EMPTY, history), last_ms + pause)


ADDED = at(1, "Product Added", an_item("a"))
ORDERED = an_order(an_item("a"), at=NOON_MS + 4 * MINUTE)

TABLE = {
    "nobody has been here": (Stage.ARRIVING, []),
    "only a page was seen": (Stage.ARRIVING, [an_event("Page Viewed", kind="page")]),
    "a list was looked at": (Stage.BROWSING, [at(0, "Product List Viewed", an_item("a"))]),
    "something was searched for": (Stage.BROWSING, [at(0, "Products Searched", query="tent")]),
    "one item was seen": (Stage.BROWSING, [saw(0, "a")]),
    "two items were seen": (Stage.BROWSING, [saw(0, "a"), saw(1, "b")]),
    "three items of three kinds were seen": (
        Stage.BROWSING,
        [
            at(0, "Product Viewed", an_item("a", category="Camping", brand="msr")),
            at(1, "Product Viewed", an_item("b", category="Climbing", brand="petzl")),
            at(2, "Product Viewed", an_item("c", category="Books", brand=None)),
        ],
    ),
    "three items of one kind were seen": (
        Stage.RESEARCHING,
        [saw(0, "a"), saw(1, "b"), saw(2, "c")],
    ),
    "two were seen after a search": (
        Stage.RESEARCHING,
        [at(0, "Products Searched", query="tent"), saw(1, "a"), saw(2, "b")],
    ),
    "an item of an earlier visit was seen again": (
        Stage.RESEARCHING,
        [saw(-90, "a"), saw(0, "a")],
    ),
    "an item was gone back to": (Stage.COMPARING, [saw(0, "a"), saw(1, "b"), saw(2, "a")]),
    "an item was only reloaded": (Stage.BROWSING, [saw(0, "a"), saw(1, "a")]),
    "something was put into the cart": (Stage.CART, [saw(0, "a"), ADDED]),
    "it was taken out again": (
        Stage.BROWSING,
        [saw(0, "a"), ADDED, at(2, "Product Removed", an_item("a"))],
    ),
    "checkout began": (Stage.CHECKOUT, [ADDED, at(3, "Checkout Started")]),
    "payment was entered": (Stage.CHECKOUT, [ADDED, at(3, "Payment Info Entered")]),
    "an order was placed": (Stage.JUST_BOUGHT, [ADDED, at(3, "Checkout Started"), ORDERED]),
    "more was looked at after the order": (Stage.JUST_BOUGHT, [ORDERED, saw(5, "b")]),
    "more was put into the cart after the order": (
        Stage.CART,
        [ORDERED, at(6, "Product Added", an_item("b"))],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_stage_when(case: str) -> None:
    stage, history = TABLE[case]
    assert intent_after(*history).stage is stage


def test_a_full_cart_of_an_earlier_visit_is_not_the_stage_of_this_one() -> None:
    assert intent_after(ADDED, an_event("Page Viewed", kind="page", at=NOON_MS + DAY)).stage is (
        Stage.ARRIVING
    )


def test_who_comes_back_after_a_break_is_taken_to_want_what_they_leaned_to() -> None:
    views = [saw(minute, f"i{minute}") for minute in range(4)]
    back = intent_after(*views, pause=12 * DAY)
    assert back.stage is Stage.ARRIVING
    assert back.subject is not None
    assert back.subject.category == "Camping > Tents"
    assert back.evidence == (
        "was here 12 days ago",
        "leans to Camping > Tents by msr (100% in the long run)",
    )


def test_who_arrives_again_is_also_told_by_what_they_leaned_to() -> None:
    page = an_event("Page Viewed", kind="page", at=NOON_MS + DAY)
    assert intent_after(saw(0, "a"), page).evidence == (
        "leans to Camping > Tents by msr (100% in the long run)",
    )


def test_where_only_brands_are_known_they_are_leant_to() -> None:
    item = LineItem(id=ItemId("a"), facets=("brand:msr",))
    back = intent_after(at(0, "Product Viewed", item), pause=HOUR)
    assert back.subject is not None
    assert back.subject.words() == "msr"


def test_of_a_stranger_nothing_is_claimed() -> None:
    assert intent(EMPTY, NOON_MS) == Intent(Stage.ARRIVING)


def test_the_subject_is_the_deepest_category_that_explains_most_of_the_visit() -> None:
    tents = [saw(minute, f"t{minute}") for minute in range(4)]
    found = intent_after(*tents, saw(4, "s", "Camping > Stoves")).subject
    assert found is not None
    assert found.category == "Camping > Tents"
    mixed = intent_after(*tents[:2], saw(2, "s", "Camping > Stoves"), saw(3, "r", "Camping > Rope"))
    assert mixed.subject is not None
    assert mixed.subject.category == "Camping"


def test_the_brand_is_the_subject_where_no_category_dominates() -> None:
    visit = [saw(0, "a"), saw(1, "b", "Climbing > Ropes"), saw(2, "c", "Books > Maps")]
    found = intent_after(*visit).subject
    assert found is not None
    assert (found.category, found.brand) == (None, "msr")


def test_where_nothing_dominates_the_heaviest_is_named_with_little_confidence() -> None:
    visit = [
        at(
            number,
            "Product Viewed",
            an_item(f"i{number}", category=f"C{number}", brand=f"b{number}"),
        )
        for number in range(4)
    ]
    found = intent_after(*visit)
    assert found.subject is not None
    assert found.subject.category == "C3"
    assert found.confidence < 0.2


def test_where_only_ids_are_known_the_item_is_the_subject() -> None:
    found = intent_after(at(0, "Product Viewed", LineItem(id=ItemId("a")))).subject
    assert found is not None
    assert found.items == ("a",)
    assert found.words() == "one item"


def test_what_was_bought_is_of_the_kind_that_was_looked_at() -> None:
    found = intent_after(saw(0, "a"), ORDERED).subject
    assert found is not None
    assert found.category == "Camping > Tents"


def test_words_searched_for_are_the_subject_until_something_is_touched() -> None:
    found = intent_after(at(0, "Products Searched", query="Trail Tent"))
    assert found.subject is not None
    assert found.subject.words() == '"trail tent"'
    assert found.evidence == ('searched for "trail tent"',)


def test_confidence_grows_with_what_there_is_to_go_by() -> None:
    one = intent_after(saw(0, "a")).confidence
    many = intent_after(*(saw(minute, f"i{minute}") for minute in range(9))).confidence
    assert (one, many) == (0.5, 0.9)


def test_the_evidence_is_said_in_plain_words() -> None:
    rival = at(6, "Product Viewed", an_item("c", brand="vaude"))
    visit = [saw(0, "a"), saw(2, "b"), ADDED, rival, at(7, "Checkout Started")]
    assert intent_after(*visit).evidence == (
        "began to check out 1 minute ago",
        "has 1 item in the cart",
        "looked at 3 items in Camping > Tents in 6 minutes",
        "2 of them by msr",
    )


def test_one_item_needs_no_count() -> None:
    assert intent_after(saw(0, "a")).evidence == ("looked at 1 item in Camping > Tents by msr",)


def test_an_order_is_the_first_evidence() -> None:
    assert intent_after(ORDERED, pause=30_000).evidence[0] == "ordered less than a minute ago"


def test_brands_are_written_in_the_evidence_as_they_are_spelled() -> None:
    looked = an_event("Product Viewed", an_item("tent"))
    found = intent(fold_many(EMPTY, [looked]), NOON_MS, str.upper)
    assert found.evidence == ("looked at 1 item in Camping > Tents by MSR",)
    assert found.subject is not None
    assert found.subject.brand == "msr"
