"""Uplift models speak for an offer only where they may, and a reason stands where they do not."""

import asyncio

import numpy as np
import pytest
from numpy.typing import NDArray

from tailorbird.decide.offers.choosing import Said, Told, Untold
from tailorbird.decide.offers.offer import Allowed, ByUplift, Offer
from tailorbird.decide.offers.uplifting import UNKNOWN_PERSON, UNTRAINED, UpliftShelf
from tailorbird.decide.portrait import Portrait
from tailorbird.predict.uplift.depth_table import DepthRow, DepthTable
from tailorbird.predict.uplift.learners import Effect
from tailorbird.predict.uplift.model import UpliftCard, UpliftDecile, UpliftModel
from tailorbird.predict.uplift.recalibrating import Depth
from tailorbird.profile.fold import fold_many
from tailorbird.profile.profile import EMPTY, Profile
from tests.makers import NOON_MS, an_order

OFFER = Offer(name="o", depths=(5, 10), by_uplift=ByUplift(treatment="t"))


class ByOrders(UpliftModel):
    """Says that everybody is moved by a tenth for each order of theirs."""

    def effects(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n]."""
        found: NDArray[np.float64] = features[:, 0] / 10
        return found


class OnDisk:
    """A store of at most one version."""

    def __init__(self, *models: UpliftModel) -> None:
        self.models = models

    def current(self, _treatment: str) -> str | None:
        """Return the newest's name."""
        return self.models[-1].card.name if self.models else None

    def load(self, _treatment: str) -> UpliftModel | None:
        """Return the newest."""
        return self.models[-1] if self.models else None

    def depths(self, _treatment: str) -> DepthTable | None:
        """Return nothing: no lots were measured."""
        return None


def model(*features: str, varies: bool = True, average: float = 0.05) -> UpliftModel:
    card = UpliftCard(
        name="uplift:t@1",
        treatment="t",
        outcome="order",
        features=features or ("orders",),
        learner="dr",
        people=1_000,
        since_ms=0,
        until_ms=1,
        average=average,
        average_low=average - 0.01,
        average_high=average + 0.01,
        qini=0.1,
        qini_low=0.05,
        qini_high=0.2,
        slope=1.0,
        center=0.0,
        varies=varies,
    )
    deciles = [
        UpliftDecile(n, 1.0 - n / 10, 0.1, 0.4, 0.3, 0.1, 0.05, 0.15, 100) for n in range(1, 11)
    ]
    return ByOrders(card, deciles, Effect((), (), (1.0,)))


def somebody(orders: int) -> Profile:
    return fold_many(EMPTY, [an_order() for _ in range(orders)])


def said(one: UpliftModel, profile: Profile | None = None, offer: Offer = OFFER) -> Said:
    shelf = UpliftShelf(OnDisk())
    shelf.put(one)
    return shelf.said(offer, Portrait(profile, NOON_MS))


def test_the_decile_follows_what_the_model_says_of_the_person() -> None:
    few, many = said(model(), somebody(1)), said(model(), somebody(8))
    assert isinstance(few, Told)
    assert isinstance(many, Told)
    assert (few.decile, many.decile) == (9, 2)


def test_without_a_model_the_reason_is_said() -> None:
    assert UpliftShelf(OnDisk()).said(OFFER, Portrait(EMPTY, NOON_MS)) == Untold(UNTRAINED)


def test_of_somebody_unknown_no_model_speaks() -> None:
    assert said(model()) == Untold(UNKNOWN_PERSON)


def test_a_model_that_reads_what_is_barred_is_not_asked() -> None:
    found = said(model("orders", "country"), EMPTY)
    assert isinstance(found, Untold)


def test_a_model_that_reads_an_undeclared_feature_is_not_asked() -> None:
    found = said(model("orders", "zip_income"), EMPTY)
    assert isinstance(found, Untold)
    assert "cannot be asked" in found.reason


def test_what_is_allowed_with_a_reason_does_not_silence_a_model() -> None:
    allows = (Allowed("person.country", "Postage is paid at home only"),)
    offer = Offer(name="o", depths=(5,), by_uplift=ByUplift(treatment="t"), allows=allows)
    found = said(model("orders", "country"), EMPTY, offer)
    assert isinstance(found, Untold)
    assert found.reason == "its uplift model reads the text 'country'"


@pytest.mark.parametrize(("average", "kind"), [(0.05, Untold), (-0.02, Told)])
def test_where_effects_do_not_differ_the_average_decides(average: float, kind: type) -> None:
    assert isinstance(said(model(varies=False, average=average), EMPTY), kind)


def test_where_effects_do_not_differ_what_was_measured_of_all_is_told() -> None:
    depths = tuple(Depth(at, 0.05, 0.01, 0.001) for at in range(1, 11))
    table = DepthTable(1, "uplift:t@1", "o", 0, 900, (5.0,), (DepthRow(0.1, depths),))
    shelf = UpliftShelf(OnDisk())
    shelf.put(model(varies=False), table)
    found = shelf.said(OFFER, Portrait(somebody(1), NOON_MS))
    assert isinstance(found, Told)
    assert found.alike
    assert found.depths == ((0.1, (5.0,) * 10),)


async def _served(store: OnDisk) -> Said:
    shelf = UpliftShelf(store)
    shelf.want([OFFER])
    await shelf.renew()
    return shelf.said(OFFER, Portrait(somebody(8), NOON_MS))


def test_a_trained_version_is_served() -> None:
    assert isinstance(asyncio.run(_served(OnDisk(model()))), Told)
