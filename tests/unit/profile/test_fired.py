"""What the engine itself says of somebody is kept, but is nothing that they did."""

from tailorbird.profile.fold import fold
from tailorbird.profile.profile import EMPTY, Profile
from tests.makers import HOUR, NOON_MS, an_event, an_item


def fired(profile: Profile = EMPTY, at: int = NOON_MS, source: str = "tailorbird:rules") -> Profile:
    event = an_event("Rule Fired", at=at, source=source, properties={"rule": "cart_abandoned"})
    return fold(profile, event)


def test_the_last_time_a_rule_fired_is_known() -> None:
    assert fired(fired(at=NOON_MS + HOUR)).fired == {"cart_abandoned": NOON_MS + HOUR}


def test_a_rule_that_fires_is_no_visit() -> None:
    seen = fold(EMPTY, an_event("Product Viewed", an_item()))
    assert fired(seen, at=NOON_MS + HOUR).presence == seen.presence


def test_nobody_else_can_say_that_a_rule_fired() -> None:
    assert fired(source="k_123").fired == {}
