"""Parting people: the ways are found, named, carried on from run to run, and corrected by hand."""

import numpy as np
import pytest

from tailorbird.profile.profile import EMPTY
from tailorbird.segments.matching import agreement
from tailorbird.segments.parting import Parted, part
from tailorbird.segments.portraits import portrait
from tailorbird.segments.segment import (
    BadName,
    NameTaken,
    Segmentation,
    TooFewPeople,
    UnknownSegment,
    merged,
    renamed,
)
from tests.makers import DAY
from tests.unit.segments.crowds import NOW, crowd, portraits

FIRST = Segmentation()


def parted(seed: int = 0, count: int = 120) -> Parted:
    """Return a first run."""
    return part(portraits(crowd(count)), FIRST, {}, NOW, np.random.default_rng(seed))


def the_next(last: Parted, days: int = 1, seed: int = 9) -> Parted:
    """Return another run over the same people, some days later."""
    now_ms = NOW + days * DAY
    people = portraits(crowd(), now_ms)
    return part(people, last.segmentation, last.home, now_ms, np.random.default_rng(seed))


def test_the_three_ways_are_told_apart() -> None:
    found = parted()
    truth = np.arange(120) % 3
    mine = np.array([found.home[person] for person in sorted(found.home)])
    assert agreement(np.unique(mine, return_inverse=True)[1], truth) > 0.95


def test_names_say_what_sets_groups_apart() -> None:
    names = {one.name for one in parted().segmentation.segments}
    assert "Frequent buyers of Outdoor, price-minded" in names
    assert "Deep browsers in Books" in names
    assert "Lapsed browsers in Garden" in names


@pytest.mark.parametrize("seed", range(5))
def test_a_day_later_everybody_is_where_they_were(seed: int) -> None:
    last = parted(seed)
    again = the_next(last, seed=seed + 50)
    stability = again.segmentation.stability
    assert stability is not None
    assert stability >= 0.9
    assert again.home == last.home


def test_a_run_without_a_memory_parts_people_alike() -> None:
    assert (parted().segmentation.restart_stability or 0) >= 0.9


def test_segments_keep_ids_and_names_between_runs() -> None:
    last = parted()
    again = the_next(last)
    before = [(one.id, one.name) for one in last.segmentation.segments]
    assert [(one.id, one.name) for one in again.segmentation.segments] == before


def test_a_name_given_by_hand_stays() -> None:
    last = parted()
    named = last._replace(segmentation=renamed(last.segmentation, "s1", "Our favorites"))
    assert the_next(named).segmentation.find("s1").name == "Our favorites"


def test_a_merge_holds_at_the_next_run() -> None:
    last = parted()
    joined = last._replace(segmentation=merged(last.segmentation, "s1", "s2"))
    again = the_next(joined).segmentation
    assert again.end("s1") == "s2"
    assert "s1" not in {one.id for one in again.shown()}


def test_who_did_nothing_has_no_portrait() -> None:
    assert portrait(EMPTY, NOW) is None


def test_too_few_people_are_refused_with_their_number() -> None:
    with pytest.raises(TooFewPeople, match="49 people did something; 50 are needed"):
        parted(count=49)


def test_people_who_are_all_alike_are_refused() -> None:
    one = next(iter(portraits(crowd(1)).values()))
    alike = dict.fromkeys(portraits(crowd(60)), one)
    with pytest.raises(TooFewPeople, match="alike"):
        part(alike, FIRST, {}, NOW, np.random.default_rng(0))


def test_a_name_is_one_segments_only() -> None:
    found = parted().segmentation
    with pytest.raises(NameTaken):
        renamed(found, "s1", found.find("s2").name)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 81])
def test_a_name_that_cannot_be_asked_for_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        renamed(parted().segmentation, "s1", name)


def test_a_circle_of_merges_is_refused() -> None:
    found = merged(parted().segmentation, "s1", "s2")
    with pytest.raises(NameTaken):
        merged(found, "s2", "s1")


def test_an_unknown_segment_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownSegment, match=r"s1 \("):
        parted().segmentation.find("s99")
