"""The doors of experiments: listed and planned at once, read by a command beside the server."""

import pytest

from tailorbird.api import errands
from tests.shop import Shop

CONFIG = """
holdouts: [{name: global, share: 0.1}]
experiments:
  - name: leaner
    status: running
    variants:
      - name: control
      - {name: treatment, placements: {home_recs: {lean: 0}}}
"""


@pytest.fixture
def tried(shop: Shop) -> Shop:
    """A shop with an experiment."""
    files = {"files": {"a.yaml": CONFIG}}
    assert shop.call("PUT", "/v1/config", json=files).status_code == 200
    return shop


def test_experiments_are_listed(tried: Shop) -> None:
    told = tried.get("/v1/experiments").json()
    assert told["holdout"] == 0.1
    assert told["experiments"][0]["placements"] == ["home_recs"]


def test_an_experiment_is_read_beside_the_server(tried: Shop) -> None:
    for number in range(30):
        who = f"b{number}"
        slot = tried.decide("hero", "home_recs", anonymousId=who).json()["decisions"][1]
        stem = {"anonymousId": who, "exposureId": "d-0-1"}
        assert slot["placement"] == "home_recs"
        tried.track("Recommendation Viewed", **stem)
    reply = tried.get("/v1/experiments/leaner/reading")
    assert reply.status_code == 200
    assert reply.json()["experiment"] == "leaner"
    assert not reply.json()["health"]["healthy"]


def test_the_holdout_is_read_like_an_experiment(tried: Shop) -> None:
    reply = tried.get("/v1/experiments/holdout/reading")
    assert (reply.status_code, reply.json()["control"]) == (200, "holdout")


def test_an_unknown_experiment_is_not_found_but_its_neighbor_named(tried: Shop) -> None:
    reply = tried.get("/v1/experiments/leanr/reading")
    assert reply.status_code == 404
    assert "did you mean `leaner`?" in reply.json()["detail"]


def test_an_experiment_is_planned(shop: Shop) -> None:
    asked = {"mean": 0.03, "detect": 0.05, "unitsADay": 20000}
    told = shop.post("/v1/experiments/plan", asked).json()
    assert (told["units"], told["days"]) == (406048, 21)


@pytest.mark.parametrize(
    "wrong", [{"mean": 0.0}, {"detect": 1e-200}, {"deviation": 1e300}, {"alpha": 0.9}]
)
def test_what_cannot_be_planned_is_refused(shop: Shop, wrong: dict[str, float]) -> None:
    reply = shop.post("/v1/experiments/plan", {"mean": 0.5, "detect": 0.05, **wrong})
    assert (reply.status_code, "mean" in reply.json()["remedy"]) == (400, True)


def test_without_the_extra_the_door_names_it(tried: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errands, "_NEEDED", ("no_such_module",))
    reply = tried.get("/v1/experiments/leaner/reading")
    assert reply.status_code == 501
    assert "tailorbird[measure]" in reply.json()["remedy"]


def test_a_browser_may_not_read_experiments(tried: Shop) -> None:
    assert tried.get("/v1/experiments", key=tried.publishable).status_code == 403
