"""Modules say what they are, stay short, and do nothing when they are imported."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tailorbird"
_MOST_LINES = 400

# Imports every module of the package, and prints what that did to the world outside.
_IMPORT_ALL = """
import importlib, json, os, pkgutil, sys
did = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
DEEDS = ("socket.", "subprocess.", "os.fork", "os.posix_spawn", "os.mkdir", "os.remove",
         "os.rename", "os.rmdir", "sqlite3.connect")

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if (flags or 0) & WRITES and path != os.devnull:
            did.append(f"{event} {path!r}")
    elif event.startswith(DEEDS):
        did.append(f"{event} {arguments!r}")

import tailorbird
sys.addaudithook(watch)
names = [one.name for one in pkgutil.walk_packages(tailorbird.__path__, "tailorbird.")]
for name in names:
    importlib.import_module(name)
print(json.dumps({"names": names, "did": did}))
"""


def modules() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every module."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), path.read_text("utf-8")


def test_every_module_opens_with_a_sentence() -> None:
    firsts = {path: ast.get_docstring(ast.parse(text)) or "" for path, text in modules()}
    assert [path for path, first in firsts.items() if not _is_sentence(first)] == []


def test_no_module_is_longer_than_a_few_screens() -> None:
    lengths = {path: text.count("\n") for path, text in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > _MOST_LINES} == {}


def test_only_the_gate_makes_permits() -> None:
    makers = {
        path
        for path, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and _called(node) == "Permit"
    }
    assert makers == {"consent/gate.py"}


def test_importing_every_module_opens_no_socket_and_writes_nothing_but_caches_of_code(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_ALL],
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    seen = json.loads(done.stdout)
    assert "tailorbird.compose" in seen["names"]
    # Numba looks whether its cache beside the bytecode can be written.
    assert [deed for deed in seen["did"] if "/__pycache__/" not in deed] == []


def _is_sentence(docstring: str) -> bool:
    paragraph = docstring.partition("\n\n")[0].strip()
    return (paragraph[:1].isupper() or paragraph[:1] == "`") and paragraph.endswith((".", ":", "?"))


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
