"""What every generator shares: where things lie, marked parts of a page, writing and checking."""

import ast
import difflib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "tailorbird"
DOCS = ROOT / "docs"

Made = Mapping[Path, str]
"""Pages by path, as they should be."""

HEAD = (
    "<!-- Made by `python -m tools.{tool}`; change the code that it is made from instead. -->\n\n"
)


class NoMarkers(Exception):
    """A page lacks the two comments between which a generated part stands."""


def stored(page: Path) -> str:
    """Return a page's text as it is."""
    return page.read_text("utf-8")


def put_between(text: str, part: str, made: str) -> str:
    """Return a page's text with a generated part put between its two markers.

    Raises:
        NoMarkers: the page has not both of them.
    """
    begin, end = f"<!-- begin {part}", f"<!-- end {part} -->"
    head, found, rest = text.partition(begin)
    comment, closed, rest = rest.partition("-->\n")
    _, ended, tail = rest.partition(end)
    if not (found and closed and ended):
        raise NoMarkers(f"The page has no part called {part}")
    return f"{head}{begin}{comment}-->\n\n{made.strip()}\n\n{end}{tail}"


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield every module of the package as its path in it and its tree, without importing it."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))


def sentence(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> str:
    """Return the first line of a docstring; empty without one."""
    found = ast.get_docstring(node) or ""
    return found.partition("\n")[0].strip()


def stale(made: Made) -> list[str]:
    """Return, for each page that is not as it should be, how it differs."""
    found = []
    for path, text in made.items():
        present = path.read_text("utf-8") if path.exists() else ""
        if present != text:
            name = path.relative_to(ROOT).as_posix()
            lines = difflib.unified_diff(
                present.splitlines(), text.splitlines(), name, "as it should be", lineterm="", n=1
            )
            found.append("\n".join(list(lines)[:40]))
    return found


def run(make: Callable[[], Made]) -> None:
    """Write the pages; with `--check`, say what is stale and end with 1 if anything is."""
    made = make()
    if "--check" not in sys.argv[1:]:
        for path, text in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return
    found = stale(made)
    if found:
        sys.stderr.write("\n".join([*found, "", "Run `make docs`.", ""]))
        sys.exit(1)
