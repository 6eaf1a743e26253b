"""An import while a server has the folder: it goes to the server, by a key made for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import command, invoices, retailrocket
from tests.live import Server, live_server, logged


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server over an empty folder."""
    with live_server(tmp_path_factory.mktemp("served") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def report(server: Server) -> dict[str, object]:
    """What an import of 3,000 rows, and 5 bad ones, into it reports."""
    file = retailrocket(server.folder.with_name("f.tsv.gz"), 3_000, bad=5)
    said: dict[str, object] = command("import", file, "--data", server.folder, "--json").json()
    return said


def test_all_events_arrive(report: dict[str, object], server: Server) -> None:
    arrived = [one for one in logged(server.folder) if one.source == "import:retailrocket"]
    assert (report["accepted"], len(arrived)) == (3_000, 3_000)


def test_it_reconciles(report: dict[str, object]) -> None:
    assert report["reconciled"]


@pytest.mark.usefixtures("report")
def test_bad_rows_are_on_the_servers_dead_letter_list(server: Server) -> None:
    letters = command("export", "dead-letters", "--data", server.folder).lines()
    assert [one["source"] for one in letters].count("import:retailrocket") == 5


@pytest.mark.usefixtures("report")
def test_the_same_file_again_is_all_duplicates(server: Server) -> None:
    file = server.folder.with_name("f.tsv.gz")
    again = command("import", file, "--data", server.folder, "--json").json()
    assert (again["accepted"], again["duplicates"]) == (0, 3_000)


@pytest.mark.usefixtures("report")
def test_the_key_is_revoked_when_it_is_done(server: Server) -> None:
    keys = command("keys", "list", "--data", server.folder, "--json").json()
    assert {(one["label"], one["revokedAtMs"] is None) for one in keys} >= {("import", False)}


@pytest.mark.usefixtures("report")
def test_no_key_of_a_command_stays_valid(server: Server) -> None:
    keys = command("keys", "list", "--data", server.folder, "--json").json()
    assert [one for one in keys if one["label"] == "import" and one["revokedAtMs"] is None] == []


def test_items_told_along_arrive_in_the_servers_catalog(server: Server, tmp_path: Path) -> None:
    said = command("import", invoices(tmp_path / "i.csv"), "--data", server.folder, "--json").json()
    assert said["itemsTold"] == 2


def test_a_revoked_key_is_refused_at_once(server: Server) -> None:
    made = command("keys", "create", "--kind", "secret", "--data", server.folder, "--json").json()
    assert server.ask("GET", "/v1/quality", made["key"])[0] == 200
    command("keys", "revoke", made["id"], "--data", server.folder)
    assert server.ask("GET", "/v1/quality", made["key"])[0] == 401


@pytest.mark.usefixtures("report")
def test_the_state_beside_a_running_server_is_what_the_log_makes(server: Server) -> None:
    assert command("replay", "--check", "--data", server.folder).code == 0
