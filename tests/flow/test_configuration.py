"""Configuration from files to answers: by command, by door, at start, and back again."""

from pathlib import Path

import pytest

from tailorbird.access.keys import KeyKind
from tests.commands import Done, command
from tests.live import live_server, make_key
from tests.shop import Reply, Shop

TWO = "placements:\n  - name: home_recs\n    limit: 2\n    weights: {popular: 1}\n"
ITEMS = [{"id": f"i{n}", "title": f"Item {n}"} for n in range(5)]


def policy(shop: Shop) -> str:
    found: str = shop.decide("home_recs").json()["decisions"][0]["policy"]
    return found


def put(shop: Shop, text: str, **more: object) -> object:
    return shop.call("PUT", "/v1/config", json={"files": {"a.yaml": text}, **more}).json()


def applied(place: Path, data: Path, *words: str) -> Done:
    return command("apply", place, "--data", data, *words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file of placements."""
    place = tmp_path / "conf"
    place.mkdir()
    (place / "a.yaml").write_text(TWO, "utf-8")
    return place


@pytest.mark.parametrize("version", [0, -1, 2**63, 10**30, "2"])
def test_a_version_that_cannot_be_is_refused(shop: Shop, version: object) -> None:
    assert shop.post("/v1/config/rollback", {"version": version}).status_code == 400


def test_an_answer_names_the_policy_and_the_version_that_changed_it(shop: Shop) -> None:
    before = policy(shop)
    put(shop, TWO)
    assert (before, policy(shop)) == ("home_recs@1", "home_recs@2")


def test_a_new_version_decides_at_once(shop: Shop) -> None:
    shop.stock(*ITEMS)
    for item in ITEMS:
        shop.track("Product Viewed", anonymousId="others", product_id=item["id"])
    shop.refresh()
    put(shop, TWO)
    assert len(shop.decide("home_recs").json()["decisions"][0]["items"]) == 2


def test_a_mistake_names_file_and_line_and_leaves_all_as_it_was(shop: Shop) -> None:
    reply = shop.call("PUT", "/v1/config", json={"files": {"a.yaml": TWO.replace("limit", "limt")}})
    assert (reply.status_code, policy(shop)) == (400, "home_recs@1")
    assert reply.json()["detail"] == (
        "a.yaml:3: there is no field `limt` here; did you mean `limit`?"
    )


def test_posting_changes_some_files_and_leaves_the_others(shop: Shop) -> None:
    put(shop, TWO)
    shop.post("/v1/config", {"files": {"b.yaml": "placements: [{name: mine}]"}})
    found = shop.get("/v1/config").json()
    assert [one["name"] for one in found["entries"]] == ["home_recs", "mine"]


def test_posting_null_takes_a_file_away(shop: Shop) -> None:
    put(shop, TWO)
    shop.post("/v1/config", {"files": {"a.yaml": None}})
    assert shop.get("/v1/config").json()["entries"] == []


def test_versions_are_listed_with_who_made_them(shop: Shop) -> None:
    put(shop, TWO, note="spring")
    found = shop.get("/v1/config/versions").json()["versions"]
    assert [(one["version"], one["note"], one["active"]) for one in found] == [
        (2, "spring", True),
        (1, "", False),
    ]


def test_one_version_is_shown_with_its_files(shop: Shop) -> None:
    put(shop, TWO)
    assert shop.get("/v1/config/versions/2").json()["files"] == {"a.yaml": TWO}


def test_an_unknown_version_is_not_found(shop: Shop) -> None:
    assert shop.get("/v1/config/versions/9").status_code == 404


def test_rolling_back_decides_as_before(shop: Shop) -> None:
    put(shop, TWO)
    assert shop.post("/v1/config/rollback", {}).json()["version"] == 1
    assert policy(shop) == "home_recs@1"


def test_a_dry_run_changes_nothing(shop: Shop) -> None:
    put(shop, TWO, dryRun=True)
    assert policy(shop) == "home_recs@1"


def test_a_browser_may_not_look_at_the_configuration(shop: Shop) -> None:
    assert shop.get("/v1/config", key=shop.publishable).status_code == 403


def test_what_is_applied_without_a_server_is_there_when_one_starts(
    folder: Path, tmp_path: Path
) -> None:
    applied(folder, tmp_path / "data")
    shop = Shop(tmp_path / "data")
    assert policy(shop) == "home_recs@2"
    shop.close()


def test_the_command_ends_with_1_and_the_line_when_there_is_a_mistake(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "a.yaml").write_text("placements:\n  - nam: x\n", "utf-8")
    done = applied(folder, tmp_path / "data")
    assert (done.code, "a.yaml:2: there is no field `nam` here" in done.err) == (1, True)


def test_the_command_rolls_back_to_a_version_by_its_number(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    applied(folder, data)
    (folder / "a.yaml").write_text(TWO.replace("2", "3"), "utf-8")
    applied(folder, data)
    assert command("apply", "--rollback", 2, "--data", data, "--json").json()["version"] == 2


def test_serving_with_a_folder_applies_it_at_start(folder: Path, tmp_path: Path) -> None:
    shop = Shop(tmp_path / "data", config=str(folder))
    assert policy(shop) == "home_recs@2"
    shop.close()


def test_a_running_server_adopts_what_the_command_applies(folder: Path, tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        key = make_key(server.folder, KeyKind.SECRET)
        done = applied(folder, server.folder, "--json")
        assert done.json()["version"] == 2
        assert server.get("/v1/config", key)["version"] == 2


def previewed(shop: Shop, text: str, placement: str = "home_recs") -> Reply:
    asked = {"anonymousId": "a1", "placements": [{"name": placement}]}
    return shop.post("/v1/config/preview", {"files": {"a.yaml": text}, "decide": asked})


def test_a_draft_can_be_looked_at_before_it_is_in_force(shop: Shop) -> None:
    shop.stock(*ITEMS)
    for item in ITEMS:
        shop.track("Product Viewed", anonymousId="others", product_id=item["id"])
    shop.refresh()
    found = previewed(shop, TWO).json()["decisions"][0]
    assert (found["policy"], len(found["items"]), policy(shop)) == (
        "home_recs@2",
        2,
        "home_recs@1",
    )


def test_a_preview_is_not_recorded(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="i1")
    previewed(shop, TWO)
    shop.run(shop.workspace.journal.flush())
    assert shop.get("/v1/people/anonymous:a1/decisions").json()["decisions"] == []


def test_a_preview_of_a_mistake_names_its_line(shop: Shop) -> None:
    assert "a.yaml:3" in previewed(shop, TWO.replace("limit", "limt")).json()["detail"]
