"""The reference of the errors, taken from the classes whose docstrings are the messages."""

import ast
import re
from typing import NamedTuple

from tools.pages import DOCS, Made, modules, put_between, run, sentence, stored

PAGE = DOCS / "reference" / "errors.md"
_ROOT = "TailorbirdError"


class Kind(NamedTuple):
    """A kind of error: its class, what it derives from, and what it says."""

    name: str
    parent: str
    title: str
    status: int | None
    remedy: str | None


def make() -> Made:
    """Return the page as the classes are now."""
    found = kinds()
    rows = [_row(kind, found) for kind in sorted(found.values(), key=lambda one: code(one.name))]
    head = "| code | status | title | what to do |\n| --- | --: | --- | --- |"
    return {PAGE: put_between(stored(PAGE), "errors", "\n".join([head, *rows]))}


def kinds() -> dict[str, Kind]:
    """Return every class that derives from the root of all errors, by name."""
    every = {
        node.name: _kind(node, base.id)
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    }
    return {name: kind for name, kind in every.items() if _descends(kind, every)}


def code(name: str) -> str:
    """Return the stable machine name of an error, as `TailorbirdError.code` makes it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _descends(kind: Kind, every: dict[str, Kind]) -> bool:
    if kind.parent == _ROOT:
        return True
    parent = every.get(kind.parent)
    return parent is not None and _descends(parent, every)


def _kind(node: ast.ClassDef, parent: str) -> Kind:
    status: int | None = None
    remedy: str | None = None
    for line in node.body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            try:
                value = ast.literal_eval(line.value)
            except ValueError:
                continue
            if line.targets[0].id == "status":
                status = value
            elif line.targets[0].id == "remedy":
                remedy = value
    return Kind(node.name, parent, sentence(node), status, remedy)


def _row(kind: Kind, found: dict[str, Kind]) -> str:
    status, remedy = kind.status, kind.remedy
    ancestor: Kind | None = kind
    while ancestor is not None and (status is None or remedy is None):
        status = ancestor.status if status is None else status
        remedy = ancestor.remedy if remedy is None else remedy
        ancestor = found.get(ancestor.parent)
    cells = (f"`{code(kind.name)}`", str(status or 500), kind.title, remedy or _FALLBACK)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


_FALLBACK = "Look at the server's log, then run `tailorbird doctor`."


if __name__ == "__main__":
    run(make)
