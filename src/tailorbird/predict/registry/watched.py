"""What a server sees of its models at work: hits, the challenger's beside them, and drift."""

from __future__ import annotations

import msgspec

from tailorbird.predict.registry.card import Measurement
from tailorbird.predict.registry.drift import Drift
from tailorbird.spine.clock import format_time

_Z = 1.959963984540054


class Score(msgspec.Struct, frozen=True):
    """How often a version had the item that somebody really touched next among its first 20.

    Attributes:
        name: the version.
        questions: how many times it was asked.
        hits: how many times the item was among the 20.
        gain: the sum of one over the item's place.
        gain_squares: the sum of the squares of those.
    """

    name: str
    questions: int = 0
    hits: int = 0
    gain: float = 0.0
    gain_squares: float = 0.0

    def after(self, rank: float, most: int) -> Score:
        """Return the score after one more question; `rank` items stood before the right one."""
        hit = rank < most
        gain = 1.0 / (rank + 1.0) if hit else 0.0
        return Score(
            self.name,
            self.questions + 1,
            self.hits + hit,
            self.gain + gain,
            self.gain_squares + gain * gain,
        )

    @property
    def hit_rate(self) -> Measurement | None:
        """The share of hits, with its 95 % interval (normal approximation)."""
        return _mean(self.hits, self.hits, self.questions)

    @property
    def mrr(self) -> Measurement | None:
        """The mean of one over the place, with its 95 % interval."""
        return _mean(self.gain, self.gain_squares, self.questions)


class Watched(msgspec.Struct, frozen=True):
    """What was seen so far.

    Attributes:
        at_ms: when this was written.
        champion: all questions since it serves.
        challenger: those since it is in shadow; None without one.
        both: the champion on just those questions.
        only_champion: how often the champion hit and the challenger did not.
        only_challenger: the other way round.
        drift: of inputs and scores of the newest questions, against training.
        skipped: questions that were not asked, since there were too many at once.
    """

    at_ms: int
    champion: Score
    challenger: Score | None = None
    both: Score | None = None
    only_champion: int = 0
    only_challenger: int = 0
    drift: tuple[Drift, ...] = ()
    skipped: int = 0

    @property
    def difference(self) -> Measurement | None:
        """The challenger's hit rate less the champion's on the same questions."""
        if self.challenger is None:
            return None
        moved = self.only_challenger - self.only_champion
        apart = self.only_challenger + self.only_champion
        return _mean(moved, apart, self.challenger.questions)

    @property
    def alarms(self) -> tuple[Drift, ...]:
        """What has drifted so far that somebody should look."""
        return tuple(one for one in self.drift if one.alarm)


def begun(seen: Watched, name: str, beside: str | None) -> Watched:
    """Return what was seen, with sums of the challenger begun anew where it is another.

    Args:
        seen: of this very champion.
        name: the champion's.
        beside: the challenger's; None without one.
    """
    if beside == (None if seen.challenger is None else seen.challenger.name):
        return seen
    return msgspec.structs.replace(
        seen,
        challenger=None if beside is None else Score(beside),
        both=None if beside is None else Score(name),
        only_champion=0,
        only_challenger=0,
    )


def settled(seen: Watched, ours: float, theirs: float | None, most: int) -> Watched:
    """Return what was seen after one more question.

    Args:
        seen: before.
        ours: how many items the champion had before the right one.
        theirs: likewise the challenger; None where it was not asked.
        most: how many items count.
    """
    seen = msgspec.structs.replace(seen, champion=seen.champion.after(ours, most))
    if theirs is None or seen.challenger is None or seen.both is None:
        return seen
    return msgspec.structs.replace(
        seen,
        challenger=seen.challenger.after(theirs, most),
        both=seen.both.after(ours, most),
        only_champion=seen.only_champion + (ours < most <= theirs),
        only_challenger=seen.only_challenger + (theirs < most <= ours),
    )


class ScoreShown(msgspec.Struct, frozen=True, rename="camel"):
    """How one version does, with 95 % intervals."""

    name: str
    questions: int
    hit_rate: Measurement | None
    mrr: Measurement | None


class WatchShown(msgspec.Struct, frozen=True, rename="camel"):
    """What was seen, as programs are shown it; `difference` is challenger less champion."""

    at: str
    champion: ScoreShown
    challenger: ScoreShown | None
    difference: Measurement | None
    drift: tuple[Drift, ...]
    skipped: int


def shown(seen: Watched) -> WatchShown:
    """Return what was seen, with rates and intervals in place of sums."""
    return WatchShown(
        at=format_time(seen.at_ms),
        champion=_shown(seen.champion),
        challenger=None if seen.challenger is None else _shown(seen.challenger),
        difference=seen.difference,
        drift=seen.drift,
        skipped=seen.skipped,
    )


def _shown(score: Score) -> ScoreShown:
    return ScoreShown(score.name, score.questions, score.hit_rate, score.mrr)


def watched_from(content: bytes | None) -> Watched | None:
    """Return what a server wrote down; None where nothing readable is."""
    try:
        return None if content is None else msgspec.json.decode(content, type=Watched)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # a torn file of sums; the server writes a new one within seconds


def _mean(total: float, squares: float, count: int) -> Measurement | None:
    if not count:
        return None
    mean = total / count
    half = _Z * (max(squares / count - mean * mean, 0.0) / count) ** 0.5
    return Measurement(round(mean, 4), round(mean - half, 4), round(mean + half, 4))
