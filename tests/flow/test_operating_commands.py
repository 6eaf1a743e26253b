"""Commands for whoever runs an install: doctor, workspaces, models, dead letters, person."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands import command, segment
from tests.live import free_port, live_server
from tests.shop import Shop

VIEW: dict[str, Any] = {
    "type": "track",
    "event": "Product Viewed",
    "anonymousId": "a1",
    "timestamp": "2024-01-01T00:00:00Z",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one event, and one that was refused."""
    file = segment(tmp_path / "f.jsonl", VIEW, {**VIEW, "anonymousId": "undefined"})
    folder = tmp_path / "data"
    assert command("import", file, "--from", "segment", "--data", folder).code == 0
    return folder


def verdicts(data: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("TAILORBIRD_PORT", str(free_port()))
    findings = command("doctor", "--data", data, "--json").json()
    return {one["check"]: one["verdict"] for one in findings}


def test_a_sound_install_has_nothing_bad(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "bad" not in verdicts(data, monkeypatch).values()


def test_a_secret_that_others_may_read_is_bad(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "secret.key").chmod(0o644)
    assert verdicts(data, monkeypatch)["secret.key"] == "good"
    findings = command("doctor", "--data", data, "--json").json()
    assert [one["todo"] for one in findings if one["verdict"] == "bad"] == [
        f"chmod 600 {data / 'secret.key'}"
    ]


def test_a_lost_secret_is_bad(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "secret.key").unlink()
    assert verdicts(data, monkeypatch)["secret.key"] == "bad"


def test_a_doctor_makes_no_secret(data: Path) -> None:
    (data / "secret.key").unlink()
    command("doctor", "--data", data)
    assert not (data / "secret.key").exists()


def test_a_lost_secret_is_not_replaced_by_another(data: Path) -> None:
    (data / "secret.key").unlink()
    again = command("import", segment(data.with_name("f.jsonl"), VIEW), "--data", data)
    assert (again.code, (data / "secret.key").exists()) == (1, False)


def test_something_bad_ends_with_1(data: Path) -> None:
    (data / "secret.key").unlink()
    assert command("doctor", "--data", data).code == 1


def test_many_refusals_are_doubtful(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts(data, monkeypatch)["main: dead letters"] == "doubtful"


def test_no_model_is_doubtful_where_there_are_events(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verdicts(data, monkeypatch)["main: models"] == "doubtful"


def test_each_doubt_says_what_to_do(data: Path) -> None:
    findings = command("doctor", "--data", data, "--json").json()
    assert all(one["todo"] for one in findings if one["verdict"] != "good")


def test_a_doctor_sees_the_server_that_runs(tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        findings = command("doctor", "--data", server.folder, "--json").json()
    assert f"a server has it: {server.url}" in {one["saw"] for one in findings}


def test_workspaces_tell_how_much_there_is(data: Path) -> None:
    found = command("workspaces", "--data", data, "--json").json()[0]
    assert (found["name"], found["events"], found["deadLetters"]) == ("main", 1, 1)


def test_there_are_no_models_before_a_training(data: Path) -> None:
    assert command("models", "--data", data, "--json").json() == []


def test_a_dead_letter_is_listed_with_its_reason(data: Path) -> None:
    [letter] = command("dead-letters", "list", "--data", data, "--json").json()
    assert "junk" in letter["reason"]


def test_an_imports_letter_that_is_refused_again_stays_on_the_list(data: Path) -> None:
    command("dead-letters", "replay", "--all", "--data", data)
    assert len(command("dead-letters", "list", "--data", data, "--json").json()) == 1


def test_a_replay_of_no_letter_is_a_mistake(data: Path) -> None:
    assert command("dead-letters", "replay", "--data", data).code == 1


def test_a_letter_that_is_not_there_is_told_so(data: Path) -> None:
    [said] = command("dead-letters", "replay", "77", "--data", data, "--json").json()
    assert said["reason"] == "there is no such dead letter"


def test_a_person_is_found_by_their_own_id(shop: Shop) -> None:
    shop.track("Product Viewed", product_id="tent", userId="ada")
    person = shop.get("/v1/people/user:ada").json()["personId"]
    shop.run(shop.install.close())
    held = command("person", "export", person, "--data", shop.folder).json()
    assert held["log"][0]["userId"] == "ada"


@pytest.mark.parametrize("who", ["ada", "email:ada", "user:", ""])
def test_a_name_that_names_nobody_is_a_mistake(data: Path, who: str) -> None:
    assert command("person", "erase", who, "--data", data).code == 1


def test_an_unknown_persons_id_is_a_mistake(data: Path) -> None:
    assert command("person", "erase", "p_00", "--data", data).code == 1


def test_an_erasure_beside_a_server_is_done_by_it(tmp_path: Path) -> None:
    file = segment(tmp_path / "f.jsonl", VIEW)
    with live_server(tmp_path / "data") as server:
        command("import", file, "--data", server.folder)
        receipt = command("person", "erase", "anonymous:a1", "--data", server.folder, "--json")
        left = command("export", "events", "--data", server.folder).out
    assert (receipt.json()["type"], left) == ("erasure", "")
