"""What is worked out of a person for one answer is worked out once, and only if somebody asks."""

from collections.abc import Sequence

from tailorbird.decide.portrait import Portrait
from tailorbird.features.moment import Moment
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.spine.ids import PersonId
from tests.makers import NOON_MS

ANN = PersonId("p_ann")


class Seer:
    """Counts how often it is asked, and notes the descriptions that it is given."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.described: list[Moment | None] = []

    def purchase_probability(
        self, _profile: Profile, _now_ms: int, described: Moment | None = None
    ) -> float | None:
        self.asked.append("purchase")
        self.described.append(described)
        return None

    def churn_probability(self, _profile: Profile, _now_ms: int) -> float | None:
        self.asked.append("churn")
        return 0.5

    def segments(self, _person: PersonId, _profile: Profile, _now_ms: int) -> Sequence[str]:
        self.asked.append("segments")
        return ("vip",)


def test_each_belief_is_asked_for_once_even_where_nothing_is_known() -> None:
    seer, whom = Seer(), Portrait(EMPTY, NOON_MS)
    for _ in range(2):
        believed = whom.believed(seer)
        assert believed.purchase_probability(EMPTY, NOON_MS) is None
        assert believed.churn_probability(EMPTY, NOON_MS) == 0.5
        assert believed.segments(ANN, EMPTY, NOON_MS) == ("vip",)
    assert seer.asked == ["purchase", "churn", "segments"]


def test_what_nobody_asks_is_not_worked_out() -> None:
    seer = Seer()
    Portrait(EMPTY, NOON_MS).believed(seer)
    assert seer.asked == []


def test_models_share_one_description_of_the_person() -> None:
    seer, whom = Seer(), Portrait(EMPTY, NOON_MS)
    whom.believed(seer).purchase_probability(EMPTY, NOON_MS)
    assert seer.described == [whom.described]
    assert seer.described[0] is whom.described


def test_the_next_answer_asks_anew() -> None:
    seer = Seer()
    for _ in range(2):
        Portrait(EMPTY, NOON_MS).believed(seer).churn_probability(EMPTY, NOON_MS)
    assert seer.asked == ["churn", "churn"]
