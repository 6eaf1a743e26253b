"""Files become a configuration whole, or every mistake in them is named with its line."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tailorbird.configure.configuration import Configuration
from tailorbird.configure.kinds import Fault, Kind
from tailorbird.configure.reading import BadConfiguration, NoConfiguration, read, texts_of


class Lamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Something to configure."""

    name: str
    watts: int = 10
    lit_by: str | None = None
    tags: tuple[str, ...] = ()


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something else, which names lamps."""

    name: str
    lamps: tuple[str, ...] = ()


LAMPS = Kind("lamps", "lamp", Lamp, (Lamp("hall"),))
SWITCHES = Kind(
    "switches",
    "switch",
    Switch,
    check=lambda one, known: [
        Fault(f"$.lamps[{index}]", f"there is no lamp {lamp!r}")
        for index, lamp in enumerate(one.lamps)
        if lamp not in known.names("lamps")
    ],
)


def configured(text: str, **more: str) -> Configuration:
    files = {"a.yaml": dedent(text), **{f"{name}.yaml": dedent(one) for name, one in more.items()}}
    return read(files, [LAMPS, SWITCHES])


def mistakes(text: str, **more: str) -> list[str]:
    with pytest.raises(BadConfiguration) as caught:
        configured(text, **more)
    return caught.value.detail.splitlines()


def test_what_ships_is_there_without_a_word() -> None:
    assert configured("").of(LAMPS) == (Lamp("hall"),)


def test_an_entry_of_the_same_name_replaces_what_ships() -> None:
    assert configured("lamps: [{name: hall, watts: 5}]").of(LAMPS) == (Lamp("hall", 5),)


def test_any_file_may_hold_any_kind() -> None:
    found = configured("lamps: [{name: a}]", b="lamps: [{name: b}]\nswitches: [{name: s}]")
    assert [one.name for one in found.of(LAMPS)] == ["hall", "a", "b"]


def test_every_mistake_is_named_at_once() -> None:
    text = """
        lamps:
          - name: a
            wats: 3
          - name: b
            watts: much
        lampz: []
    """
    assert mistakes(text) == [
        "a.yaml:4: there is no field `wats` here; did you mean `watts`?",
        "a.yaml:6: `watts`: Expected `int`, got `str`",
        "a.yaml:7: there is no `lampz` here; did you mean `lamps`?",
    ]


def test_two_unknown_fields_of_one_entry_are_both_named() -> None:
    found = mistakes("lamps:\n- name: a\n  wats: 3\n  litby: x\n")
    assert [one.split("`")[1] for one in found] == ["wats", "litby"]


def test_a_name_stands_once_in_its_kind() -> None:
    found = mistakes("lamps:\n- name: a\n", b="lamps:\n- name: a\n")
    assert found == ["b.yaml:2: lamp 'a' stands in a.yaml:2 already"]


def test_a_check_sees_all_other_kinds_in_any_order_of_files() -> None:
    found = configured("switches: [{name: s, lamps: [hall, z]}]", b="lamps: [{name: z}]")
    assert [one.name for one in found.of(SWITCHES)] == ["s"]


def test_a_check_names_the_line_inside_the_entry() -> None:
    text = "switches:\n- name: s\n  lamps:\n  - hall\n  - hell\n"
    assert mistakes(text) == ["a.yaml:5: switch 's': there is no lamp 'hell'"]


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "22:00", "2026-11-20", "1_000"])
def test_words_that_older_yaml_turns_into_something_else_are_text(word: str) -> None:
    assert configured(f"lamps: [{{name: a, litBy: {word}}}]").of(LAMPS)[1].lit_by == word


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lamps: [", "a.yaml:2: not YAML"),
        ("lamps:\n- name: a\n  name: b", "a.yaml:3: `name` stands here twice"),
        ("lamps:\n- &x {name: a}\n- *x", "a.yaml:2: aliases"),
        ("lamps: 3", "a.yaml:1: `lamps` must be a list of lamps"),
        ("- a", "a.yaml:1: a file holds lists by kind"),
        ("lamps:\n- 3", "a.yaml:2: Expected `object`"),
        ("lamps:\n- name: ''", "a.yaml:2: a lamp needs a `name`"),
        ("lamps: " + "[" * 2000, "a.yaml:1: "),
        ("lamps: \x00", "a.yaml:1: not YAML"),
        ("lamps:\n- name: a\n  watts: 1e999", "a.yaml:3: a number is too large"),
        (f"lamps:\n- name: {'a' * 101}", "a.yaml:2: a lamp needs a `name`"),
    ],
)
def test_what_is_no_list_of_entries_is_refused_with_its_line(text: str, said: str) -> None:
    assert mistakes(text + "\n")[0].startswith(said)


def test_the_digest_does_not_depend_on_order_or_files() -> None:
    one = configured("lamps: [{name: a, watts: 1}, {name: b}]")
    other = configured("lamps: [{name: b}]", b="lamps: [{watts: 1, name: a}]")
    assert one.digest == other.digest


def test_a_folder_is_read_with_what_is_below_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("a.yaml", "deep/b.yml", ".hidden/c.yaml", "notes.txt"):
        (tmp_path / name).write_text("lamps: []", "utf-8")
    assert sorted(texts_of(tmp_path)) == ["a.yaml", "deep/b.yml"]


def test_an_empty_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(NoConfiguration):
        texts_of(tmp_path)


def test_an_unknown_word_says_which_there_are_when_they_are_few() -> None:
    kinds: list[Kind[Any]] = [LAMPS]
    with pytest.raises(BadConfiguration, match="there are lamps"):
        read({"a.yaml": "qqqq: []"}, kinds)


words = st.sampled_from(["name", "watts", "litBy", "tags", "on", "", "a.b", "[0]", "&x", "`"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=8,
)


def outcome(text: str) -> int | str:
    """Return how many entries a text has, or what is wrong with it."""
    try:
        return len(read({"a.yaml": text}, [LAMPS]).entries)
    except BadConfiguration as refused:
        return refused.detail


@given(st.lists(anything, max_size=3))
def test_whatever_stands_in_a_file_is_taken_or_named(said: list[Any]) -> None:
    found = outcome(yaml.safe_dump({"lamps": said}, allow_unicode=True))
    assert found == len(said) or str(found).startswith("a.yaml:")


@given(st.text(max_size=80))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    found = outcome(text)
    assert found == 0 or str(found).startswith("a.yaml:")
