"""Answers to sessions, kept for a while: short sessions are asked about again and again."""

from collections import OrderedDict
from typing import NamedTuple

from tailorbird.predict.board import Ladder

MOST = 20_000
KEPT_S = 40.0  # new sessions are heard within a minute: this, and a refresh
_PARTS = 256


class _Answer(NamedTuple):
    """What was answered, before how much was news, and until when it will do."""

    ladder: Ladder
    news: int
    until_s: float


class Answered:
    """The newest answers of the session model by query.

    An answer from before the last news goes at an age of its own, from half the time that answers
    are kept to all of it. If all went at once, each query would be worked out anew in the same few
    seconds, and whoever came then would wait in line.

    Args:
        most: how many are kept; past it the oldest goes.
        kept_s: how long one from before the last news may be given.
    """

    def __init__(self, most: int = MOST, kept_s: float = KEPT_S) -> None:
        self._most = most
        self._kept_s = kept_s
        self._answers: OrderedDict[bytes, _Answer] = OrderedDict()
        self._news = 0

    def heard(self) -> None:
        """Note that there are new sessions: what was answered before may be outdated."""
        self._news += 1

    def get(self, query: bytes, now_s: float) -> Ladder | None:
        """Return what was answered, if that will still do."""
        known = self._answers.get(query)
        if known is None or (known.news != self._news and now_s >= known.until_s):
            return None
        return known.ladder

    def keep(self, query: bytes, ladder: Ladder, now_s: float) -> None:
        """Keep an answer."""
        part = (hash(query) % _PARTS) / _PARTS
        self._answers.pop(query, None)
        self._answers[query] = _Answer(ladder, self._news, now_s + self._kept_s * (1 + part) / 2)
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)

    def __len__(self) -> int:
        return len(self._answers)
