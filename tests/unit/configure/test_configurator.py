"""Versions: what is in force, what changed, and how to go back."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailorbird.configure.configuration import Configuration
from tailorbird.configure.configurator import Configurator, NothingBefore, UnknownVersion
from tailorbird.configure.ports import Deed, StoredVersion
from tailorbird.configure.reading import BadConfiguration
from tailorbird.decide.configuration import PLACEMENTS, placements_in
from tailorbird.spine.ids import WorkspaceId
from tailorbird.storage.embedded.configurations import SqliteVersions
from tailorbird.storage.embedded.control import SqliteAudit

MAIN = WorkspaceId("main")
ME = Deed("me", 1_000, "because")
EIGHT = {"a.yaml": "placements: [{name: home_recs, limit: 8}, {name: mine, limit: 3}]"}
NINE = {"a.yaml": "placements: [{name: home_recs, limit: 9}, {name: mine, limit: 3}]"}


class Desk:
    """A configurator over a control file, used from tests that do not await."""

    def __init__(self, path: Path, workspace: WorkspaceId = MAIN) -> None:
        self.store = SqliteVersions(path, workspace)
        self.configurator = Configurator([PLACEMENTS], self.store)

    def apply(self, files: dict[str, str]) -> int:
        return asyncio.run(self.configurator.apply(files, ME)).version

    def back(self, version: int | None = None) -> int:
        return asyncio.run(self.configurator.roll_back(version, ME)).version

    def policy(self, name: str = "home_recs") -> str:
        return placements_in(self.configurator.active).get(name).policy

    def limit(self, name: str = "home_recs") -> int:
        return placements_in(self.configurator.active).get(name).limit


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk over an empty control file."""
    opened = Desk(tmp_path / "control.db")
    yield opened
    opened.store.close()


def test_the_first_version_is_what_ships(desk: Desk) -> None:
    assert (desk.configurator.active.version, desk.policy()) == (1, "home_recs@1")


def test_applying_makes_the_next_version(desk: Desk) -> None:
    assert (desk.apply(EIGHT), desk.limit()) == (2, 8)


def test_files_that_mean_the_same_make_no_version(desk: Desk) -> None:
    desk.apply(EIGHT)
    assert desk.apply({"b.yaml": EIGHT["a.yaml"] + " # said elsewhere"}) == 2


def test_a_policy_is_named_by_the_version_that_changed_it_last(desk: Desk) -> None:
    desk.apply(EIGHT)
    desk.apply(NINE)
    assert [desk.policy(name) for name in ("home_recs", "mine", "hero")] == [
        "home_recs@3",
        "mine@2",
        "hero@1",
    ]


def test_going_back_names_the_policy_as_it_was_named(desk: Desk) -> None:
    desk.apply(EIGHT)
    desk.apply(NINE)
    assert (desk.back(), desk.policy(), desk.limit()) == (2, "home_recs@2", 8)


def test_going_back_twice_goes_back_two(desk: Desk) -> None:
    desk.apply(EIGHT)
    desk.apply(NINE)
    assert [desk.back(), desk.back()] == [2, 1]


def test_before_the_first_version_there_is_nothing(desk: Desk) -> None:
    with pytest.raises(NothingBefore):
        desk.back()


def test_an_unknown_version_changes_nothing(desk: Desk) -> None:
    desk.apply(EIGHT)
    with pytest.raises(UnknownVersion):
        desk.back(7)
    assert desk.configurator.active.version == 2


def test_a_version_applied_after_going_back_has_a_new_number(desk: Desk) -> None:
    desk.apply(EIGHT)
    desk.apply(NINE)
    desk.back(1)
    assert (desk.apply(EIGHT), desk.policy()) == (4, "home_recs@4")


def test_a_mistake_changes_nothing(desk: Desk) -> None:
    desk.apply(EIGHT)
    with pytest.raises(BadConfiguration):
        desk.apply({"a.yaml": "placements: [{name: home_recs, limit: 900}]"})
    assert (desk.limit(), len(desk.configurator.versions())) == (8, 1)


def test_trying_out_changes_nothing(desk: Desk) -> None:
    tried = asyncio.run(desk.configurator.try_out(EIGHT))
    assert (tried.version, tried.done, desk.configurator.active.version) == (2, False, 1)


def test_the_difference_names_the_fields(desk: Desk) -> None:
    desk.apply(EIGHT)
    applied = asyncio.run(desk.configurator.apply({"a.yaml": "placements: [{name: mine}]"}, ME))
    assert [(one.name, one.what) for one in applied.changes] == [
        ("home_recs", "removed"),
        ("mine", "changed"),
    ]
    assert [field.path for field in applied.changes[1].fields] == ["limit"]


def test_versions_survive_a_restart(desk: Desk, tmp_path: Path) -> None:
    desk.apply(EIGHT)
    desk.apply(NINE)
    desk.back()
    again = Desk(tmp_path / "control.db")
    assert (again.policy(), again.limit(), len(again.configurator.versions())) == (
        "home_recs@2",
        8,
        2,
    )
    again.store.close()


def test_every_change_is_in_the_audit_log(desk: Desk, tmp_path: Path) -> None:
    desk.apply(EIGHT)
    desk.back()
    audit = SqliteAudit(tmp_path / "control.db")
    lines = [(actor, action, what) for _, _, actor, action, what in audit.latest(MAIN, 5)]
    audit.close()
    assert lines == [
        ("me", "configuration.rollback", "version 1: because"),
        ("me", "configuration.apply", "version 2: because"),
    ]


def test_shops_do_not_share_versions(desk: Desk, tmp_path: Path) -> None:
    desk.apply(EIGHT)
    other = Desk(tmp_path / "control.db", WorkspaceId("other"))
    assert other.configurator.active.version == 1
    other.store.close()


def test_all_who_listen_are_told_before_anything_else_happens(desk: Desk) -> None:
    seen: list[tuple[str, int]] = []

    def first(one: Configuration) -> None:
        seen.append(("first", one.version))

    def second(one: Configuration) -> None:
        seen.append(("second", one.version))

    desk.configurator.listen(first)
    desk.configurator.listen(second)
    desk.apply(EIGHT)
    assert seen == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]


def test_a_version_that_a_later_release_cannot_read_gives_way_to_the_last_good_one(
    desk: Desk, tmp_path: Path
) -> None:
    desk.apply(EIGHT)
    gone = {"a.yaml": "placements: [{name: home_recs, gone: true}]"}
    stored = StoredVersion(3, "d", 1, "me", "", gone, {})
    desk.store.add(stored, ME)
    again = Desk(tmp_path / "control.db")
    assert (again.configurator.active.version, "gone" in (again.configurator.fault or "")) == (
        2,
        True,
    )
    again.store.close()


def test_what_is_applied_anew_is_no_fault_any_longer(desk: Desk, tmp_path: Path) -> None:
    gone = {"a.yaml": "placements: [{name: home_recs, gone: true}]"}
    desk.store.add(StoredVersion(2, "d", 1, "me", "", gone, {}), ME)
    again = Desk(tmp_path / "control.db")
    assert (again.apply(EIGHT), again.configurator.fault) == (3, None)
    again.store.close()
