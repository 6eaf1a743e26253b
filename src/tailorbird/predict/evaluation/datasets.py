"""Public data sets by name: where their files lie and how they are split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from tailorbird.predict.evaluation.readers import Exam, NoSuchData, opened, read_exam
from tailorbird.predict.evaluation.readers import read_sessions as read_table
from tailorbird.predict.questions import asked, every_prefix
from tailorbird.predict.sessions import Sessions, Vocabulary

SPLITS = {
    "diginetica": ("sessions/diginetica/train.jsonl.gz", "sessions/diginetica/test.jsonl.gz"),
    "yoochoose1_64": (
        "sessions/yoochoose1_64/train.jsonl.gz",
        "sessions/yoochoose1_64/test.jsonl.gz",
    ),
    "rsc15_cut": ("sessions/rsc15_cut/train_full.tsv.gz", "sessions/rsc15_cut/test.tsv.gz"),
    "yoochoose_100k": (
        "sessions/yoochoose_100k/train_full.tsv.gz",
        "sessions/yoochoose_100k/test.tsv.gz",
    ),
}
TESTED = 0.15


def read_dataset(name: str, root: Path) -> Exam:
    """Read a public data set.

    Args:
        name: One of `known_datasets()`.
        root: The folder that holds `sessions/`, `events/` ….

    Raises:
        NoSuchData: The name or a file is unknown.
    """
    if name in SPLITS:
        train, test = SPLITS[name]
        return read_exam(name, root / train, root / test)
    if name not in OTHERS:
        raise NoSuchData(
            f"no data set is called {name!r}",
            remedy=f"Known are {', '.join(known_datasets())}; or give --train and --test.",
        )
    return OTHERS[name](root)


def known_datasets() -> list[str]:
    """Return the names of all data sets."""
    return [*SPLITS, *OTHERS]


def _retailrocket(root: Path) -> Exam:
    """Split by time: the newest sessions are the test."""
    vocabulary = Vocabulary()
    path = root / "events/retailrocket_2015-09-11_18.tsv.gz"
    return _newest_tested("retailrocket", vocabulary, read_table(path, vocabulary))


def _otto(root: Path) -> Exam:
    vocabulary = Vocabulary()
    rows: list[list[int]] = []
    ends: list[float] = []
    with opened(root / "events/otto_sample.jsonl.gz") as file:
        for line in file:
            session = msgspec.json.decode(line, type=_OttoSession)
            rows.append([vocabulary.learn(str(event.aid)) for event in session.events])
            ends.append(session.events[-1].ts / 1000.0)
    return _newest_tested("otto", vocabulary, Sessions.of(rows, ends))


def _amazon_beauty(root: Path) -> Exam:
    """Leave one out: the last purchase of each buyer is asked, all before it is learned from."""
    vocabulary = Vocabulary()
    with opened(root / "sessions/amazon_beauty/sequences.txt.gz") as file:
        rows = [[vocabulary.learn(item) for item in line.split()[1:]] for line in file]
    rows = [row for row in rows if len(row) > 2]
    questions = asked([row[:-1] for row in rows], [row[-1] for row in rows])
    train = Sessions.of([row[:-1] for row in rows])
    return Exam("amazon_beauty", vocabulary, train, questions)


class _OttoEvent(msgspec.Struct):
    aid: int
    ts: float


class _OttoSession(msgspec.Struct):
    events: list[_OttoEvent]


def _newest_tested(name: str, vocabulary: Vocabulary, sessions: Sessions) -> Exam:
    cut = int(len(sessions) * (1.0 - TESTED))
    tested = sessions.between(cut, len(sessions))
    return Exam(name, vocabulary, sessions.between(0, cut), every_prefix(tested))


OTHERS: dict[str, Callable[[Path], Exam]] = {
    "retailrocket": _retailrocket,
    "otto": _otto,
    "amazon_beauty": _amazon_beauty,
}
