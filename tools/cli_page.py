"""The reference of the commands, taken from the command line itself."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from tailorbird.cli.main import app
from tools.pages import DOCS, Made, put_between, run, stored

PAGE = DOCS / "reference" / "cli.md"


def make() -> Made:
    """Return the page as the commands are now."""
    parts = [_section(name, command) for name, command in commands()]
    return {PAGE: put_between(stored(PAGE), "commands", "\n\n".join(parts))}


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Yield every command with the words that call it."""
    yield from _inside(typer.main.get_command(app), ())


def _inside(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for name in sorted(command.commands):
            yield from _inside(command.commands[name], (*path, name))
    elif isinstance(command, TyperCommand):
        yield " ".join(path), command


def _section(name: str, command: TyperCommand) -> str:
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    options = [one for one in command.params if isinstance(one, TyperOption)]
    usage = " ".join(["tailorbird", name, *map(_argument, arguments), "[options]"])
    about = " ".join((command.help or "").split())
    parts = [f"## `{name}`", f"```\n{usage}\n```", about]
    told = [f"- `{_name(one)}`: {one.help}" for one in arguments if one.help]
    if told:
        parts.append("\n".join(told))
    if options:
        head = "| option | what | when left out |\n| --- | --- | --- |"
        parts.append("\n".join([head, *map(_row, options)]))
    return "\n\n".join(parts)


def _argument(one: TyperArgument) -> str:
    return _name(one) if one.required else f"[{_name(one)}]"


def _name(one: TyperArgument) -> str:
    return (one.name or "").upper()


def _row(one: TyperOption) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(one.opts, key=len, reverse=True))
    return f"| {names} | {_cell(one.help or '')} | {_default(one)} |"


def _default(one: TyperOption) -> str:
    if one.required:
        return "must be given"
    if one.default is None or one.default is False:
        return ""
    return f"`{_plain(one.default)}`"


def _plain(value: object) -> str:
    return str(getattr(value, "value", value))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").strip()


if __name__ == "__main__":
    run(make)
