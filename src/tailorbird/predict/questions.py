"""Questions with known answers: given the start of a session, which item came next?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.sessions import Codes, Sessions


class Questions(NamedTuple):
    """Prefixes of sessions, each with the item that followed.

    Attributes:
        items: int32[], item codes that the slices point into.
        begin: int64[q], question i shows `items[begin[i]:end[i]]`
        end: int64[q], and its answer is `items[end[i]]`.
    """

    items: Codes
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    @property
    def answers(self) -> Codes:
        """int32[q], the items that came next."""
        return self.items[self.end]

    def take(self, numbers: NDArray[np.int64]) -> Questions:
        """Return the chosen questions."""
        return Questions(self.items, self.begin[numbers], self.end[numbers])


def every_prefix(sessions: Sessions) -> Questions:
    """Return one question for every item of every session but the first."""
    lengths = sessions.lengths
    begin = np.repeat(sessions.offsets[:-1], lengths)
    place = np.arange(len(sessions.items))
    later = place > begin
    return Questions(sessions.items, begin[later], place[later])


def asked(prefixes: Sequence[Sequence[int]], answers: Sequence[int]) -> Questions:
    """Return questions from prefixes and answers given one by one."""
    rows = [[*prefix, answer] for prefix, answer in zip(prefixes, answers, strict=True)]
    every = Sessions.of(rows)
    return Questions(every.items, every.offsets[:-1], every.offsets[1:] - 1)


def sample_of(questions: Questions, size: int, rng: np.random.Generator) -> Questions:
    """Return at most `size` of the questions, drawn without replacement, in their order."""
    if len(questions.end) <= size:
        return questions
    return questions.take(np.sort(rng.choice(len(questions.end), size, replace=False)))
