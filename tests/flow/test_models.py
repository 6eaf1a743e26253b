"""Versions of models in a shop: trained, judged, promoted, rolled back, watched, and mended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tailorbird.cli.retraining import Retraining
from tailorbird.compose import Workspace
from tailorbird.dashboard.vitals import VitalSigns
from tailorbird.predict import trainer
from tailorbird.predict.encoder import no_encoder
from tailorbird.predict.next_item import NextItemModel, build
from tailorbird.predict.recipe import default_recipe
from tailorbird.predict.registry import trial
from tailorbird.predict.sessions import Sessions
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS, MINUTE_MS, format_time, wall_clock
from tests.commands import command, segment
from tests.shop import Shop, tracked

PATHS = [tuple(f"item-{number}-{place}" for place in range(3)) for number in range(40)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with three hundred visits of the last week."""
    folder = tmp_path / "data"
    come(folder, 300, days_ago=7)
    return folder


def come(folder: Path, visits: int, days_ago: float, name: str = "v") -> None:
    """Import visits along two paths, spread evenly from some days ago until now."""
    start = wall_clock() - round(days_ago * DAY_MS)
    step = round(days_ago * DAY_MS) // (visits + 1)
    rows = [
        tracked(
            "Product Viewed",
            product_id=item,
            anonymousId=f"{name}{number}",
            messageId=f"{name}{number}-{place}",
            timestamp=format_time(start + number * step + place * MINUTE_MS),
        )
        for number in range(visits)
        for place, item in enumerate(PATHS[number % len(PATHS)])
    ]
    path = segment(folder.with_name(f"{name}.jsonl"), *rows)
    assert command("import", "events", path, "--from", "segment", "--data", folder).code == 0


def train(data: Path, *more: object) -> str:
    done = command("train", "items", "--data", data, "--budget", 4, *more)
    assert done.code == 0, done.err
    return done.out.strip()


def versions(data: Path) -> dict[str, Any]:
    found = command("models", "list", "--data", data, "--json").json()
    return {one["name"]: one for one in found}


def of(data: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = versions(data)[name]
    return found


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings a second apart, so that each has a name of its own."""
    times = iter(range(1, 100))
    monkeypatch.setattr(
        "tailorbird.cli.training.wall_clock", lambda: wall_clock() + next(times) * 1_000
    )


def plain(sessions: Sessions, *, item_count: int | None = None, **_: object) -> NextItemModel:
    """Return a good model of these sessions that costs no time: nothing is learned or chosen."""
    return build(sessions, default_recipe(sessions), no_encoder(), item_count=item_count)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit plain models: what is tested is what becomes of versions."""
    fit_by(monkeypatch, plain)


def fit_by(monkeypatch: pytest.MonkeyPatch, how: Callable[..., NextItemModel]) -> None:
    monkeypatch.setattr(trial, "fit", how)
    monkeypatch.setattr(trainer, "fit", how)


def worse(sessions: Sessions, *, item_count: int | None = None, **_: object) -> NextItemModel:
    """Return a model that knows next to nothing: one session of items that nobody touches."""
    nothing = Sessions.of([[0, 0]], [float(sessions.ended_at[0])])
    return build(nothing, default_recipe(nothing), no_encoder(), item_count=item_count)


def test_a_version_says_what_it_is_made_of(data: Path) -> None:
    found = of(data, train(data))
    assert found["status"] == "champion"
    assert found["window"]["sessions"] == 300
    assert found["lineage"]["last_offset"] == 900
    assert found["metrics"]["hitrate@20"]["value"] == 1.0


def test_models_alone_lists_them(data: Path) -> None:
    name = train(data)
    assert name in command("models", "--data", data).out


def test_a_window_that_slides_leaves_older_visits_out(data: Path) -> None:
    assert 100 < of(data, train(data, "--days", 3))["window"]["sessions"] < 150


@pytest.mark.usefixtures("later")
def test_another_plan_has_another_digest(data: Path) -> None:
    found = [of(data, train(data, *more)) for more in ((), ("--days", 30))]
    assert len({one["lineage"]["configuration"] for one in found}) == 2


@pytest.mark.usefixtures("later")
def test_a_version_that_guesses_worse_is_kept_as_rejected(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = train(data)
    come(data, 900, days_ago=0.5, name="w")
    fit_by(monkeypatch, worse)
    second = train(data)
    found = versions(data)
    assert (found[first]["status"], found[second]["status"]) == ("champion", "rejected")
    assert "of questions less than" in found[second]["acts"][-1]["why"]


@pytest.mark.usefixtures("later")
def test_a_version_that_guesses_as_well_takes_its_place(data: Path) -> None:
    train(data)
    come(data, 900, days_ago=0.5, name="w")
    second = train(data)
    assert versions(data)[second]["status"] == "champion"
    assert versions(data)[second]["verdict"]["questions"] >= 100


@pytest.mark.usefixtures("later")
def test_a_rollback_names_who_serves_again(data: Path) -> None:
    first = train(data)
    train(data)
    assert command("models", "rollback", "--data", data).out == f"{first} serves.\n"


@pytest.mark.usefixtures("later")
def test_a_promotion_by_hand_wins_over_the_gate(data: Path) -> None:
    first = train(data)
    train(data)
    command("models", "promote", first, "--data", data, "--why", "for the sale")
    shown = command("models", "show", first, "--data", data, "--json").json()
    assert (shown["status"], shown["acts"][-1]["why"]) == ("champion", "for the sale")


def test_an_unknown_version_is_a_mistake_that_names_the_known(data: Path) -> None:
    name = train(data)
    done = command("models", "promote", "blend@1999", "--data", data)
    assert (done.code, name in done.err or "1999" in done.err) == (1, True)


@pytest.mark.usefixtures("later")
def test_a_server_takes_up_a_promotion_and_a_rollback(data: Path) -> None:
    first, second = train(data), train(data)
    shop = Shop(data)
    try:
        assert shop.workspace.predictor.models.name == second
        command("models", "rollback", "--data", data)
        assert shop.run(shop.workspace.succession.adopt())
        assert shop.workspace.predictor.models.name == first
    finally:
        shop.close()


@pytest.mark.usefixtures("later")
def test_a_server_starts_on_the_last_good_version_and_says_so(data: Path) -> None:
    first, second = train(data), train(data)
    broken = data / "workspaces" / "main" / "models" / second.replace("@", "-")
    array = next(broken.rglob("items.npy"))
    array.write_bytes(array.read_bytes()[:-3])
    shop = Shop(data)
    try:
        assert shop.workspace.predictor.models.name == first
        assert first in shop.get("/v1/models").json()["fault"]
        metrics = shop.get("/metrics").text
        assert 'tailorbird_model_refused{workspace="main"} 1.0' in metrics
    finally:
        shop.close()
    doctor = {one["check"]: one for one in command("doctor", "--data", data, "--json").json()}
    assert doctor["main: models"]["verdict"] == "bad"
    assert "items.npy is damaged" in doctor["main: models"]["saw"]


def test_a_server_starts_without_a_model_where_none_can_be_read(data: Path) -> None:
    broken = data / "workspaces" / "main" / "models" / train(data).replace("@", "-")
    (broken / "items.json").write_bytes(b"")
    shop = Shop(data)
    try:
        assert shop.decide("home_recs").status_code == 200
        assert shop.workspace.succession.fault is not None
    finally:
        shop.close()


@pytest.mark.usefixtures("later")
def test_a_challenger_is_scored_beside_the_champion(data: Path) -> None:
    first, second = train(data), train(data)
    command("models", "shadow", first, "--data", data)
    shop = Shop(data)
    try:
        for number in range(20):
            for item in PATHS[0]:
                shop.track("Product Viewed", product_id=item, anonymousId=f"new{number}")
        shop.run(shop.workspace.watch.round())
        watch = shop.get("/v1/models").json()["watch"]
    finally:
        shop.close()
    assert (watch["champion"]["name"], watch["challenger"]["name"]) == (second, first)
    assert watch["challenger"]["questions"] == watch["champion"]["questions"] == 40
    told = command("models", "shadow", "--data", data, "--json").json()
    assert told["champion"]["hitRate"]["value"] == watch["champion"]["hitRate"]["value"]


def test_the_champion_cannot_be_its_own_challenger(data: Path) -> None:
    done = command("models", "shadow", train(data), "--data", data)
    assert (done.code, "serves already" in done.err) == (1, True)


def test_the_doctor_says_why_the_chosen_embedding_is_not_used(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAILORBIRD_EMBEDDING", "http://127.0.0.1:9/v1/embeddings")
    shop = Shop(data)
    shop.stock(*({"id": f"kettle-{n}", "title": f"Kettle of size {n}"} for n in range(9)))
    shop.close()
    train(data)
    doctor = {one["check"]: one for one in command("doctor", "--data", data, "--json").json()}
    assert "refused" in doctor["main: embedding"]["saw"]


@pytest.mark.usefixtures("later")
def test_a_rollback_is_not_undone_by_the_schedule_before_there_are_new_events(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(data)
    come(data, 300, days_ago=0.5, name="w")
    train(data)
    command("models", "rollback", "--data", data)
    trained: list[str] = []

    async def note(_: Retraining, shop: Workspace) -> None:
        trained.append(shop.name)

    monkeypatch.setattr(Retraining, "_train", note)
    shop = Shop(data)
    try:
        shop.run(Retraining(Settings(), shop.install).round())
        before = list(trained)
    finally:
        shop.close()
    come(data, 300, days_ago=0.4, name="x")
    shop = Shop(data)
    try:
        shop.run(Retraining(Settings(), shop.install).round())
    finally:
        shop.close()
    assert (before, trained) == ([], ["main"])


def test_drift_is_in_the_doctors_list_and_in_the_metrics(data: Path) -> None:
    come(data, 800, days_ago=3, name="w")
    train(data)
    shop = Shop(data)
    try:
        luck = np.random.default_rng(0)
        for number in range(60):
            for item in luck.permutation([f"odd{n}" for n in range(9)]):
                shop.track("Product Viewed", product_id=str(item), anonymousId=f"new{number}")
        for _ in range(2):
            shop.run(shop.workspace.watch.round())
        assert "tailorbird_model_drift_psi" in shop.get("/metrics").text
        assert 'drift_alarms{workspace="main"} 0.0' not in shop.get("/metrics").text
        vitals = shop.run(VitalSigns().of(shop.workspace, shop.clock()))
        assert "session length" in vitals.drifted
    finally:
        shop.close()
    doctor = {one["check"]: one for one in command("doctor", "--data", data, "--json").json()}
    assert doctor["main: drift"]["verdict"] == "doubtful"
    assert "session length" in doctor["main: drift"]["saw"]
