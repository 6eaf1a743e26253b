"""The evidence is rerun, small here and in full by `bench.evidence`."""

import pytest
from bench.claims import agreement, changes, fixed, looking, regions, shops
from bench.evidence import merged, rendered

from tests.unit.measure.experiments import real


def test_sums_agree_with_tea_tasting_to_a_millionth() -> None:
    both = agreement.experiments(5)
    ours = [agreement.ours_as_tea(one) for one in both]
    found = agreement.departures(ours, [agreement.by_tea(one) for one in both])
    assert len(found) == 8
    assert max(found.values()) < agreement.WITHIN


@pytest.mark.long
def test_readings_agree_with_gbstats_to_a_millionth() -> None:
    both = agreement.experiments(20)
    ours = [agreement.ours_as_gbstats(one) for one in both]
    found = agreement.departures(ours, agreement.by_gbstats(both))
    assert len(found) == 13
    assert max(found.values()) < agreement.WITHIN


def test_intervals_hold_the_truth_about_as_often_as_promised() -> None:
    for name, share in fixed.rates(0.1, 100, 1_000, 5).items():
        low, high = fixed.chance(0.05, 100)
        assert low <= 1.0 - share <= high, name


def test_peeking_at_asos_shapes_is_safe() -> None:
    real("experiments/asos_50.csv.gz")
    ever = looking.over_shapes(looking.asos()[:60], 200)
    assert ever.always_valid <= looking.PROMISED
    assert ever.naive > 0.1


def test_peeking_at_rare_conversions_is_safe() -> None:
    assert looking.peeked("conversion of 3 %", 500).always_valid <= looking.PROMISED


def test_a_lift_put_into_history_is_held_by_most_intervals() -> None:
    real("geo/geolift_test.csv.gz")
    rows = [one for one in regions.claims(60) if "holds it" in one.what]
    assert float(rows[0].found.rstrip("%")) > 85.0


def test_what_changes_on_the_way_is_told_from_an_effect() -> None:
    assert [one.what for one in changes.claims(100) if not one.holds] == []


def test_two_arms_alike_seldom_differ_in_a_simulated_shop() -> None:
    assert all(claim.holds for claim in shops.claims(1))


def test_the_table_says_what_does_not_hold() -> None:
    claim = next(iter(fixed.claims(10, n=100)))
    assert rendered([claim]).splitlines()[2].startswith("| **A/A** revenue per user")


def test_rows_that_are_not_run_again_stay() -> None:
    page = (
        "<!-- begin evidence: made -->\n\n| what | |\n| --- | --- |\n| **geo** old | 1 |\n"
        "| **A/A** old | 2 |\n\n<!-- end evidence -->\n"
    )
    table = "| what | |\n| --- | --- |\n| **A/A** new | 3 |"
    assert merged(page, table).splitlines()[2:] == ["| **geo** old | 1 |", "| **A/A** new | 3 |"]
