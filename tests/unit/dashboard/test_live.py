"""Live: an event that was collected is on the screen at once; streams end when they should."""

import pytest

from tailorbird.spine.clock import HOUR_MS
from tests.unit.dashboard.visiting import Site, viewed


@pytest.fixture
def open_site(site: Site) -> Site:
    """Return a site with one item, and somebody signed in."""
    site.sell({"id": "tent-1", "title": "Trail tent"})
    site.sign_in()
    return site


def test_an_event_is_told_as_it_is_folded(open_site: Site) -> None:
    live = open_site.listen("/live")
    open_site.track(viewed("tent-1"))
    assert "Trail tent" in live.until("happening").text
    live.hang_up()


def test_what_is_told_is_escaped(open_site: Site) -> None:
    live = open_site.listen("/live")
    open_site.sell({"id": "tent-1", "title": "<script>alert(1)</script>"})
    open_site.track(viewed("tent-1"))
    assert "<script" not in live.until("happening").text
    live.hang_up()


def test_the_vital_signs_follow(open_site: Site) -> None:
    live = open_site.listen("/live")
    assert "Alive" in live.until("vitals").text
    live.hang_up()


def test_who_comes_back_hears_what_they_missed_and_nothing_twice(open_site: Site) -> None:
    open_site.track(viewed("tent-1", who="first"), viewed("tent-1", who="second"))
    first, second = (one.offset for one in reversed(open_site.shop.feed.latest()))
    live = open_site.listen(f"/live?after={first}")
    assert live.until("happening").id == str(second)
    live.hang_up()


def test_a_stream_of_one_person_tells_of_nobody_else(open_site: Site) -> None:
    open_site.track(viewed(who="a1"))
    live = open_site.listen("/live?person=anonymous:a1&after=1")
    open_site.track(viewed(who="a2"), viewed(who="a1"))
    assert live.until("happening").id == "3"
    live.hang_up()


def test_a_stream_ends_when_the_server_stops(open_site: Site) -> None:
    live = open_site.listen("/live")
    open_site.shop.feed.end()
    assert live.all().endswith("event: end\ndata: \n\n")


def test_a_stream_ends_with_the_session(open_site: Site) -> None:
    live = open_site.listen("/live")
    open_site.later(12 * HOUR_MS)
    open_site.track(viewed())
    assert "event: end" in live.all()


def test_who_leaves_is_no_longer_told(open_site: Site) -> None:
    live = open_site.listen("/live")
    live.hang_up()
    assert not open_site.shop.feed.viewers


def test_a_stream_is_guarded_by_the_same_headers(open_site: Site) -> None:
    live = open_site.listen("/live")
    names = {name for name, _ in live.begun["headers"]}
    assert {b"content-security-policy", b"x-content-type-options"} <= names
    live.hang_up()


def test_an_erased_person_is_gone_from_the_feed(open_site: Site) -> None:
    open_site.track(viewed(who="a1"))
    keys = open_site.shop.feed.latest()[0].person
    open_site.shop.feed.forget(keys)
    assert not open_site.shop.feed.latest()
