"""The map of the code in ARCHITECTURE.md: one line a module, taken from its first sentence."""

import ast

from tools.pages import ROOT, Made, modules, put_between, run, sentence, stored

PAGE = ROOT / "ARCHITECTURE.md"

# The floors of the house, from the doors down to the ground, as ARCHITECTURE.md draws them.
FLOORS = (
    ("The doors", ("cli", "api", "dashboard")),
    ("The composition root", ("compose.py", "beside.py")),
    ("The edge and the corridor", ("storage", "flow")),
    ("The stages", ("decide", "predict", "profile", "identity", "privacy", "collect", "catalog")),
    ("Whether one may", ("consent", "access")),
    ("The ground", ("spine", "settings.py")),
    ("Beside the house", ("simulate", "bench")),
)
_INIT = "__init__.py"
Lines = dict[str, str]


def make() -> Made:
    """Return ARCHITECTURE.md with its map as the code has it now."""
    return {
        PAGE: put_between(
            stored(PAGE), "code map", _map({name: told(tree) for name, tree in modules()})
        )
    }


def told(module: ast.Module) -> str:
    """Return a module's sentence, fit for a table."""
    return sentence(module).replace("|", "\\|").replace("*", "\\*")


def _map(lines: Lines) -> str:
    named = {room for _, rooms in FLOORS for room in rooms}
    rooms = {name.partition("/")[0] for name in lines} - {_INIT}
    others = tuple(sorted(rooms - named))
    floors = FLOORS if not others else (*FLOORS, ("Not on the map yet", others))
    return "\n\n".join(_floor(title, rooms, lines) for title, rooms in floors)


def _floor(title: str, rooms: tuple[str, ...], lines: Lines) -> str:
    return "\n\n".join(
        [f"### {title}", *(_room(room, lines) for room in rooms if _has(room, lines))]
    )


def _has(room: str, lines: Lines) -> bool:
    return room in lines or f"{room}/{_INIT}" in lines


def _room(room: str, lines: Lines) -> str:
    if room in lines:
        return f"**`{room}`**: {lines[room]}"
    inside = {name: line for name, line in lines.items() if name.startswith(f"{room}/")}
    about = inside.pop(f"{room}/{_INIT}")
    rows = [f"| `{name}` | {line} |" for name, line in sorted(inside.items(), key=_by_depth)]
    return "\n".join([f"**`{room}/`**: {about}", "", "| file | what |", "| --- | --- |", *rows])


def _by_depth(entry: tuple[str, str]) -> tuple[str, bool, str]:
    """Sort files of a room before its folders, and a folder's own sentence before its files."""
    folder, _, file = entry[0].rpartition("/")
    return folder, file != _INIT, file


if __name__ == "__main__":
    run(make)
