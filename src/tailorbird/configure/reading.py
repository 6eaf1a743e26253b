"""Reading configuration: all files are taken, or none; every mistake says where and what to write.

A file is a mapping of kinds to lists: `placements: [...]`, `rules: [...]`. Any file of the folder
may hold any kinds; a name stands once in its kind.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tailorbird.configure.configuration import Configuration, Entry
from tailorbird.configure.kinds import Kind, Known
from tailorbird.configure.words import choices_of, fields_of, meant
from tailorbird.configure.yaml_text import Document, Unreadable, read_yaml
from tailorbird.spine.errors import BadRequest

MOST_BYTES = 1024 * 1024
LONGEST_NAME = 100
_MOST_FAULTS_OF_ONE = 20
_FAULTS_SHOWN = 50
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_CHOICE = re.compile(r"Invalid (?:enum )?value '([^']*)'")
_AT = re.compile(r" - at `(\$[^`]*)`")


class BadConfiguration(BadRequest):
    """The configuration has a mistake; nothing of it was taken."""

    remedy = "Mend the lines that are named; docs/how-to/apply-configuration.md has examples."


class NoConfiguration(BadRequest):
    """There is no configuration to read."""

    remedy = "Name a YAML file, or a folder with `.yaml` files in it."


class Mistake(msgspec.Struct, frozen=True, order=True):
    """One mistake in the files."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


def texts_of(place: Path) -> dict[str, str]:
    """Return the texts of a YAML file, or of all `*.yaml` and `*.yml` below a folder, by name.

    Raises:
        NoConfiguration: nothing is there.
        BadConfiguration: a file is no UTF-8 text, or all of them are too large.
    """
    if not place.exists():
        raise NoConfiguration(f"There is no configuration at {place}.")
    files = _below(place) if place.is_dir() else [place]
    if not files:
        raise NoConfiguration(f"There is no .yaml file in {place}.")
    root = place if place.is_dir() else place.parent
    texts = {}
    for file in files:
        try:
            texts[file.relative_to(root).as_posix()] = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as cause:
            raise BadConfiguration(f"{file}:1: it cannot be read: {cause}") from cause
    return texts


def read(files: Mapping[str, str], kinds: Sequence[Kind[Any]]) -> Configuration:
    """Return what some files configure, as a draft.

    Args:
        files: texts by name.
        kinds: what may stand in them.

    Raises:
        BadConfiguration: naming every mistake found, each with file, line and the nearest word.
    """
    if sum(map(len, files.values())) > MOST_BYTES:
        raise BadConfiguration(f"The files have more than {MOST_BYTES // 1024**2} MiB together.")
    reading = _Reading({kind.field: kind for kind in kinds})
    for file in sorted(files):
        reading.file(file, files[file])
    reading.check()
    if reading.mistakes:
        shown = [str(one) for one in sorted(set(reading.mistakes))]
        more = len(shown) - _FAULTS_SHOWN
        raise BadConfiguration(
            "\n".join(shown[:_FAULTS_SHOWN] + ([f"and {more} more"] if more > 0 else []))
        )
    entries = tuple(entry for entry, _ in reading.found)
    return Configuration(files=dict(files), entries=entries)


class _Reading:
    """One look through all files."""

    def __init__(self, kinds: Mapping[str, Kind[Any]]) -> None:
        self._kinds = kinds
        self._words = {field: fields_of(kind.shape) for field, kind in kinds.items()}
        self._choices = {field: choices_of(kind.shape) for field, kind in kinds.items()}
        self.found: list[tuple[Entry, Callable[[str, int], int]]] = []
        self._names: dict[tuple[str, str], Entry] = {}
        self.mistakes: list[Mistake] = []

    def file(self, file: str, text: str) -> None:
        try:
            document = read_yaml(text)
        except Unreadable as cause:
            self._fault(file, cause.line, cause.problem)
            return
        if document.value is None:
            return
        if not isinstance(document.value, dict):
            self._fault(file, 1, f"a file holds lists by kind{meant('', self._kinds)}")
            return
        for field, listed in document.value.items():
            self._list(file, document, field, listed)

    def _list(self, file: str, document: Document, field: str, listed: Any) -> None:  # noqa: ANN401
        line = document.line_of(f"$.{field}")
        kind = self._kinds.get(field)
        if kind is None:
            self._fault(file, line, f"there is no `{field}` here{meant(field, self._kinds)}")
        elif isinstance(listed, list):
            for index, said in enumerate(listed):
                self._entry(file, document, kind, index, said)
        elif listed is not None:
            self._fault(file, line, f"`{field}` must be a list of {kind.one}s")

    def check(self) -> None:
        """Let every kind look at its entries, all others beside them."""
        values: dict[str, dict[str, Any]] = {
            field: {one.name: one for one in kind.defaults} for field, kind in self._kinds.items()
        }
        for entry, _ in self.found:
            values[entry.field][entry.name] = entry.value
        known = Known(values)
        for entry, line_of in self.found:
            kind = self._kinds[entry.field]
            for fault in kind.check(entry.value, known):
                line = line_of(fault.path, fault.line)
                self._fault(entry.file, line, f"{kind.one} {entry.name!r}: {fault.problem}")

    def _entry(
        self,
        file: str,
        document: Document,
        kind: Kind[Any],
        index: int,
        said: Any,  # noqa: ANN401
    ) -> None:
        base = f"$.{kind.field}[{index}]"

        def line_of(path: str, below: int = 0) -> int:
            return document.line_of(base + path.removeprefix("$"), below)

        value, problems = self._converted(kind, said)
        for path, problem in problems:
            self._fault(file, line_of(path), problem)
        if value is None or problems:
            return
        name = value.name
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            problem = f"a {kind.one} needs a `name` of at most {LONGEST_NAME} characters"
            self._fault(file, line_of("$.name"), problem)
            return
        other = self._names.get((kind.field, name))
        if other is not None:
            where = f"{other.file}:{other.line}"
            self._fault(file, line_of("$"), f"{kind.one} {name!r} stands in {where} already")
            return
        entry = Entry(kind.field, name, said, value, file, line_of("$"))
        self._names[kind.field, name] = entry
        self.found.append((entry, line_of))

    def _converted(
        self,
        kind: Kind[Any],
        said: Any,  # noqa: ANN401
    ) -> tuple[Any, list[tuple[str, str]]]:
        """Return an entry's value, or all that is wrong with its shape."""
        problems: list[tuple[str, str]] = []
        rest = said
        for _ in range(_MOST_FAULTS_OF_ONE):
            try:
                return msgspec.convert(rest, kind.shape), problems
            except msgspec.ValidationError as cause:
                path, problem, unknown = self._explained(kind, str(cause))
            problems.append((path, problem))
            if unknown is None:
                break
            rest = _cut(rest, unknown)
        return None, problems

    def _explained(self, kind: Kind[Any], reason: str) -> tuple[str, str, list[str] | None]:
        """Return where a mistake is, what it is, and the steps to a field that nobody knows."""
        found = _AT.search(reason)
        path = found[1] if found else "$"
        text = _AT.sub("", reason)
        unknown = _UNKNOWN.search(text)
        if unknown is not None:
            hint = meant(unknown[1], self._words[kind.field])
            problem = f"there is no field `{unknown[1]}` here{hint}"
            steps = [step[1] or step[2] for step in _STEP.finditer(path)]
            return f"{path}.{unknown[1]}", problem, [*steps, unknown[1]]
        choice = _CHOICE.search(text)
        hint = meant(choice[1], self._choices[kind.field]) if choice else ""
        where = path.removeprefix("$").removeprefix(".")
        return path, (f"`{where}`: {text}{hint}" if where else f"{text}{hint}"), None

    def _fault(self, file: str, line: int, problem: str) -> None:
        self.mistakes.append(Mistake(file, line, problem))


def _below(folder: Path) -> list[Path]:
    found = [path for end in ("*.yaml", "*.yml") for path in folder.rglob(end)]
    shown = [
        path
        for path in found
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    return sorted(shown)


_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def _cut(said: Any, steps: Sequence[str]) -> Any:  # noqa: ANN401
    """Return plain values without what stands at the end of some steps."""
    step, *rest = steps
    if isinstance(said, list):
        inner: Iterable[Any] = said
        if step == "...":
            return [_cut(one, rest) for one in inner]
        return [_cut(one, rest) if str(index) == step else one for index, one in enumerate(inner)]
    if not isinstance(said, dict):
        return said
    keys = [step] if step != "..." else list(said)
    if not rest:
        return {key: value for key, value in said.items() if key not in keys}
    return {key: _cut(value, rest) if key in keys else value for key, value in said.items()}
