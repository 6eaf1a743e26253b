"""The stories that the explanations tell happen as they are told."""

import re
from pathlib import Path

import pytest
from tools.pages import DOCS

from tailorbird.decide import moment
from tailorbird.decide.placements import Placement
from tailorbird.identity import resolve as rules
from tailorbird.identity.graph import Rule
from tailorbird.identity.resolve import Graph, resolve
from tailorbird.predict import complements, features, fitting, standing
from tailorbird.profile.affinity import LONG_HALF_LIFE_MS, SHORT_HALF_LIFE_MS, WEIGHTS
from tailorbird.spine.clock import DAY_MS, MINUTE_MS
from tailorbird.spine.events import WISHLISTED, Event, LoggedEvent
from tailorbird.spine.ids import PersonId, anonymous_key, person_from, user_key

IDENTITY = DOCS / "explain" / "how-identity-works.md"
FOLDING = DOCS / "explain" / "how-profiles-fold.md"
RANKING = DOCS / "explain" / "how-ranking-works.md"

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


def test_half_lives_and_weights_of_leanings_are_those_of_the_page() -> None:
    page = words_of(FOLDING)
    assert (SHORT_HALF_LIFE_MS, LONG_HALF_LIFE_MS) == (30 * MINUTE_MS, 30 * DAY_MS)
    assert "two half-lives: 30 minutes, as long as the pause that ends a visit, and 30 days" in page
    said = {"click": 0.5, "view": 1.0, "wish": 2.0, "into the cart": 3.0, "an order": 5.0}
    done = ("Product Clicked", "Product Viewed", WISHLISTED, "Product Added", "Order Completed")
    assert [WEIGHTS[name] for name in done] == list(said.values())
    assert "a click 0.5, a view 1, a wish 2, into the cart 3, an order 5" in page


@pytest.mark.parametrize(
    ("sentence", "is_so"),
    [
        ("the 16 strongest leanings", moment.STRONGEST_LEANINGS == 16),
        ("`lean` is the placement's, 0.6 by default", Placement(name="any").lean == 0.6),
        ("(24 features, 32 and 16 units", features.WIDTH == 24),
        ("fewer than 350 questions", fitting.LEAST_ASKED == 350),
        ("half-lives of 14 days and 1 day", standing.LONG_HALF_LIFE_S == 14 * 86_400),
        ("half-lives of 14 days and 1 day", standing.SHORT_HALF_LIFE_S == 86_400),
        ("Poisson test at 1 %", complements.Pairing().significance == 0.01),
        ("(√(nᵢ·nⱼ) + 5)", complements.Pairing().shrinkage == 5.0),
        ("one narrow category count a fifth", complements.Pairing().same_leaf_weight == 0.2),
    ],
)
def test_the_numbers_of_ranking_are_those_of_the_page(sentence: str, is_so: bool) -> None:
    assert sentence in words_of(RANKING)
    assert is_so


def words_of(page: Path) -> str:
    """Return a page's words with one space between them."""
    return " ".join(page.read_text("utf-8").split())
