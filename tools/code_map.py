"""The floors and the map of the code in ARCHITECTURE.md, taken from the contract and the modules.

The floors are those of the import contract in `pyproject.toml`; what a room or a file is about is
the first sentence of its module.
"""

import re
import tomllib

from tools.pages import ROOT, Made, modules, put_between, run, sentence, stored

PAGE = ROOT / "ARCHITECTURE.md"
_INIT = "__init__.py"
_LONGEST = 48
_SENTENCE = re.compile(r"[^?.:]+[?.:]?")
Lines = dict[str, str]


def make() -> Made:
    """Return ARCHITECTURE.md with its floors and its map as the code has them now."""
    lines = {name: sentence(tree) for name, tree in modules()}
    text = put_between(stored(PAGE), "floors", _picture(lines))
    return {
        PAGE: put_between(text, "code map", "\n\n".join(_floor(one, lines) for one in floors()))
    }


def floors() -> list[list[str]]:
    """Return the rooms floor by floor, from the doors down to the ground."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers: list[str] = next(one["layers"] for one in contracts if one["name"] == "Floors")
    return [re.split(r"\s*[|:]\s*", layer) for layer in layers]


def _picture(lines: Lines) -> str:
    rows = [
        (" · ".join(rooms), " · ".join(_asks(room, lines) for room in rooms)) for rooms in floors()
    ]
    width = max(len(rooms) for rooms, _ in rows) + 4
    return "\n".join(["```", *(f"{rooms:^{width}}{asks}".rstrip() for rooms, asks in rows), "```"])


def _asks(room: str, lines: Lines) -> str:
    """Return the beginning of a room's sentence: `Who was it? …` becomes `who was it?`."""
    found = _SENTENCE.match(_about(room, lines))
    words = found[0].rstrip(".:") if found else ""
    if len(words) > _LONGEST:
        words = words.partition(",")[0]
    return words[:1].lower() + words[1:]


def _about(room: str, lines: Lines) -> str:
    return lines.get(f"{room}/{_INIT}") or lines[f"{room}.py"]


def _floor(rooms: list[str], lines: Lines) -> str:
    return "\n\n".join(_room(room, lines) for room in rooms)


def _room(room: str, lines: Lines) -> str:
    head = f"### {room}\n\n{_cell(_about(room, lines))}"
    inside = {name: line for name, line in lines.items() if name.startswith(f"{room}/")}
    inside.pop(f"{room}/{_INIT}", None)
    if not inside:
        return head
    rows = [f"| `{name}` | {_cell(line)} |" for name, line in sorted(inside.items(), key=_by_depth)]
    return "\n".join([head, "", "| file | what |", "| --- | --- |", *rows])


def _by_depth(entry: tuple[str, str]) -> tuple[str, bool, str]:
    """Sort files of a room before its folders, and a folder's own sentence before its files."""
    folder, _, file = entry[0].rpartition("/")
    return folder, file != _INIT, file


def _cell(line: str) -> str:
    return line.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    run(make)
