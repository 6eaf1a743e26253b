"""Stored values become objects that say what each of their parts is."""

from enum import IntEnum

import msgspec

from tailorbird.spine.named import named


class Kind(IntEnum):
    """A numbered choice."""

    FIRST_VIEW = 1


class Terse(msgspec.Struct, frozen=True, array_like=True):
    """Kept as an array."""

    at_ms: int
    kind: Kind = Kind.FIRST_VIEW
    parent_id: str | None = None


class Whole(msgspec.Struct, frozen=True):
    """Holds terse ones, and somebody's data."""

    by_name: dict[str, Terse]
    newest_first: tuple[Terse, ...] = ()


def test_what_is_kept_as_an_array_becomes_an_object() -> None:
    assert named(Terse(7)) == {"atMs": 7, "kind": "first_view"}


def test_names_that_are_somebodys_data_stay_as_they_are() -> None:
    assert named(Whole({"my_name": Terse(7)}))["byName"].keys() == {"my_name"}


def test_a_field_that_is_not_said_is_left_out() -> None:
    assert "parentId" not in named(Terse(7))


def test_an_empty_collection_is_said() -> None:
    assert named(Whole({})) == {"byName": {}, "newestFirst": []}
