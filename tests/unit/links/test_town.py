"""A town whose truth is known: who lives together differs, and a longer watch teaches more."""

import pytest

from tailorbird.links.comparing import compare
from tailorbird.links.crowd import Crowd, Owner
from tailorbird.links.exam import examine
from tailorbird.links.generated import make_town, told_by
from tailorbird.links.stays import Stays, sight_of
from tailorbird.spine.events import Context, Trace
from tailorbird.spine.ids import PersonId
from tests.makers import DAY, NOON_MS, an_event, an_item


def test_a_town_is_the_same_for_the_same_seed() -> None:
    assert told_by(make_town(40, 14, 3)) == told_by(make_town(40, 14, 3))


def test_who_lives_together_shares_a_network_and_a_country() -> None:
    town = make_town(400, 7, 1)
    homes: dict[int, set[str]] = {}
    for one in town.shoppers:
        homes.setdefault(town.homes.home(one.number), set()).add(one.place.country)
    assert all(len(countries) == 1 for countries in homes.values())
    assert any(
        len([one for one in town.shoppers if town.homes.home(one.number) == home]) > 1
        for home in homes
    )


def test_nobody_is_at_two_places_at_once() -> None:
    stays = Stays()
    for browser, user, network in (("a", None, "n1"), ("b", "u", "n2")):
        for minute in range(20):
            trace = Context(trace=Trace(network, "mobile ios safari"))
            at = NOON_MS + minute * 60_000
            stays.add(
                an_event(
                    "Product Viewed",
                    an_item(),
                    at=at,
                    context=trace,
                    anonymous_id=browser,
                    user_id=user,
                )
            )
    owners = {"a": Owner(PersonId("p_a")), "b": Owner(PersonId("p_u"), "u")}
    crowd = Crowd(stays.all(), owners)
    a, b = sight_of(crowd.stays["a"]), crowd.known["u"].sight()
    assert a is not None
    assert b is not None
    assert "together elsewhere" in compare("a", a, "u", b, crowd)


def test_a_login_ends_a_stay_so_that_what_came_before_is_the_anonymous_part() -> None:
    stays = Stays()
    for minute, user in enumerate((None, None, "u")):
        trace = Context(trace=Trace("n", "mobile ios safari"))
        stays.add(an_event(at=NOON_MS + minute * 60_000, context=trace, user_id=user))
    assert [one.user_id for one in stays.all()["a1"]] == [None, "u"]


def test_what_is_older_than_the_window_is_forgotten() -> None:
    stays = Stays()
    stays.add(an_event(context=Context(trace=Trace("n", "mobile ios safari"))))
    stays.prune(NOON_MS + DAY)
    assert len(stays) == 0


@pytest.mark.long
def test_links_are_as_precise_as_is_asked_in_a_town_that_nothing_was_chosen_on() -> None:
    marks = examine(4_000, 90, 31).marks
    assert sum(one.links for one in marks) > 50
    for one in marks:
        assert one.right >= (one.asked - 0.12) * one.links
