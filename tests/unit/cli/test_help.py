"""Help: every command and every option says what it is for."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tailorbird.cli import main
from tests.commands import command


def commands_of(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, one in group.commands.items():
        yield f"{path}{name}", one
        if hasattr(one, "commands"):
            yield from commands_of(one, f"{path}{name} ")


COMMANDS = dict(commands_of(typer.main.get_command(main.app), ""))
OPTIONS = {
    f"{name} {'/'.join(option.opts)}": option
    for name, one in COMMANDS.items()
    for option in one.params
    if option.name != "help"
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(name: str) -> None:
    assert COMMANDS[name].help


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_says_what_it_is_for(name: str) -> None:
    assert OPTIONS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_its_help(name: str) -> None:
    assert command(*name.split(), "--help").code == 0


def test_a_mistake_becomes_a_sentence_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tailorbird", "workspaces", "--data", "/nowhere/at/all"])
    with pytest.raises(SystemExit):
        main.main()
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_mistake_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tailorbird", "workspaces", "--data", "/nowhere/at/all"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 1


def test_an_unknown_option_ends_with_2() -> None:
    assert command("export", "events", "--loud").code == 2
