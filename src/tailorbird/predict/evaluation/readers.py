"""Reads logs of sessions from files: one session a line, or one event a row."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tailorbird.predict.questions import Questions, asked, every_prefix
from tailorbird.predict.sessions import Sessions, Vocabulary
from tailorbird.spine.errors import BadRequest, NotFound

COLUMNS = {
    "session": ("sessionid", "session_id", "session", "user_session"),
    "item": ("itemid", "item_id", "item", "product_id"),
    "time": ("time", "timestamp", "event_time", "eventdate"),
}

Line = list[int | str] | tuple[list[int | str], int | str]
Row = tuple[list[str], float | None]


class NoSuchData(NotFound):
    """The data file does not exist."""

    remedy = "Check the path; public data sets are looked for under --data-root."


class UnreadableData(BadRequest):
    """The data file is not in a known form."""

    remedy = (
        "Give JSON lists, one session a line (tests: [[seen items], next item]), "
        "or a table with the columns SessionId, ItemId, Time."
    )


@dataclass(frozen=True, slots=True)
class Exam:
    """What to learn from and what to be asked.

    Attributes:
        name: Of the data.
        vocabulary: Of all items, test items included.
        train: Sessions to fit on.
        questions: Prefixes of test sessions with what followed.
    """

    name: str
    vocabulary: Vocabulary
    train: Sessions
    questions: Questions


def read_exam(name: str, train: Path, test: Path) -> Exam:
    """Read a training file and a test file.

    In a table of test events, items that training never saw are dropped, and so are sessions
    then shorter than two, as in the re-evaluations of Ludewig et al. (2021). In a file of
    given prefixes every line counts, and an unseen answer is a miss.

    Raises:
        NoSuchData: A file is missing.
        UnreadableData: A file is in no known form.
    """
    vocabulary = Vocabulary()
    sessions = read_sessions(train, vocabulary)
    if _is_table(test):
        seen = len(vocabulary)
        tested = read_sessions(test, vocabulary)
        return Exam(name, vocabulary, sessions, every_prefix(_only_below(tested, seen)))
    return Exam(name, vocabulary, sessions, read_questions(test, vocabulary))


def read_sessions(path: Path, vocabulary: Vocabulary) -> Sessions:
    """Read sessions from a file, gzip or plain, and learn their items."""
    rows = list(_table(path) if _is_table(path) else _lines(path))
    codes = [[vocabulary.learn(item) for item in items] for items, _ in rows]
    ends = [end for _, end in rows if end is not None]
    return Sessions.of(codes, ends if len(ends) == len(rows) and ends else None)


def read_questions(path: Path, vocabulary: Vocabulary) -> Questions:
    """Read questions from lines of `[[seen items], next item]`, or of whole sessions."""
    prefixes: list[list[int]] = []
    answers: list[int] = []
    for line in _decoded(path):
        if len(line) == 2 and isinstance(line[0], list):
            prefixes.append([vocabulary.learn(str(item)) for item in line[0]])
            answers.append(vocabulary.learn(str(line[1])))
            continue
        codes = [vocabulary.learn(str(item)) for item in line]
        prefixes.extend(codes[:end] for end in range(1, len(codes)))
        answers.extend(codes[1:])
    return asked(prefixes, answers)


def _is_table(path: Path) -> bool:
    return any(end in (".tsv", ".csv") for end in path.suffixes)


def opened(path: Path) -> io.TextIOBase:
    """Open a text file, gzip or plain, told apart by its first bytes."""
    if not path.is_file():
        raise NoSuchData(f"{path} does not exist")
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return io.TextIOWrapper(gzip.open(path), "utf-8") if packed else path.open(encoding="utf-8")


def _decoded(path: Path) -> Iterator[list[int | str | list[int | str]]]:
    decoder = msgspec.json.Decoder(list[int | str | list[int | str]])
    with opened(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise UnreadableData(f"{path}, line {number}: not a list of items") from error


def _lines(path: Path) -> Iterator[Row]:
    for line in _decoded(path):
        if len(line) == 2 and isinstance(line[0], list):
            yield [str(item) for item in (*line[0], line[1])], None
        else:
            yield [str(item) for item in line], None


def _table(path: Path) -> Iterator[Row]:
    """Yield sessions of a table of events, each in the order of its times."""
    sessions: dict[str, list[tuple[float, str]]] = {}
    with opened(path) as file:
        reader = csv.reader(file, delimiter="," if ".csv" in path.suffixes else "\t")
        header = [name.strip().lower() for name in next(reader, [])]
        places = [_place(header, kind, path) for kind in COLUMNS]
        for number, row in enumerate(reader, 2):
            try:
                session, item, at = (row[place] for place in places)
                sessions.setdefault(session, []).append((float(at), item))
            except (IndexError, ValueError) as error:
                raise UnreadableData(f"{path}, line {number}: {error}") from error
    for events in sessions.values():
        events.sort(key=lambda event: event[0])
        yield [item for _, item in events], events[-1][0]


def _place(header: list[str], kind: str, path: Path) -> int:
    for name in COLUMNS[kind]:
        if name in header:
            return header.index(name)
    raise UnreadableData(f"{path} has no {kind} column; its header is {', '.join(header)}")


def _only_below(sessions: Sessions, limit: int) -> Sessions:
    rows = [[code for code in sessions[number] if code < limit] for number in range(len(sessions))]
    return Sessions.of([row for row in rows if len(row) > 1])
