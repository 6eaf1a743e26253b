"""What a bandit has learned: sums over exposures and rewards, whatever the order they come in."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec
import numpy as np

from tailorbird.decide.bandits.policy import Bandit, Measure
from tailorbird.spine.clock import MINUTE_MS

_EARLY_MS = MINUTE_MS  # clocks differ: a reward may seem to come a little before its exposure
_SWEEP_MS = 60 * MINUTE_MS


class Exposed(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An arm was shown.

    Attributes:
        exposure_id: by which its rewards find it.
        arm: which.
        at_ms: when.
        probability: with which it was chosen.
        person: to whom, if known.
        context: float64[width] as bytes, what the choice rested on; empty where it does not matter.
    """

    exposure_id: str
    arm: str
    at_ms: int
    probability: float
    person: str | None = None
    context: bytes = b""


class Rewarded(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Something came of it.

    Attributes:
        name: of the event.
        at_ms: when.
        value: how much it counts, as `Bandit.worth` says.
        exposure_id: of what; None: of the last exposure of the same person.
        person: whose.
    """

    name: str
    at_ms: int
    value: float
    exposure_id: str | None = None
    person: str | None = None


Happening = Exposed | Rewarded


class ArmState(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Sums of one arm.

    Attributes:
        exposures: how often it was shown.
        reward, squares: sums of the exposures' rewards and of their squares.
        precision: float64[width, width] as bytes, the sum of outer products of contexts.
        pull: float64[width] as bytes, the sum of contexts times rewards.
    """

    exposures: int = 0
    reward: float = 0.0
    squares: float = 0.0
    precision: bytes = b""
    pull: bytes = b""


class Opened(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An exposure whose rewards may still come: what has come so far, event by event."""

    shown: Exposed
    total: float = 0.0
    seen: tuple[str, ...] = ()


class BanditState(msgspec.Struct, frozen=True):
    """What a bandit has learned.

    Attributes:
        arms: sums by arm.
        opened: exposures whose window has not passed, by id.
        early: rewards that came before their exposure, by its id.
        newest_ms: the latest exposure.
        swept_ms: when closed exposures were last dropped.
        measure: what the sums are of; None when there are none.
    """

    arms: dict[str, ArmState] = {}
    opened: dict[str, Opened] = {}
    early: dict[str, tuple[Rewarded, ...]] = {}
    newest_ms: int = 0
    swept_ms: int = 0
    measure: Measure | None = None


EMPTY = BanditState()


def fold(state: BanditState, bandit: Bandit, happenings: Iterable[Happening]) -> BanditState:
    """Return the state after some more exposures and rewards.

    An exposure counts once, and so does each named event of an exposure when rewards are shares.
    Order does not matter while an exposure's window is open, but for rewards that name a person
    only: they go to the last exposure that is known then. Sums are equal up to rounding.

    Args:
        state: before.
        bandit: the settings; `rewards` were applied already.
        happenings: what happened.
    """
    folding = _Folding(state, bandit)
    for happening in happenings:
        match happening:
            case Exposed():
                folding.expose(happening)
            case Rewarded():
                folding.reward(happening)
    return folding.done()


def retracted(state: BanditState, bandit: Bandit, exposures: Collection[str]) -> BanditState:
    """Return the state as it would be had some exposures not been, while their window is open.

    Args:
        state: before.
        bandit: the settings.
        exposures: their ids; those that are not known any more are left as they are.
    """
    arms, opened = dict(state.arms), dict(state.opened)
    share = bandit.measure is Measure.SHARE
    for key in exposures:
        one = opened.pop(key, None)
        if one is None:
            continue
        arm, earned = arms[one.shown.arm], _kept(one.total, share=share)
        precision, pull = arm.precision, arm.pull
        if one.shown.context:
            context = np.frombuffer(one.shown.context)
            precision = _plus(precision, -np.outer(context, context).ravel())
            pull = _plus(pull, -context * earned)
        arms[one.shown.arm] = ArmState(
            arm.exposures - 1, arm.reward - earned, arm.squares - earned * earned, precision, pull
        )
    return msgspec.structs.replace(state, arms=arms, opened=opened)


def forget(state: BanditState, person: str) -> BanditState:
    """Return the state without a person: the sums stay, nothing names anybody."""
    opened = {
        key: one if one.shown.person != person else _nameless(one)
        for key, one in state.opened.items()
    }
    early = {
        key: tuple(one for one in rewards if one.person != person)
        for key, rewards in state.early.items()
    }
    kept = {key: rewards for key, rewards in early.items() if rewards}
    return msgspec.structs.replace(state, opened=opened, early=kept)


class _Folding:
    """One batch at work: copies of the state's tables, changed in place, then frozen again."""

    def __init__(self, state: BanditState, bandit: Bandit) -> None:
        self._state = state
        self._bandit = bandit
        self._arms = dict(state.arms)
        self._opened = dict(state.opened)
        self._early = dict(state.early)
        self._newest_ms = state.newest_ms
        self._last: dict[str, str] | None = None

    def expose(self, shown: Exposed) -> None:
        if shown.exposure_id in self._opened:
            return
        self._opened[shown.exposure_id] = Opened(shown)
        self._newest_ms = max(self._newest_ms, shown.at_ms)
        arm = self._arms.get(shown.arm, ArmState())
        precision = arm.precision
        if shown.context:
            context = np.frombuffer(shown.context)
            precision = _plus(precision, np.outer(context, context).ravel())
        self._arms[shown.arm] = msgspec.structs.replace(
            arm, exposures=arm.exposures + 1, precision=precision
        )
        if self._last is not None and shown.person is not None:
            self._remember(shown)
        for reward in self._early.pop(shown.exposure_id, ()):
            self.reward(reward)

    def reward(self, reward: Rewarded) -> None:
        key = reward.exposure_id or self._last_of(reward.person)
        if key is None:
            return
        opened = self._opened.get(key)
        if opened is None:
            self._early[key] = (*self._early.get(key, ()), reward)
        elif -_EARLY_MS <= reward.at_ms - opened.shown.at_ms <= self._bandit.window_ms:
            self._credit(key, opened, reward)

    def done(self) -> BanditState:
        swept_ms = self._state.swept_ms
        if self._newest_ms - swept_ms > _SWEEP_MS:
            self._sweep()
            swept_ms = self._newest_ms
        return BanditState(
            self._arms,
            self._opened,
            self._early,
            self._newest_ms,
            swept_ms,
            self._bandit.measure,
        )

    def _credit(self, key: str, opened: Opened, reward: Rewarded) -> None:
        share = self._bandit.measure is Measure.SHARE
        if share and reward.name in opened.seen:
            return
        total = opened.total + reward.value
        before, after = (_kept(one, share=share) for one in (opened.total, total))
        seen = tuple(sorted({*opened.seen, reward.name})) if share else ()
        self._opened[key] = Opened(opened.shown, total, seen)
        arm = self._arms[opened.shown.arm]
        pull = arm.pull
        if opened.shown.context:
            pull = _plus(pull, np.frombuffer(opened.shown.context) * (after - before))
        self._arms[opened.shown.arm] = msgspec.structs.replace(
            arm,
            reward=arm.reward + after - before,
            squares=arm.squares + after * after - before * before,
            pull=pull,
        )

    def _last_of(self, person: str | None) -> str | None:
        if person is None:
            return None
        if self._last is None:
            self._last = {}
            for one in self._opened.values():
                self._remember(one.shown)
        return self._last.get(person)

    def _remember(self, shown: Exposed) -> None:
        if self._last is None or shown.person is None:
            return
        before = self._last.get(shown.person)
        if before is None or self._opened[before].shown.at_ms <= shown.at_ms:
            self._last[shown.person] = shown.exposure_id

    def _sweep(self) -> None:
        oldest = self._newest_ms - self._bandit.window_ms - _EARLY_MS
        self._opened = {key: one for key, one in self._opened.items() if one.shown.at_ms >= oldest}
        self._early = {
            key: kept
            for key, rewards in self._early.items()
            if (kept := tuple(one for one in rewards if one.at_ms >= oldest))
        }


def _kept(total: float, *, share: bool) -> float:
    return min(max(total, 0.0), 1.0) if share else total


def _plus(before: bytes, more: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bytes:
    return (more if not before else np.frombuffer(before) + more).tobytes()


def _nameless(opened: Opened) -> Opened:
    return Opened(msgspec.structs.replace(opened.shown, person=None), opened.total, opened.seen)
