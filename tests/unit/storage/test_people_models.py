"""Stored models of people: whole or not at all, the last good one, and few of them."""

from pathlib import Path

import pytest

from tailorbird.predict.customer_value.bgnbd import BgNbd
from tailorbird.predict.customer_value.gamma_gamma import GammaGamma
from tailorbird.predict.customer_value.value_model import ValueModel
from tailorbird.predict.people import PeopleModels
from tailorbird.predict.registry.card import Card, Status
from tailorbird.storage.embedded.people_models import PeopleModelFolder

VALUE = ValueModel(BgNbd(0.243, 4.414, 0.793, 2.426), {"EUR": GammaGamma(6.25, 3.74, 15.44)}, 2_357)


def version(day: int) -> PeopleModels:
    """Return a version with a model of value only."""
    return PeopleModels(f"people@2026-01-0{day}", value=VALUE, refused={"intent": "too little"})


@pytest.fixture
def folder(tmp_path: Path) -> PeopleModelFolder:
    """A folder with two versions."""
    made = PeopleModelFolder(tmp_path)
    stored(made, 1)
    stored(made, 2)
    return made


def stored(folder: PeopleModelFolder, day: int) -> None:
    """Store a version, and let it serve."""
    made = version(day)
    folder.save(made, Card(made.name))
    folder.promote(made.name, day, "better")


def test_a_version_comes_back_as_it_was_stored(folder: PeopleModelFolder) -> None:
    assert folder.load() == version(2)


def test_an_empty_folder_has_none(tmp_path: Path) -> None:
    assert PeopleModelFolder(tmp_path).load() is None


@pytest.mark.parametrize("file", ["value/manifest.json", "card.json"])
def test_a_damaged_version_is_refused_and_the_last_good_one_serves(
    folder: PeopleModelFolder, tmp_path: Path, file: str
) -> None:
    (tmp_path / "people-2026-01-02" / file).write_bytes(b"{")
    assert folder.load() == version(1)


def test_a_part_of_a_newer_release_is_refused(folder: PeopleModelFolder, tmp_path: Path) -> None:
    manifest = tmp_path / "people-2026-01-02" / "value" / "manifest.json"
    (tmp_path / "people-2026-01-02" / "files.json").unlink()  # as a newer release would seal it
    manifest.write_text(manifest.read_text("utf-8").replace('"format": 1', '"format": 99'), "utf-8")
    assert folder.load() == version(1)


def test_what_serves_is_handed_out_once(folder: PeopleModelFolder) -> None:
    assert folder.fresh() == version(2)
    assert folder.fresh() is None


def test_what_was_stored_since_is_handed_out(folder: PeopleModelFolder) -> None:
    folder.fresh()
    stored(folder, 3)
    assert folder.fresh() == version(3)


def test_only_the_newest_versions_are_kept(folder: PeopleModelFolder) -> None:
    for day in range(3, 10):
        stored(folder, day)
    assert [card.name[-1] for card in folder.cards()] == ["5", "6", "7", "8", "9"]


def test_a_rollback_brings_back_who_served_before(folder: PeopleModelFolder) -> None:
    folder.rollback(9, "complaints")
    assert folder.fresh() == version(1)
    assert folder.status(version(2).name) is Status.REJECTED


def test_nobody_but_the_owner_can_read_a_version(folder: PeopleModelFolder, tmp_path: Path) -> None:
    assert folder.current() is not None
    open_to_others = [path for path in tmp_path.glob("*/**/*") if path.stat().st_mode & 0o077]
    assert open_to_others == []
