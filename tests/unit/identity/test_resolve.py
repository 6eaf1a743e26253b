"""The rules of identity, one by one."""

import pytest

from tailorbird.identity.graph import MOST_ANONYMOUS_IDS, Rule
from tailorbird.identity.resolve import Graph, resolve
from tailorbird.spine.events import LoggedEvent
from tailorbird.spine.ids import PersonId, anonymous_key, person_from, user_key
from tests.makers import DAY, NOON_MS, an_event


class Story:
    """What happens, told to an empty graph."""

    def __init__(self) -> None:
        self.graph = Graph({}, {})
        self._offset = 0

    def tell(self, user: str | None = None, browser: str | None = None, day: float = 0) -> PersonId:
        """Let a user, a browser or both do something; return whose it is."""
        event = an_event("Looked", user_id=user, anonymous_id=browser, at=NOON_MS + int(day * DAY))
        return self._told(LoggedEvent(self._next(), event))

    def alias(self, user: str, previous: str) -> PersonId:
        """Let a user say who they were before."""
        event = an_event(
            "Aliased", kind="alias", user_id=user, anonymous_id=None, previous_id=previous
        )
        return self._told(LoggedEvent(self._next(), event))

    def rules(self, user: str) -> list[Rule]:
        """Return the rules by which browsers were joined to a user, or not."""
        link = self.graph.link(user_key(user))
        assert link is not None
        return [join.rule for join in self.graph.node(link.person).joinings]

    def _next(self) -> int:
        self._offset += 1
        return self._offset

    def _told(self, logged: LoggedEvent) -> PersonId:
        return resolve(self.graph, logged).person


@pytest.fixture
def story() -> Story:
    """Nothing has happened."""
    return Story()


def test_a_user_is_one_person_ever_after(story: Story) -> None:
    assert story.tell("u1") == story.tell("u1", day=900)


def test_a_browser_is_a_person_of_its_own(story: Story) -> None:
    assert story.tell(browser="b1") != story.tell(browser="b2")


def test_a_browser_that_comes_back_in_time_is_the_same_person(story: Story) -> None:
    assert story.tell(browser="b1") == story.tell(browser="b1", day=30)


def test_a_browser_that_comes_back_later_is_somebody_new(story: Story) -> None:
    assert story.tell(browser="b1") != story.tell(browser="b1", day=30.01)


def test_each_visit_prolongs_the_window(story: Story) -> None:
    people = {story.tell(browser="b1", day=day) for day in (0, 20, 40, 60)}
    assert len(people) == 1


def test_a_late_event_does_not_shorten_the_window(story: Story) -> None:
    first = story.tell(browser="b1", day=20)
    story.tell(browser="b1", day=0)
    assert story.tell(browser="b1", day=45) == first


def test_a_login_makes_browser_and_user_one(story: Story) -> None:
    story.tell(browser="b1")
    user = story.tell("u1", "b1")
    assert story.tell(browser="b1") == user


def test_a_login_absorbs_the_browsers_person(story: Story) -> None:
    anonymous = story.tell(browser="b1")
    user = story.tell("u1", "b1")
    assert story.graph.node(anonymous).absorbed_by == user


def test_a_login_after_the_window_does_not_absorb_who_was_there_before(story: Story) -> None:
    stranger = story.tell(browser="b1")
    story.tell("u1", "b1", day=31)
    assert story.graph.node(stranger).absorbed_by is None


def test_a_user_has_many_browsers(story: Story) -> None:
    people = {story.tell("u1", f"b{number}") for number in range(5)}
    assert len(people) == 1


def test_a_second_user_on_a_browser_makes_it_nobodys(story: Story) -> None:
    one, other = story.tell("u1", "b1"), story.tell("u2", "b1")
    assert story.tell(browser="b1") not in {one, other}


def test_a_shared_browser_stays_nobodys(story: Story) -> None:
    story.tell("u1", "b1")
    story.tell("u2", "b1")
    story.tell("u1", "b1")
    assert story.rules("u1")[-1] is Rule.REFUSED_TWO_USERS


def test_what_a_user_does_on_a_shared_browser_is_theirs(story: Story) -> None:
    one = story.tell("u1", "b1")
    story.tell("u2", "b1")
    assert story.tell("u1", "b1") == one


def test_a_shared_browser_stays_shared_after_the_window(story: Story) -> None:
    story.tell("u1", "b1")
    story.tell("u2", "b1")
    story.tell(browser="b1", day=99)
    anonymous = story.tell(browser="b1", day=99)
    story.tell("u1", "b1", day=99)
    assert story.graph.node(anonymous).absorbed_by is None


def test_the_same_refusal_is_noted_once(story: Story) -> None:
    story.tell("u1", "b1")
    for _ in range(5):
        story.tell("u2", "b1")
    assert story.rules("u2") == [Rule.REFUSED_TWO_USERS]


def test_an_alias_joins_the_browser_that_the_user_was(story: Story) -> None:
    anonymous = story.tell(browser="b1")
    user = story.alias("u1", "b1")
    assert story.graph.node(anonymous).absorbed_by == user


def test_an_alias_does_not_join_two_users(story: Story) -> None:
    one = story.tell("u1")
    assert story.alias("u2", "u1") != one


def test_a_user_has_at_most_a_hundred_browsers(story: Story) -> None:
    for number in range(MOST_ANONYMOUS_IDS + 1):
        story.tell("u1", f"b{number}")
    assert story.rules("u1")[-1] is Rule.REFUSED_LIMIT


def test_a_browser_beyond_the_limit_is_its_own(story: Story) -> None:
    for number in range(MOST_ANONYMOUS_IDS):
        story.tell("u1", f"b{number}")
    own = story.tell(browser="b-last")
    story.tell("u1", "b-last")
    assert story.tell(browser="b-last") == own


def test_a_person_has_the_same_id_on_every_replay(story: Story) -> None:
    assert story.tell(browser="b1") == person_from(anonymous_key("b1"))
