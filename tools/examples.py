"""The examples of the documentation: found in its pages, run, and compared with what is printed.

A page's blocks are run in their order, in one shell, in an empty folder:

| block | meaning |
| --- | --- |
| ```` ```console run ```` | `$ ` begins a command; what follows it is printed |
| ```` ```console serve ```` | one command that goes on, such as `tailorbird serve` |
| ```` ```yaml file=NAME ```` | the block is a file of that name (any language) |
| `<!-- server: COMMAND -->` | a server that the page takes for granted |
| `<!-- differs: KEY … -->` | JSON keys whose values are different every time |

`…` in what is printed stands for anything; ids, times and durations are compared by their form.
JSON is compared as JSON, however it is laid out; `"…"` as the last key or entry allows for more.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tools.pages import ROOT
from tools.running import Printed, Typed, run_page

_FENCE = re.compile(r"^(?P<mark>`{3,})(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=mark)$", re.M | re.S)
_SERVER = re.compile(r"^<!-- server: (?P<command>.+?) -->$", re.M)
_DIFFERS = re.compile(r"^<!-- differs: (?P<keys>.+?) -->$", re.M)
_FILE = re.compile(r"\bfile=(\S+)")
ANYTHING = "…"
_VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d(?:\.\d+)?Z?"), "TIME"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DAY"),
    (re.compile(r"\b(p|d|k|r|x)_[0-9a-f]{12,}"), r"\1_ID"),
    (re.compile(r"\bj_\d+"), "j_ID"),
    (re.compile(r"\btb-[0-9a-f]{32}"), "tb-ID"),
    (re.compile(r"[\d,]+ rows/s"), "RATE"),
    (re.compile(r"\btb_(pub|sec)_[\w-]+"), r"tb_\1_KEY"),
    (re.compile(r"\d+(\.\d+)? (s|ms|seconds)\b"), "DURATION"),
)
_ALWAYS_DIFFER = frozenset({"tookMs", "seconds", "atMs", "completedAt", "receivedAt"})


class Command(msgspec.Struct, frozen=True):
    """A command of a page, and what the page says that it prints; a server prints nothing."""

    line: int
    text: str
    printed: str = ""
    serves: bool = False


class Page(msgspec.Struct, frozen=True):
    """What there is to run in a page: its files and its commands."""

    path: Path
    files: dict[str, str]
    commands: tuple[Command, ...]
    differs: frozenset[str] = _ALWAYS_DIFFER

    @property
    def name(self) -> str:
        """The page's path in the project."""
        return self.path.relative_to(ROOT).as_posix()


def read_page(path: Path) -> Page:
    """Return what there is to run in a page."""
    text = path.read_text("utf-8")
    taken = _SERVER.search(text)
    files: dict[str, str] = {}
    commands = [] if taken is None else [Command(0, taken["command"], serves=True)]
    for fence in _FENCE.finditer(text):
        words = fence["info"].split()
        line = text.count("\n", 0, fence.start()) + 2
        named = _FILE.search(fence["info"])
        if named is not None:
            files[named[1]] = fence["body"]
        elif words[:2] == ["console", "serve"]:
            commands.append(Command(line, fence["body"].strip().removeprefix("$ "), serves=True))
        elif words[:2] == ["console", "run"]:
            commands.extend(_commands(fence["body"], line))
    told = _DIFFERS.search(text)
    differs = _ALWAYS_DIFFER | set([] if told is None else told["keys"].split())
    return Page(path, files, tuple(commands), differs)


def pages() -> Iterator[Page]:
    """Yield the pages that have something to run."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        page = read_page(path)
        if page.commands:
            yield page


def not_run(path: Path) -> list[int]:
    """Return the lines of a page on which a `curl` stands that is not run."""
    found = []
    text = path.read_text("utf-8")
    for fence in _FENCE.finditer(text):
        if fence["info"].split()[:2] == ["console", "run"] or "file=" in fence["info"]:
            continue
        first = text.count("\n", 0, fence.start()) + 2
        for number, line in enumerate(fence["body"].splitlines()):
            if line.strip().removeprefix("$ ").startswith("curl"):
                found.append(first + number)
    return found


def differences(page: Page, results: list[Printed]) -> list[str]:
    """Return, for each command that printed something else than the page says, both."""
    found = []
    for command, result in zip(page.commands, results, strict=True):
        if result.code and not command.printed:
            found.append(f"{page.name}:{command.line}: ended with {result.code}:\n{result.text}")
        elif not agree(command.printed, result.text, page.differs):
            found.append(
                f"{page.name}:{command.line}: $ {command.text}\n"
                f"--- the page says\n{command.printed}\n--- it printed\n{result.text}"
            )
    return found


def agree(said: str, printed: str, differs: frozenset[str] = _ALWAYS_DIFFER) -> bool:
    """Return whether what was printed is what the page says, but for what differs every time."""
    if not said.strip():
        return True
    try:
        return _alike(msgspec.json.decode(said), msgspec.json.decode(printed), differs)
    except msgspec.DecodeError:
        return _same_text("\n".join(map(str.rstrip, said.strip().splitlines())), printed.strip())


def _alike(said: object, printed: object, differs: frozenset[str]) -> bool:
    match said, printed:
        case str(), _ if said == ANYTHING:
            return True
        case str(), str():
            return _same_text(said, printed)
        case dict(), dict():
            said, printed = _keyed(said), _keyed(printed)
            more = ANYTHING in said
            keys = {key for key in said if key != ANYTHING}
            if not keys <= printed.keys() or (not more and keys != printed.keys()):
                return False
            return all(key in differs or _alike(said[key], printed[key], differs) for key in keys)
        case list(), list():
            more = bool(said) and said[-1] == ANYTHING
            wanted = said[:-1] if more else said
            enough = len(printed) >= len(wanted) if more else len(printed) == len(wanted)
            pairs = zip(wanted, printed, strict=False)
            return enough and all(_alike(one, other, differs) for one, other in pairs)
        case _:
            return said == printed


def _keyed(value: dict[object, object]) -> dict[object, object]:
    """Return an object whose keys that differ every time have a steady form."""
    return {_steady(key) if isinstance(key, str) else key: value[key] for key in value}


def _same_text(said: str, printed: str) -> bool:
    parts = [re.escape(part) for part in _steady(said).split(ANYTHING)]
    lines = "\n".join(map(str.rstrip, _steady(printed).splitlines()))
    return re.fullmatch(".*?".join(parts), lines, re.S) is not None


def _steady(text: str) -> str:
    for pattern, stand_in in _VOLATILE:
        text = pattern.sub(stand_in, text)
    return text


def _commands(body: str, first: int) -> Iterator[Command]:
    command: list[str] = []
    printed: list[str] = []
    began = first
    for number, line in enumerate(body.splitlines()):
        if line.startswith("$ "):
            if command:
                yield Command(began, "\n".join(command), "\n".join(printed))
            command, printed, began = [line[2:]], [], first + number
        elif command and not printed and _goes_on(command):
            command.append(line)
        else:
            printed.append(line)
    if command:
        yield Command(began, "\n".join(command), "\n".join(printed))


def _goes_on(command: list[str]) -> bool:
    """Return whether the last line of a command is not its end: a backslash, or an open quote."""
    text = "\n".join(command)
    return command[-1].endswith("\\") or text.count("'") % 2 == 1


def run(page: Page) -> list[Printed]:
    """Run a page's commands; return what each printed."""
    return run_page([Typed(one.text, one.serves) for one in page.commands], page.files)


def record(path: Path) -> None:
    """Run a page, and put what its commands print in the place of what it said differently."""
    page = read_page(path)
    text = path.read_text("utf-8").splitlines()
    results = run(page)
    for command, result in reversed(list(zip(page.commands, results, strict=True))):
        if command.serves or (
            command.printed and agree(command.printed, result.text, page.differs)
        ):
            continue
        start = command.line - 1 + len(command.text.splitlines())
        end = start + len(command.printed.splitlines())
        text[start:end] = laid_out(result.text).splitlines()
    path.write_text("\n".join(text) + "\n", "utf-8")


def laid_out(printed: str) -> str:
    """Return JSON laid out over lines, other text as it is."""
    try:
        return msgspec.json.format(printed.strip().encode(), indent=2).decode()
    except msgspec.DecodeError:
        return printed.rstrip()


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record((ROOT / name).resolve())
