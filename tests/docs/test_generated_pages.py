"""Pages that follow from the code follow from the code as it is now."""

import importlib

import pytest
from tools import adr_index, cli_page, errors_page, settings_page
from tools.pages import ROOT, stale

from tailorbird.settings import Settings

GENERATORS = sorted(
    path.stem for path in (ROOT / "tools").glob("*.py") if "\ndef make(" in path.read_text("utf-8")
)


@pytest.mark.parametrize("generator", GENERATORS)
def test_a_generated_page_is_as_the_code_has_it(generator: str) -> None:
    made = importlib.import_module(f"tools.{generator}").make()
    assert not stale(made), f"`make docs` mends it:\n{stale(made)[0]}"


def test_every_command_has_a_section() -> None:
    page = cli_page.PAGE.read_text("utf-8")
    missing = [name for name, _ in cli_page.commands() if f"## `{name}`\n" not in page]
    assert not missing


def test_every_command_says_what_it_does() -> None:
    assert [name for name, command in cli_page.commands() if not command.help] == []


def test_every_setting_has_a_row() -> None:
    page = settings_page.PAGE.read_text("utf-8")
    assert [name for name in Settings.__struct_fields__ if f"| `{name}` |" not in page] == []


def test_every_error_has_a_sentence_for_its_title() -> None:
    odd = [kind.name for kind in errors_page.kinds().values() if not kind.title.endswith(".")]
    assert not odd


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in adr_index.records()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("record", adr_index.records(), ids=lambda path: path.stem)
def test_a_decision_has_its_four_parts(record: object) -> None:
    parts = ("Context", "Decision", "Consequences", "What would change our mind")
    text = adr_index.FOLDER.joinpath(str(record)).read_text("utf-8")
    assert [part for part in parts if f"\n## {part}\n" not in text] == []
