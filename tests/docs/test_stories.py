"""The stories that the explanations tell happen as they are told."""

import re

from tools.pages import DOCS

from tailorbird.identity import resolve as rules
from tailorbird.identity.graph import Rule
from tailorbird.identity.resolve import Graph, resolve
from tailorbird.profile.affinity import LONG_HALF_LIFE_MS, SHORT_HALF_LIFE_MS, WEIGHTS
from tailorbird.spine.clock import DAY_MS, MINUTE_MS
from tailorbird.spine.events import Event, LoggedEvent
from tailorbird.spine.ids import PersonId, anonymous_key, person_from, user_key

IDENTITY = DOCS / "explain" / "how-identity-works.md"
FOLDING = DOCS / "explain" / "how-profiles-fold.md"

# The table "An example": who is on the browser a1, event after event.
ON_A1: tuple[str | None, ...] = (None, None, "anna", None, "ben", None, "anna")


def the_story() -> tuple[Graph, list[PersonId]]:
    """Return the graph after the story, and whose each event was."""
    graph = Graph({}, {})
    whose = []
    for number, user in enumerate(ON_A1, 1):
        event = Event(
            kind="track",
            name="Product Viewed",
            message_id=str(number),
            source="test",
            occurred_at_ms=number * MINUTE_MS,
            received_at_ms=number * MINUTE_MS,
            anonymous_id="a1",
            user_id=user,
        )
        whose.append(resolve(graph, LoggedEvent(number, event)).person)
    return graph, whose


def test_each_event_of_the_identity_example_is_whose_the_table_says() -> None:
    _, whose = the_story()
    anonymous, anna, ben = (
        person_from(key) for key in (anonymous_key("a1"), user_key("anna"), user_key("ben"))
    )
    apart = person_from(anonymous_key("a1"), generation=1)
    assert whose == [anonymous, anonymous, anna, anna, ben, apart, anna]


def test_the_example_refuses_the_second_user_with_evidence() -> None:
    graph, whose = the_story()
    refused = graph.node(whose[4]).joinings
    assert [(one.rule, one.message_id) for one in refused] == [(Rule.REFUSED_TWO_USERS, "5")]


def test_the_table_of_rules_is_the_one_of_the_code() -> None:
    rows = re.findall(r"^\|.*\|$", rules.__doc__ or "", re.M)
    page = IDENTITY.read_text("utf-8")
    assert len(rows) > 5
    assert [row for row in rows if row not in page] == []


def test_half_lives_and_weights_are_those_of_the_page() -> None:
    page = FOLDING.read_text("utf-8")
    assert SHORT_HALF_LIFE_MS == 30 * MINUTE_MS
    assert "30 minutes, as long as the pause" in " ".join(page.split())
    assert LONG_HALF_LIFE_MS == 30 * DAY_MS
    assert "a click 0.5, a view 1, a wish 2, into the cart 3, an order 5" in " ".join(page.split())
    assert [WEIGHTS[name] for name in ("Product Clicked", "Product Viewed", "Product Added")] == [
        0.5,
        1.0,
        3.0,
    ]
