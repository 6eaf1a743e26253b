"""A backup restored is the same shop: its log, its people, its vault, its keys."""

import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.commands import command
from tests.shop import Shop

MAIL = "ada@mail.example"


@pytest.fixture
def shop_in_use(shop: Shop) -> Shop:
    """A shop, still open, in which somebody left contact data."""
    shop.stock({"id": "tent", "title": "Tent"})
    shop.post("/v1/identify", {"userId": "ada", "traits": {"email": MAIL}})
    shop.track("Product Viewed", product_id="tent", userId="ada")
    shop.written()
    return shop


@pytest.fixture
def restored(shop_in_use: Shop, tmp_path: Path) -> Path:
    """Where a backup, made while the shop was open, was restored."""
    saved, folder = tmp_path / "b.tar.gz", tmp_path / "restored"
    assert command("backup", saved, "--data", shop_in_use.folder).code == 0
    assert command("restore", saved, "--data", folder).code == 0
    return folder


def test_a_restored_folder_passes_a_check(restored: Path) -> None:
    assert command("replay", "--check", "--data", restored).code == 0


@pytest.mark.parametrize("what", ["events", "dead-letters"])
def test_a_restored_folder_exports_the_same(shop_in_use: Shop, restored: Path, what: str) -> None:
    before, after = (
        command("export", what, "--data", f).out for f in (shop_in_use.folder, restored)
    )
    assert before == after


def test_a_restored_vault_can_be_opened(restored: Path) -> None:
    held: dict[str, Any] = command("person", "export", "user:ada", "--data", restored).json()
    assert held["contacts"] == [{"email": MAIL}]


def test_a_restored_secret_is_its_owners_only(restored: Path) -> None:
    assert (restored / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_its_owners_only(shop_in_use: Shop, tmp_path: Path) -> None:
    command("backup", tmp_path / "b.tar", "--data", shop_in_use.folder)
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600


def test_a_backup_with_the_secret_says_so(shop_in_use: Shop, tmp_path: Path) -> None:
    done = command("backup", tmp_path / "b.tar", "--data", shop_in_use.folder)
    assert "holds secret.key" in done.err


def test_a_backup_can_leave_the_secret_out(shop_in_use: Shop, tmp_path: Path) -> None:
    saved = tmp_path / "b.tar"
    command("backup", saved, "--without-secret", "--data", shop_in_use.folder)
    with tarfile.open(saved) as tar:
        assert "secret.key" not in tar.getnames()


def test_a_backup_leaves_no_copies_beside_it(shop_in_use: Shop, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    command("backup", place / "b.tar", "--data", shop_in_use.folder)
    assert [path.name for path in place.iterdir()] == ["b.tar"]


def test_a_restore_never_writes_over_anything(shop_in_use: Shop, tmp_path: Path) -> None:
    saved = tmp_path / "b.tar"
    command("backup", saved, "--data", shop_in_use.folder)
    assert command("restore", saved, "--data", shop_in_use.folder).code == 1


def test_a_file_that_is_no_backup_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("no")
    assert command("restore", tmp_path / "b.tar", "--data", tmp_path / "new").code == 1


def test_a_tar_that_reaches_outside_is_refused(shop_in_use: Shop, tmp_path: Path) -> None:
    saved = tmp_path / "b.tar"
    command("backup", saved, "--data", shop_in_use.folder)
    with tarfile.open(saved, "a") as tar:
        tar.add(__file__, "workspaces/main/models/../../../../evil.py")
    assert command("restore", saved, "--data", tmp_path / "new").code == 1
