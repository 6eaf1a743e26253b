"""Cards: what one page shows at once is one line, however many events say so."""

from tailorbird.dashboard.cards import gathered
from tailorbird.flow.feed import Happening
from tailorbird.spine.events import PRODUCT_VIEWED, RECOMMENDATION_VIEWED
from tailorbird.spine.ids import ItemId, PersonId


def a_look(
    offset: int, name: str = RECOMMENDATION_VIEWED, at_ms: int = 1, who: str = "p_1"
) -> Happening:
    person, items = PersonId(who), (ItemId(f"item-{offset}"),)
    return Happening(offset, at_ms, "track", name, person, known=False, items=items)


def offsets(*looks: Happening) -> list[int]:
    return [one.offset for one in gathered(looks)]


def test_what_is_shown_at_once_is_one_line() -> None:
    assert gathered([a_look(3), a_look(2)])[0].items == ("item-3", "item-2")


def test_the_line_goes_by_its_newest_offset_in_either_order() -> None:
    assert (offsets(a_look(2), a_look(3)), offsets(a_look(3), a_look(2))) == ([3], [3])


def test_what_others_are_shown_stays_apart() -> None:
    assert offsets(a_look(1), a_look(2, who="p_2")) == [1, 2]


def test_what_is_shown_later_stays_apart() -> None:
    assert offsets(a_look(1), a_look(2, at_ms=2)) == [1, 2]


def test_all_other_events_stay_as_they_are() -> None:
    assert offsets(a_look(1, PRODUCT_VIEWED), a_look(2, PRODUCT_VIEWED)) == [1, 2]
