"""Decisions are kept for as many days as the shop has set, and no longer."""

from pathlib import Path

import pytest

from tailorbird.compose.serving import sweep
from tailorbird.settings import BadSetting, read_settings
from tests.makers import DAY
from tests.shop import Shop

SHELF = tuple({"id": f"tent-{n}", "title": f"Tent {n}"} for n in range(3))


def decisions(shop: Shop) -> int:
    """Return how many decisions are kept of a visitor."""
    return len(shop.get("/v1/people/anonymous:a1/decisions").json()["decisions"])


@pytest.fixture
def asked(shop: Shop) -> Shop:
    """A shop in which a1 was answered a hundred days ago, and again today."""
    shop.stock(*SHELF)
    shop.track("Product Viewed", product_id="tent-1")
    shop.decide("home_recs")
    shop.clock.move(100 * DAY)
    shop.decide("home_recs")
    assert decisions(shop) == 2
    return shop


def test_old_decisions_are_forgotten(asked: Shop) -> None:
    asked.run(sweep(asked.workspace, 90))
    assert decisions(asked) == 1


def test_decisions_within_the_days_that_are_set_stay(asked: Shop) -> None:
    asked.run(sweep(asked.workspace, 101))
    assert decisions(asked) == 2


@pytest.mark.parametrize(("days", "swept"), [(90, True), (0, False)])
def test_a_shop_that_keeps_decisions_for_ever_never_sweeps(
    tmp_path: Path, days: int, swept: bool
) -> None:
    shop = Shop(tmp_path, journal_days=days)
    rounds = {task.get_name() for task in shop.workspace.upkeep}
    shop.close()
    assert ("sweep" in rounds) is swept


def test_fewer_days_than_none_are_refused() -> None:
    with pytest.raises(BadSetting, match="journal_days"):
        read_settings({"TAILORBIRD_JOURNAL_DAYS": "-1"})
