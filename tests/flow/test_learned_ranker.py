"""The learned ranker in a server: asked where it is wanted, left out where it cannot be."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tailorbird.predict.blending import Pool
from tailorbird.predict.hybrid.describing import COLUMNS, Asker, Facts
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.predictor import Predictor
from tailorbird.predict.propensity.trees import Trees
from tests.commands import command
from tests.shop import Shop, ids
from tests.unit.predict.registry.versions import NOW_MS, a_version

NAME = "blend@2027-01-01T00-00-00"
ITEMS = ("tent", "mat", "lamp")
PLACEMENTS = """
placements:
  - {name: learned, ranker: hybrid, limit: 3, filters: {contextItem: false}}
  - {name: weighed, limit: 3, filters: {contextItem: false}}
"""
RARE_FIRST = Hybrid(
    Trees(
        np.zeros(1, np.int32),
        np.array([COLUMNS.index("popularity"), -1, -1], np.int32),
        np.array([8.4, 1.0, 0.0]),
        np.array([1, -1, -1], np.int32),
        np.array([2, -1, -1], np.int32),
        np.full(3, -1, np.int32),
    )
)
"""A ranker that puts last what has had most of the touches."""


@pytest.fixture
def ranked(shop: Shop) -> Shop:
    """A shop in which everybody looks at the tent, with a learned ranker that prefers the rest."""
    shop.stock(*({"id": item, "title": item, "price": 10, "currency": "EUR"} for item in ITEMS))
    trained, card = a_version(NAME)
    store = shop.workspace.stores.models
    store.save(replace(trained, models=replace(trained.models, hybrid=RARE_FIRST)), card)
    store.promote(NAME, NOW_MS, "better")
    assert shop.run(shop.workspace.succession.adopt())
    assert shop.call("PUT", "/v1/config", json={"files": {"a.yaml": PLACEMENTS}}).status_code == 200
    for number in range(9):
        shop.track("Product Viewed", product_id="tent", anonymousId=f"v{number}")
    shop.track("Product Viewed", product_id="mat", anonymousId="v1")
    shop.refresh()
    return shop


def test_it_orders_where_a_placement_wants_it_and_nowhere_else(ranked: Shop) -> None:
    found = ranked.decide("learned", "weighed", anonymousId="v1", deadlineMs=5000)
    assert (ids(found, 0)[-1], ids(found, 1)[0]) == ("tent", "tent")


def test_an_explained_answer_says_who_put_the_items_into_order(ranked: Shop) -> None:
    told = ranked.decide(
        "learned", "weighed", anonymousId="v1", deadlineMs=5000, explain=True
    ).json()
    assert [one["ranker"] for one in told["decisions"]] == ["hybrid", "blend"]


@pytest.mark.parametrize(("before", "level"), [(False, "bestsellers"), (True, "last_known")])
def test_where_the_deadline_is_too_near_it_is_not_asked_and_the_level_says_so(
    ranked: Shop, monkeypatch: pytest.MonkeyPatch, before: bool, level: str
) -> None:
    if before:
        ranked.decide("learned", anonymousId="v1", deadlineMs=5000)

    def asked(*_: object) -> None:
        raise AssertionError("the learned ranker was asked")

    monkeypatch.setattr(Predictor, "weighed", asked)
    found = ranked.decide("learned", anonymousId="v1", deadlineMs=0.001)
    assert (found.status_code, found.json()["decisions"][0]["level"]) == (200, level)


class Slow(Hybrid):
    """A learned ranker that takes 300 ms.

    Attributes:
        asked: how often it was.
    """

    asked = 0

    def weighed(self, pool: Pool, asker: Asker, facts: Facts) -> Pool:
        """Sleep, and order as ever."""
        Slow.asked += 1
        time.sleep(0.3)
        return super().weighed(pool, asker, facts)


@pytest.fixture
def slowed(ranked: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose learned ranker is slow, and was met so by one answer."""
    serving = ranked.workspace.predictor
    serving.models = replace(serving.models, hybrid=Slow(RARE_FIRST.trees))
    monkeypatch.setattr(Slow, "asked", 0)
    ranked.decide("learned", anonymousId="v1", deadlineMs=5000)
    return ranked


def test_a_ranker_that_takes_too_long_is_skipped_where_its_answer_would_be_late(
    slowed: Shop,
) -> None:
    for _ in range(3):
        slowed.decide("learned", anonymousId="v1", deadlineMs=250)
    assert Slow.asked == 1


def test_an_answer_whose_ranker_was_skipped_is_the_blend_and_says_so(slowed: Shop) -> None:
    found = slowed.decide("learned", "weighed", anonymousId="v1", deadlineMs=250, explain=True)
    skipped, weighed = found.json()["decisions"]
    assert (skipped["ranker"], ids(found, 0)) == ("blend", ids(found, 1))
    assert skipped["level"] == weighed["level"] != "last_known"


def test_how_often_a_ranker_was_skipped_is_counted(slowed: Shop) -> None:
    for _ in range(2):
        slowed.decide("learned", anonymousId="v1", deadlineMs=250)
    assert 'tailorbird_model_skipped{workspace="main"} 2.0' in slowed.get("/metrics").text


def test_a_slow_ranker_is_asked_where_there_is_time(slowed: Shop) -> None:
    told = slowed.decide("learned", anonymousId="v1", deadlineMs=5000, explain=True).json()
    assert told["decisions"][0]["ranker"] == "hybrid"


def test_a_ranker_that_was_skipped_is_tried_again_sooner_or_later(slowed: Shop) -> None:
    for _ in range(12):
        slowed.decide("learned", anonymousId="v1", deadlineMs=250)
    assert Slow.asked == 2


def broken(shop: Shop) -> None:
    """Cut the ranker's file, and open the shop again."""
    path = shop.folder / "workspaces/main/models" / NAME.replace("@", "-")
    array: Path = path / "hybrid" / "threshold.npy"
    array.write_bytes(array.read_bytes()[:-3])
    shop.restart()


def test_a_damaged_ranker_leaves_the_order_to_the_weights(ranked: Shop) -> None:
    broken(ranked)
    ranked.refresh()
    assert ids(ranked.decide("learned", anonymousId="v1")) == ids(
        ranked.decide("weighed", anonymousId="v1")
    )


def test_a_damaged_ranker_is_said_and_the_rest_of_its_version_serves(ranked: Shop) -> None:
    broken(ranked)
    fault = ranked.get("/v1/models").json()["fault"]
    assert ranked.workspace.predictor.models.name == NAME
    assert "without its learned ranker" in fault
    assert "hybrid/threshold.npy is damaged" in fault
    assert 'tailorbird_model_refused{workspace="main"} 1.0' in ranked.get("/metrics").text


def test_the_doctor_names_a_damaged_ranker(ranked: Shop) -> None:
    broken(ranked)
    ranked.run(ranked.install.close())
    found = {
        one["check"]: one for one in command("doctor", "--data", ranked.folder, "--json").json()
    }
    assert found["main: learned ranker"]["verdict"] == "bad"
    assert found["main: models"]["verdict"] != "bad"
    ranked.restart()


def test_the_list_of_versions_says_who_orders(ranked: Shop) -> None:
    trained, card = a_version("blend@2027-01-02T00-00-00")
    ranked.workspace.stores.models.save(trained, card)
    found = command("models", "list", "--data", ranked.folder, "--json").json()
    assert [one["ranker"] for one in found] == ["hybrid", "weights"]
    assert "ranker" in command("models", "list", "--data", ranked.folder).out
