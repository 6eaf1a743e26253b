"""Attribution: which touches get the credit for what was bought.

Credit is not cause: a touch that reaches those who would have bought anyway is credited all the
same. So attribution is shown beside the experiment's answer, never instead of it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec
import numpy as np

Model = Literal["last", "first", "linear", "position", "markov", "shapley"]
MODELS: tuple[Model, ...] = ("last", "first", "linear", "position", "markov", "shapley")

_START, _BOUGHT, _LEFT = "(start)", "(bought)", "(left)"
_ENDS_SHARE = 0.4


class Touch(NamedTuple):
    """A channel that reached somebody, in milliseconds since 1970."""

    channel: str
    at_ms: int


class Conversion(NamedTuple):
    """A purchase: its value in any unit, in milliseconds since 1970."""

    value: float
    at_ms: int


class Path(NamedTuple):
    """A way that people took: its touches, oldest first, and what came at its end.

    Attributes:
        channels: The touches.
        value: What was bought at the ends, summed over all who took the way; 0 where nothing was.
        bought: Whether it ends in a purchase.
        n: How many times it was taken.
    """

    channels: tuple[str, ...]
    value: float = 0.0
    bought: bool = True
    n: int = 1


class Credit(msgspec.Struct, frozen=True, rename="camel"):
    """What one channel is credited with.

    Attributes:
        channel: Its name.
        conversions: Its share of conversions, summed.
        value: Its share of their value, summed.
        assisted: Conversions that it touched without touching last.
    """

    channel: str
    conversions: float
    value: float
    assisted: int


class Attribution(msgspec.Struct, frozen=True, rename="camel"):
    """All channels by one model; credits add up to what was bought after a touch.

    Attributes:
        model: Its name.
        credits: The largest first.
        untouched: Conversions without a touch in the window; nobody's.
        untouched_value: Their value.
    """

    model: Model
    credits: tuple[Credit, ...]
    untouched: int
    untouched_value: float


def paths_of(
    touches: Sequence[Touch], conversions: Sequence[Conversion], window_ms: int
) -> list[Path]:
    """Return one person's paths: one for each conversion, and one for the touches after the last.

    A touch counts for every conversion that follows within the window.

    Args:
        touches: Of one person, in any order.
        conversions: Of the same person, in any order.
        window_ms: How long before a conversion a touch may lie.
    """
    ordered = sorted(touches, key=lambda touch: touch.at_ms)
    ends = sorted(conversions, key=lambda one: one.at_ms)
    paths = [
        Path(tuple(t.channel for t in ordered if 0 <= end.at_ms - t.at_ms <= window_ms), end.value)
        for end in ends
    ]
    last = ends[-1].at_ms if ends else -math.inf
    after = tuple(touch.channel for touch in ordered if touch.at_ms > last)
    return [*paths, Path(after, bought=False)] if after else paths


def attributed(paths: Iterable[Path], model: Model) -> Attribution:
    """Return the credits of all channels.

    `position` gives 40 % to the first, 40 % to the last, the rest to those between. `markov` is
    the removal effect on a first-order chain over paths that bought and that did not (Anderl,
    Becker, von Wangenheim and Schumann, "Mapping the customer journey", IJRM 2016). `shapley` is
    the share of each channel over all sets of channels, where a set is worth the conversions whose
    channels all lie in it (Zhao, Mahboobi and Bagheri, "Shapley value methods for attribution
    modeling in online advertising", 2018): the value of each is spread evenly over its channels.
    """
    known = list(paths)
    bought = [path for path in known if path.bought]
    touched = [path for path in bought if path.channels]
    weights = _weights(known, touched, model)
    conversions: dict[str, float] = defaultdict(float)
    values: dict[str, float] = defaultdict(float)
    for path, shares in zip(touched, weights, strict=True):
        for channel, share in shares.items():
            conversions[channel] += share * path.n
            values[channel] += share * path.value
    assisted: Counter[str] = Counter()
    for path in touched:
        assisted.update(dict.fromkeys(set(path.channels) - {path.channels[-1]}, path.n))
    channels = sorted({channel for path in touched for channel in path.channels} | set(values))
    credits_ = [
        Credit(channel, conversions[channel], values[channel], assisted[channel])
        for channel in channels
    ]
    credits_.sort(key=lambda one: (-one.value, -one.conversions, one.channel))
    away = [path for path in bought if not path.channels]
    return Attribution(
        model, tuple(credits_), sum(path.n for path in away), sum(path.value for path in away)
    )


def _weights(known: list[Path], touched: list[Path], model: Model) -> list[Mapping[str, float]]:
    """Return, for each path, the share of each channel; shares of a path add up to 1."""
    if model != "markov":
        return [_BY_PATH[model](path.channels) for path in touched]
    shares = _in_proportion(_removal(known))
    return [shares] * len(touched)


def _last(channels: tuple[str, ...]) -> dict[str, float]:
    return {channels[-1]: 1.0}


def _first(channels: tuple[str, ...]) -> dict[str, float]:
    return {channels[0]: 1.0}


def _linear(channels: tuple[str, ...]) -> dict[str, float]:
    return {channel: n / len(channels) for channel, n in Counter(channels).items()}


def _position(channels: tuple[str, ...]) -> dict[str, float]:
    if len(channels) <= 2:
        return _linear(channels)
    shares: dict[str, float] = defaultdict(float)
    shares[channels[0]] += _ENDS_SHARE
    shares[channels[-1]] += _ENDS_SHARE
    for channel in channels[1:-1]:
        shares[channel] += (1.0 - 2.0 * _ENDS_SHARE) / (len(channels) - 2)
    return shares


def _shapley(channels: tuple[str, ...]) -> dict[str, float]:
    distinct = set(channels)
    return {channel: 1.0 / len(distinct) for channel in distinct}


_BY_PATH: Mapping[str, Callable[[tuple[str, ...]], Mapping[str, float]]] = {
    "last": _last,
    "first": _first,
    "linear": _linear,
    "position": _position,
    "shapley": _shapley,
}


def _in_proportion(removal: Mapping[str, float]) -> dict[str, float]:
    """Return removal effects as shares that add up to 1; even ones where nothing matters."""
    whole = sum(removal.values())
    return {one: by / whole if whole else 1.0 / len(removal) for one, by in removal.items()}


def _removal(known: list[Path]) -> dict[str, float]:
    """Return by how much the chance to buy falls when a channel is taken away, as a share."""
    moves: Counter[tuple[str, str]] = Counter()
    for path in known:
        steps = (_START, *path.channels, _BOUGHT if path.bought else _LEFT)
        for move in pairwise(steps):
            moves[move] += path.n
    channels = sorted({channel for path in known for channel in path.channels})
    whole = _chance(moves, channels, None)
    if whole <= 0.0:
        return dict.fromkeys(channels, 0.0)
    return {one: max(0.0, 1.0 - _chance(moves, channels, one) / whole) for one in channels}


def _chance(moves: Counter[tuple[str, str]], channels: list[str], without: str | None) -> float:
    """Return the chance to end in a purchase, from the start; a removed channel leads away."""
    states = [_START, *channels]
    place = {state: at for at, state in enumerate(states)}
    step = np.zeros((len(states), len(states)))
    buys = np.zeros(len(states))
    for (here, there), n in moves.items():
        if there == _BOUGHT:
            buys[place[here]] += n
        elif there != _LEFT:
            step[place[here], place[there]] += n
    left = np.array([moves[state, _LEFT] for state in states], np.float64)
    out = np.maximum(step.sum(axis=1) + buys + left, 1.0)
    step, buys = step / out[:, None], buys / out
    if without is not None:
        step[place[without]], buys[place[without]] = 0.0, 0.0
    return float(np.linalg.solve(np.eye(len(states)) - step, buys)[0])
