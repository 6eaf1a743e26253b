"""The small parts of a profile: tallies, presence, reach, and what folding keeps beside them."""

from collections.abc import Iterator

import pytest

from tailorbird.profile.fold import fold, fold_many
from tailorbird.profile.newest import Stamped, later, latest
from tailorbird.profile.presence import ABSENT, DAYS_KEPT, Arrival, hour_of_week, see
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.profile.reach import hear
from tailorbird.profile.tallies import OTHER, Tallies, Tally, count, join_tallies, last_of
from tailorbird.spine.events import Context, Event
from tests.makers import DAY, HOUR, MINUTE, NOON_MS, an_event, an_item


def after(*history: Event) -> Profile:
    return fold_many(EMPTY, history)


# Tallies


def test_a_tally_knows_how_often_and_when_last() -> None:
    profile = after(an_event("Feature Used", at=NOON_MS), an_event("Feature Used", at=0))
    assert profile.tallies == {"Feature Used": Tally(2, NOON_MS)}


def test_names_past_the_limit_share_a_tally_and_none_is_lost() -> None:
    tallies: Tallies = {}
    for name in ("d", "c", "Product Viewed", "b", "a", "d", "a"):
        tallies = count(tallies, name, NOON_MS, keep=3)
    assert tallies == {
        "Product Viewed": Tally(1, NOON_MS),
        "a": Tally(2, NOON_MS),
        "b": Tally(1, NOON_MS),
        OTHER: Tally(3, NOON_MS),
    }


def test_tallies_past_the_limit_merge_as_they_fold() -> None:
    names = ["d", "c", "b", "a", "d", "e", "a"]
    halves: list[Tallies] = [{}, {}]
    whole: Tallies = {}
    for number, name in enumerate(names):
        halves[number % 2] = count(halves[number % 2], name, NOON_MS, keep=2)
        whole = count(whole, name, NOON_MS, keep=2)
    assert join_tallies(halves[0], halves[1], keep=2) == whole


def test_what_never_happened_has_no_last_time() -> None:
    assert last_of({}, "Product Viewed") is None


# Presence


def test_weeks_begin_on_monday_at_midnight() -> None:
    assert hour_of_week(NOON_MS) == 2 * 24 + 12


def test_what_is_done_to_somebody_is_no_visit() -> None:
    for name in ("Message Sent", "Order Refunded", "Segment Entered", "Email Bounced"):
        assert after(an_event(name)).presence == ABSENT


def test_the_circumstances_said_last_stand_and_silence_changes_nothing() -> None:
    said = [
        an_event(at=NOON_MS + DAY, context=Context(device="mobile")),
        an_event(at=NOON_MS, context=Context(device="desktop", country="DE")),
        an_event(at=NOON_MS + 2 * DAY),
    ]
    presence = after(*said).presence
    assert presence.device == Stamped(NOON_MS + DAY, "mobile")
    assert presence.country == Stamped(NOON_MS, "DE")


def test_the_first_and_the_last_known_way_in_are_kept() -> None:
    ways = [
        an_event(at=NOON_MS + DAY, context=Context(channel="email", campaign="spring")),
        an_event(at=NOON_MS, context=Context(channel="social")),
        an_event(at=NOON_MS + 2 * DAY, context=Context(referrer="the.shop")),
    ]
    presence = after(*ways).presence
    assert presence.first_arrival == Arrival(NOON_MS, "social")
    assert presence.last_arrival == Arrival(NOON_MS + DAY, "email", "spring")


def test_days_with_activity_are_counted_once_in_any_order() -> None:
    presence = ABSENT
    for day in (3, 1, 3, 1, 2):
        presence = see(presence, an_event(at=NOON_MS + day * DAY))
    first = NOON_MS // DAY
    assert presence.days == (first + 1, first + 2, first + 3)


def test_the_newest_days_are_kept() -> None:
    days = [an_event(at=NOON_MS + day * DAY) for day in range(DAYS_KEPT + 3)]
    presence = after(*reversed(days)).presence
    assert len(presence.days) == DAYS_KEPT
    assert presence.days[0] == NOON_MS // DAY + 3


# Reach


@pytest.mark.parametrize(
    ("event", "channel", "outcome"),
    [
        (an_event("Email Link Clicked"), "email", "clicked"),
        (an_event("Push Notification Tapped"), "push", "clicked"),
        (an_event("Message Opened", properties={"channel": "sms"}), "sms", "opened"),
        (an_event("Message Opened", properties={"channel": "pigeon"}), "other", "opened"),
        (an_event("Message Opened"), "other", "opened"),
        (an_event("Email Marked as Spam"), "email", "complained"),
        (an_event("Unsubscribed", properties={"channel": "email"}), "email", "unsubscribed"),
    ],
)
def test_a_message_event_counts_for_its_channel(event: Event, channel: str, outcome: str) -> None:
    assert hear({}, event)[channel].outcomes == {outcome: 1}


def test_only_opening_and_clicking_tell_the_hour() -> None:
    profile = after(an_event("Email Delivered"), an_event("Email Opened", at=NOON_MS + HOUR))
    assert profile.reach["email"].hours == {hour_of_week(NOON_MS + HOUR): 1}
    assert profile.reach["email"].last_engaged_ms == NOON_MS + HOUR


# The rest


def test_a_dismissed_item_is_remembered_with_its_last_time() -> None:
    dismissals = [
        an_event("Recommendation Dismissed", an_item("a"), at=NOON_MS + age) for age in (MINUTE, 0)
    ]
    assert after(*dismissals).dismissed == {"a": NOON_MS + MINUTE}


def test_entered_payment_methods_are_counted() -> None:
    profile = after(
        an_event("Payment Info Entered", properties={"payment_method": "card"}),
        an_event("Payment Info Entered", properties={"payment_method": "card"}),
        an_event("Payment Info Entered"),
    )
    assert profile.payments == {"card": Tally(2, NOON_MS)}


def ticket(state: str, minute: int) -> Event:
    at = NOON_MS + minute * MINUTE
    return an_event(f"Ticket {state}", at=at, properties={"ticket_id": 7})


def test_a_ticket_is_as_last_said_even_when_told_late() -> None:
    assert after(ticket("Closed", 5), ticket("Opened", 1)).tickets["7"].text == "closed"
    assert after(ticket("Closed", 5), ticket("Opened", 9)).tickets["7"].text == "open"


def test_accounts_come_from_groups_and_from_any_event_that_names_one() -> None:
    profile = after(
        an_event("Grouped", kind="group", group_id="acme"),
        an_event("Feature Used", group_id="globex", at=NOON_MS + DAY),
    )
    assert profile.accounts == {"acme": NOON_MS, "globex": NOON_MS + DAY}


def test_a_split_is_not_the_persons_doing() -> None:
    assert fold(EMPTY, an_event("Split", kind="split")) == EMPTY


def test_a_history_may_be_any_iterable() -> None:
    def history() -> Iterator[Event]:
        yield an_event()

    assert fold_many(EMPTY, history()).tallies["Product Viewed"].count == 1


def test_the_later_of_two_stands() -> None:
    assert later(None, 1) == later(1, None) == later(1, 0) == 1
    assert latest(Stamped(5, "a"), 5, "b") == Stamped(5, "b")
    assert latest(Stamped(5, "a"), 4, "b") == Stamped(5, "a")
