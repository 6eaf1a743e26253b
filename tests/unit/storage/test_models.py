"""The folder of models: whole or not at all, damage refused, the last good version serves."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tailorbird.predict.collaborative import Collaborative
from tailorbird.predict.hybrid.describing import COLUMNS
from tailorbird.predict.hybrid.model import Hybrid
from tailorbird.predict.model_files import ModelMissing, ModelUnreadable
from tailorbird.predict.nearest_rows import Neighbors
from tailorbird.predict.propensity.trees import Trees
from tailorbird.predict.rebuying import Rebuy, Rebuys
from tailorbird.predict.registry.card import Status
from tailorbird.storage.embedded.models import ModelFolder
from tests.unit.predict.registry.versions import NOW_MS, a_version

FIRST, SECOND, THIRD = (f"blend@2027-01-0{day}T00-00-00" for day in (1, 2, 3))


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    """A folder with two versions that served one after the other."""
    found = ModelFolder(tmp_path)
    for name in (FIRST, SECOND):
        found.save(*a_version(name))
        found.promote(name, NOW_MS, "better")
    return found


def served(folder: ModelFolder) -> str | None:
    trained = folder.load()
    return None if trained is None else trained.models.name


def files_of(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


def place_of(tmp_path: Path, name: str) -> Path:
    return tmp_path / name.replace("@", "-")


def test_a_version_comes_back_as_it_was_saved(folder: ModelFolder) -> None:
    trained = folder.read(SECOND)
    assert trained.vocabulary.ids == a_version()[0].vocabulary.ids


def test_what_people_come_to_comes_back_as_it_was_saved(folder: ModelFolder) -> None:
    trained, card = a_version(THIRD)
    lends = Neighbors(np.array([[1]], np.int32), np.array([[0.5]], np.float32))
    model = Collaborative(lends, 2.0)
    folder.save(replace(trained, models=replace(trained.models, collaborative=model)), card)
    found = folder.read(THIRD).models.collaborative
    assert found is not None
    assert found.recommend(np.zeros(1, np.int32), 5).codes.tolist() == [1]


def test_how_soon_things_are_bought_again_comes_back_as_it_was_saved(folder: ModelFolder) -> None:
    trained, card = a_version(THIRD)
    learned = Rebuys(90.0, Rebuy(40, 0.02, 3.5, 90), {"category:Coffee": Rebuy(40, 0.5, 30.0, 21)})
    folder.save(replace(trained, models=replace(trained.models, rebuys=learned)), card)
    assert folder.read(THIRD).models.rebuys == learned


def test_a_version_of_before_has_not_learned_how_soon_things_are_bought_again(
    folder: ModelFolder,
) -> None:
    assert folder.read(SECOND).models.rebuys is None


def test_a_saved_version_does_not_serve_before_it_is_promoted(folder: ModelFolder) -> None:
    folder.save(*a_version(THIRD))
    assert served(folder) == SECOND


def test_a_rollback_brings_back_who_served_before(folder: ModelFolder) -> None:
    assert folder.rollback(NOW_MS, "worse in the shop") == FIRST
    assert served(folder) == FIRST


def test_who_was_rolled_back_is_rejected(folder: ModelFolder) -> None:
    folder.rollback(NOW_MS, "worse in the shop")
    assert folder.status(SECOND) is Status.REJECTED


def test_a_second_rollback_does_not_bring_back_who_was_withdrawn(folder: ModelFolder) -> None:
    folder.rollback(NOW_MS, "one")
    with pytest.raises(ModelMissing):
        folder.rollback(NOW_MS, "two")


def test_a_rejected_version_is_kept_with_the_reason(folder: ModelFolder) -> None:
    folder.save(*a_version(THIRD))
    folder.reject(THIRD, NOW_MS, "hits less")
    assert (folder.status(THIRD), folder.acts()[-1].why) == (Status.REJECTED, "hits less")


def test_a_version_that_is_not_there_cannot_serve(folder: ModelFolder) -> None:
    with pytest.raises(ModelMissing, match=FIRST):
        folder.promote("blend@1999", NOW_MS, "")


def test_a_promoted_challenger_leaves_the_shadow(folder: ModelFolder) -> None:
    folder.shadow(FIRST, NOW_MS, "")
    folder.promote(FIRST, NOW_MS, "")
    assert (folder.challenger(), folder.status(FIRST)) == (None, Status.CHAMPION)


def test_old_versions_go_but_not_who_serves_or_is_in_shadow(folder: ModelFolder) -> None:
    folder.shadow(FIRST, NOW_MS, "")
    for day in range(3, 15):
        folder.save(*a_version(f"blend@2027-01-{day:02}T00-00-00"))
    names = [card.name for card in folder.cards()]
    assert {FIRST, SECOND} < set(names)
    assert len(names) == 5


def test_a_file_cut_short_is_refused_wherever_it_is(folder: ModelFolder, tmp_path: Path) -> None:
    for path in files_of(place_of(tmp_path, SECOND)):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        assert served(folder) == FIRST, path.name
        path.write_bytes(whole)
    assert served(folder) == SECOND


def test_a_missing_file_is_refused(folder: ModelFolder, tmp_path: Path) -> None:
    (place_of(tmp_path, SECOND) / "next_item" / "items.npy").unlink()
    assert served(folder) == FIRST


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_one_flipped_bit_is_enough_to_be_refused(
    folder: ModelFolder, tmp_path: Path, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(files_of(place_of(tmp_path, SECOND))))
    whole = bytearray(path.read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    before = path.read_bytes()
    path.write_bytes(bytes(whole))
    try:
        assert served(folder) == FIRST
    finally:
        path.write_bytes(before)


def test_a_version_of_a_newer_release_is_refused(folder: ModelFolder, tmp_path: Path) -> None:
    place = place_of(tmp_path, SECOND)
    card = json.loads((place / "card.json").read_bytes())
    (place / "card.json").write_text(json.dumps({**card, "format": 99}), "utf-8")
    (place / "files.json").unlink()
    with pytest.raises(ModelUnreadable, match="newer release"):
        folder.read(SECOND)
    assert served(folder) == FIRST


def test_a_newer_release_is_named_as_what_is_wrong(folder: ModelFolder, tmp_path: Path) -> None:
    (place_of(tmp_path, SECOND) / "items.json").write_bytes(b"[]")
    assert folder.fault() == "blend-2027-01-02T00-00-00: items.json is damaged"


def test_where_nothing_can_be_read_that_is_said(folder: ModelFolder, tmp_path: Path) -> None:
    for name in (FIRST, SECOND):
        (place_of(tmp_path, name) / "items.json").unlink()
    with pytest.raises(ModelUnreadable):
        folder.load()


def test_a_rejected_version_never_steps_in(folder: ModelFolder, tmp_path: Path) -> None:
    folder.save(*a_version(THIRD))
    folder.reject(THIRD, NOW_MS, "hits less")
    for name in (FIRST, SECOND):
        (place_of(tmp_path, name) / "items.json").unlink()
    with pytest.raises(ModelUnreadable):
        folder.load()


def test_a_version_half_written_is_no_version(folder: ModelFolder, tmp_path: Path) -> None:
    place_of(tmp_path, SECOND).rename(tmp_path / "blend-2027-01-02T00-00-00.part")
    assert [card.name for card in folder.cards()] == [FIRST]


def test_a_version_from_before_seals_were_made_is_read(folder: ModelFolder, tmp_path: Path) -> None:
    (place_of(tmp_path, SECOND) / "files.json").unlink()
    assert served(folder) == SECOND


@pytest.fixture
def ranked(folder: ModelFolder) -> ModelFolder:
    """The same folder, its third version with a learned ranker, which serves."""
    trained, card = a_version(THIRD)
    none = np.full(1, -1, np.int32)
    stump = Hybrid(Trees(np.zeros(1, np.int32), none, np.ones(1), none, none, none))
    folder.save(replace(trained, models=replace(trained.models, hybrid=stump)), card)
    folder.promote(THIRD, NOW_MS, "better")
    return folder


def has_ranker(folder: ModelFolder) -> bool:
    return folder.read(THIRD).models.hybrid is not None


def test_a_sound_ranker_serves_with_its_version(ranked: ModelFolder) -> None:
    assert (has_ranker(ranked), ranked.lacking(THIRD)) == (True, None)


def test_a_version_without_a_ranker_lacks_none(ranked: ModelFolder) -> None:
    assert ranked.lacking(SECOND) is None


def test_a_damaged_ranker_takes_nothing_else_with_it(ranked: ModelFolder, tmp_path: Path) -> None:
    for path in files_of(place_of(tmp_path, THIRD) / "hybrid"):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        assert (served(ranked), has_ranker(ranked)) == (THIRD, False), path.name
        path.write_bytes(whole)
    assert has_ranker(ranked)


def test_what_is_wrong_with_a_ranker_is_said_with_its_file(
    ranked: ModelFolder, tmp_path: Path
) -> None:
    (place_of(tmp_path, THIRD) / "hybrid" / "threshold.npy").write_bytes(b"")
    assert ranked.lacking(THIRD) == (
        f"{THIRD} serves without its learned ranker, the weights order: "
        "blend-2027-01-03T00-00-00: hybrid/threshold.npy is damaged"
    )


def test_a_ranker_of_another_release_is_left_out(ranked: ModelFolder, tmp_path: Path) -> None:
    place = place_of(tmp_path, THIRD)
    manifest = json.loads((place / "hybrid" / "manifest.json").read_bytes())
    manifest["facts"]["columns"] = [*COLUMNS, "height"]
    (place / "hybrid" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (place / "files.json").unlink()
    assert (served(ranked), has_ranker(ranked)) == (THIRD, False)
    assert "other columns" in (ranked.lacking(THIRD) or "")


def test_a_ranker_that_is_gone_is_left_out(ranked: ModelFolder, tmp_path: Path) -> None:
    for path in files_of(place_of(tmp_path, THIRD) / "hybrid"):
        path.unlink()
    assert (served(ranked), has_ranker(ranked)) == (THIRD, False)
