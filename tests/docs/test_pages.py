"""What the pages point at is there: files, headings, functions, tests."""

import ast
import re
from pathlib import Path

import pytest
from tools.check_links import dead_links
from tools.examples import not_run
from tools.pages import DOCS, ROOT, SOURCE

PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
_STATION = re.compile(r"^\| \d+ \| `([\w/]+\.py)` \| `([\w.]+)` \|", re.MULTILINE)
_TEST = re.compile(r"`(test_[a-z0-9_]+)`")
_TEST_FILE = re.compile(r"`(tests/[\w/]+(?:\.py)?)/?`")


def name_of(page: Path) -> str:
    """Return a page's path in the project."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_link_is_dead(page: Path) -> None:
    assert dead_links(page, ROOT) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    named = set(_TEST.findall(text))
    known = {
        word
        for path in (ROOT / "tests").rglob("test_*.py")
        for word in re.findall(r"\bdef (test_\w+)", path.read_text("utf-8"))
    }
    assert named - known == set()
    assert [path for path in _TEST_FILE.findall(text) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "page", [*(DOCS / "tutorial").glob("*.md"), *(DOCS / "how-to").glob("*.md")], ids=name_of
)
def test_every_curl_of_a_guide_is_run(page: Path) -> None:
    assert not_run(page) == []


def test_every_station_of_the_walk_exists() -> None:
    stations = _STATION.findall((ROOT / "ARCHITECTURE.md").read_text("utf-8"))
    assert len(stations) > 30
    missing = [f"{file}: {name}" for file, name in stations if name not in names_in(file)]
    assert not missing


def names_in(file: str) -> set[str]:
    """Return the functions, classes and methods of a file of the package, as dotted names."""
    path = SOURCE / file
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found.update(
                f"{node.name}.{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
            )
        if isinstance(node, ast.Assign):
            found.update(one.id for one in node.targets if isinstance(one, ast.Name))
    return found
