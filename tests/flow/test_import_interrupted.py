"""An import killed half-way and run again: as if it had never been killed."""

import signal
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from tailorbird.storage.embedded.comparing import differences
from tests.commands import command, retailrocket
from tests.live import TAILORBIRD, logged

ROWS, BAD = 40_000, 50
_PATIENCE_S = 60.0


class Killed(msgspec.Struct, frozen=True):
    """A data folder whose import was killed: by what signal, and at which value."""

    data: Path
    file: Path
    signal: int
    values: int


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """An import that was killed after its first chunks, then run again to its end."""
    place = tmp_path_factory.mktemp("killed")
    file = retailrocket(place / "f.tsv.gz", ROWS, bad=BAD)
    data = place / "data"
    process = subprocess.Popen([TAILORBIRD, "import", file, "--data", data, "--json"])
    deadline = time.monotonic() + _PATIENCE_S
    marks: list[Path] = []
    while not marks and process.poll() is None and time.monotonic() < deadline:
        marks = list((data / "imports").glob("*.json"))
        time.sleep(0.005)
    process.kill()
    ended = process.wait()
    values = msgspec.json.decode(marks[0].read_bytes())["values"] if marks else 0
    return Killed(data, file, -ended, values)


@pytest.fixture(scope="module")
def resumed(killed: Killed) -> dict[str, int]:
    """What the second run reports."""
    report: dict[str, int] = command("import", killed.file, "--data", killed.data, "--json").json()
    return report


@pytest.fixture(scope="module")
def straight(killed: Killed) -> Path:
    """A data folder into which the same file went in one run."""
    data = killed.data.with_name("straight")
    command("import", killed.file, "--data", data, "--json")
    return data


@pytest.mark.usefixtures("resumed")
def test_it_was_killed_in_the_midst_of_it(killed: Killed) -> None:
    assert (killed.signal, 0 < killed.values < ROWS) == (signal.SIGKILL, True)


def test_the_second_run_goes_on_and_does_not_begin_anew(resumed: dict[str, int]) -> None:
    assert resumed["resumedAfterLine"] > 0


def test_the_report_is_of_both_runs(resumed: dict[str, int]) -> None:
    assert resumed["rows"] == ROWS + BAD


def test_both_runs_together_reconcile(resumed: dict[str, int]) -> None:
    assert resumed["accepted"] + resumed["duplicates"] == ROWS


@pytest.mark.usefixtures("resumed")
def test_nothing_is_twice_or_lost_in_the_log(killed: Killed, straight: Path) -> None:
    ours, theirs = logged(killed.data), logged(straight)
    assert [one.message_id for one in ours] == [one.message_id for one in theirs]


@pytest.mark.usefixtures("resumed")
def test_people_are_those_that_a_straight_run_makes(killed: Killed, straight: Path) -> None:
    found = list(differences(_state(killed.data), _state(straight)))
    # Orders in profiles know when they came in, which is not the same time in two runs.
    assert [one for one in found if (one.table, one.what) != ("profiles", "different")] == []


@pytest.mark.usefixtures("resumed")
def test_a_replay_finds_the_state_as_it_should_be(killed: Killed) -> None:
    assert command("replay", "--check", "--data", killed.data).code == 0


@pytest.mark.usefixtures("resumed")
def test_no_dead_letter_is_twice(killed: Killed) -> None:
    assert len(command("export", "dead-letters", "--data", killed.data).lines()) == BAD


@pytest.mark.usefixtures("resumed")
def test_nothing_is_left_to_go_on_with(killed: Killed) -> None:
    assert list((killed.data / "imports").iterdir()) == []


def _state(data: Path) -> Path:
    return data / "workspaces" / "main" / "state.db"
