"""Laws of the links that are only probable, and of what was denied by hand."""

import pytest

from tailorbird.links.finding import Link
from tailorbird.links.ports import Denial, Standing
from tailorbird.spine.ids import IdentifierKey, PersonId, anonymous_key, user_key
from tests.laws.conftest import Backend, Opener

MARK = "zq7-somebody"
LAPTOP, ANNA = anonymous_key(f"{MARK}-laptop"), user_key(f"{MARK}-anna")
TABLET, BERT = anonymous_key("tablet"), user_key("bert")
STANDING = Standing(basis="learned", why="Forty logins.", at_ms=7)


def a_link(browser: IdentifierKey = LAPTOP, user: IdentifierKey = ANNA, sure: float = 0.9) -> Link:
    return Link(browser, user, PersonId("p_1"), PersonId("p_2"), sure, (), 5)


def a_denial(browser: IdentifierKey = LAPTOP, user: IdentifierKey = ANNA) -> Denial:
    return Denial(browser, user, 9, "k_1")


def filled(backend: Backend) -> Backend:
    """Return the backend with two links and two denials of two pairs."""
    backend.run(backend.links.put([a_link(), a_link(TABLET, BERT)], STANDING))
    for pair in ((LAPTOP, BERT), (TABLET, ANNA)):
        backend.run(backend.links.deny(a_denial(*pair)))
    return backend


def test_links_and_what_they_rest_on_outlast_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.links.put([a_link()], STANDING))
    second = opener()
    kept = second.run(second.links.kept())
    assert (kept.links, kept.standing) == ((a_link(),), STANDING)


def test_the_surest_link_comes_first(backend: Backend) -> None:
    backend.run(backend.links.put([a_link(sure=0.8), a_link(TABLET, BERT, 0.9)], STANDING))
    assert [one.user for one in backend.run(backend.links.kept()).links] == [BERT, ANNA]


def test_a_round_replaces_all_links_of_the_one_before(backend: Backend) -> None:
    backend.run(backend.links.put([a_link()], STANDING))
    backend.run(backend.links.put([a_link(TABLET, BERT)], STANDING))
    assert [one.browser for one in backend.run(backend.links.kept()).links] == [TABLET]


def test_a_denial_takes_the_link_away_and_outlasts_the_next_round(backend: Backend) -> None:
    backend.run(backend.links.put([a_link()], STANDING))
    backend.run(backend.links.deny(a_denial()))
    gone = backend.run(backend.links.kept()).links
    backend.run(backend.links.put([], STANDING))
    assert (gone, backend.run(backend.links.kept()).denials) == ((), (a_denial(),))


def test_a_denial_outlasts_a_restart(opener: Opener) -> None:
    first = opener()
    first.run(first.links.deny(a_denial()))
    second = opener()
    assert second.run(second.links.kept()).denials == (a_denial(),)


def test_a_denial_that_is_taken_back_is_gone_and_others_stay(opener: Opener) -> None:
    first = opener()
    first.run(first.links.deny(a_denial()))
    first.run(first.links.deny(a_denial(TABLET, BERT)))
    first.run(first.links.allow(LAPTOP, ANNA))
    second = opener()
    assert second.run(second.links.kept()).denials == (a_denial(TABLET, BERT),)


def test_a_weeks_key_is_the_same_until_the_week_ends(opener: Opener) -> None:
    first = opener()
    key = first.run(first.links.key(1))
    second = opener()
    assert second.run(second.links.key(1)) == key != second.run(second.links.key(2))


def test_the_key_of_another_week_is_written_nowhere(backend: Backend) -> None:
    key = backend.run(backend.links.key(1))
    backend.run(backend.links.key(2))
    assert key not in backend.written()


@pytest.mark.parametrize("key", [LAPTOP, ANNA])
def test_each_side_is_shown_its_links_and_denials(backend: Backend, key: IdentifierKey) -> None:
    found = filled(backend).run(backend.links.export([key]))
    assert sorted(str(one["kind"]) for one in found) == ["denial", "link"]


@pytest.mark.parametrize("key", [LAPTOP, ANNA])
def test_erasing_a_side_takes_its_links_and_denials(backend: Backend, key: IdentifierKey) -> None:
    assert filled(backend).run(backend.links.erase([key])) == 2


def test_erasing_leaves_what_is_of_others(backend: Backend) -> None:
    filled(backend).run(backend.links.erase([LAPTOP, ANNA]))
    kept = backend.run(backend.links.kept())
    assert (kept.links, kept.denials) == ((a_link(TABLET, BERT),), ())


def test_erasing_both_sides_leaves_no_byte_of_their_names(backend: Backend) -> None:
    filled(backend).run(backend.links.erase([LAPTOP, ANNA]))
    assert MARK.encode() not in backend.written()
