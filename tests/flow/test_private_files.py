"""Nobody but its owner can read an install, whatever the umask of the process."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import command, segment
from tests.shop import Shop, viewed


@pytest.fixture(autouse=True)
def _careless() -> Iterator[None]:
    """A process that gives everybody all rights, if nothing is said."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    everything = (folder, *folder.rglob("*"))
    return [str(one) for one in everything if stat.S_IMODE(one.stat().st_mode) & 0o077]


def test_a_shop_at_work_is_its_owners_only(shop: Shop) -> None:
    shop.stock({"id": "tent"})
    shop.track("Product Viewed", product_id="tent")
    shop.decide()
    shop.written()
    assert any(one.name == "log.db-wal" for one in shop.folder.rglob("*"))
    assert open_to_others(shop.folder) == []


def test_models_are_their_owners_only(tmp_path: Path) -> None:
    data = tmp_path / "data"
    calls = [viewed(item, anonymousId=f"a{n}") for n in range(60) for item in ("tent", "rope")]
    then = [{**call, "timestamp": "2024-01-01T00:00:00Z"} for call in calls]
    command("import", segment(tmp_path / "f.jsonl", *then), "--data", data)
    assert command("train", "--data", data).code == 0
    assert open_to_others(data) == []


def test_what_was_restored_is_its_owners_only(shop: Shop, tmp_path: Path) -> None:
    command("backup", tmp_path / "b.tar", "--data", shop.folder)
    command("restore", tmp_path / "b.tar", "--data", tmp_path / "restored")
    assert open_to_others(tmp_path / "restored") == []


def test_an_empty_folder_of_ours_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    Shop(tmp_path / "data").close()
    assert open_to_others(tmp_path / "data") == []


def test_a_doctor_sees_what_is_open_to_others(shop: Shop) -> None:
    log = shop.folder / "workspaces" / "main" / "log.db"
    log.chmod(0o640)
    findings = command("doctor", "--data", shop.folder, "--json").json()
    (found,) = (one for one in findings if one["check"] == "rights")
    assert (found["verdict"], str(log) in found["saw"]) == ("bad", True)
