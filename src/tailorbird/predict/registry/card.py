"""A version's card: what it was made of, how well it guessed what it had not seen, and its past."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from tailorbird.predict.registry.drift import Shape

CARD_FORMAT = 2
"""Raised when an older release could no longer read a version."""


class Status(StrEnum):
    """What a version is to the shop now.

    The champion serves. A challenger is scored beside it, unseen. A rejected one was worse at its
    gate. One that is retired has served, or was passed over.
    """

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    REJECTED = "rejected"
    RETIRED = "retired"


class Measurement(msgspec.Struct, frozen=True):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


class Window(msgspec.Struct, frozen=True):
    """The data that a version learned from: sessions that ended in [since, until], in ms."""

    since_ms: int
    until_ms: int
    sessions: int
    items: int


class Lineage(msgspec.Struct, frozen=True):
    """Where a version comes from: make it again from the same log, settings and code.

    Attributes:
        first_offset: of the log.
        last_offset: of the log; what came later it learns while it serves.
        configuration: digest of the settings of the training.
        code: release of the code, and a digest of the kernels.
    """

    first_offset: int
    last_offset: int
    configuration: str
    code: str


class Verdict(msgspec.Struct, frozen=True):
    """What the gate said of a version.

    Attributes:
        passed: whether it may serve.
        reason: in words.
        metric: by which it was judged.
        ours: its value on the held-out questions.
        champion: the value of the version that served then, on the same questions; None without.
        difference: ours less the champion's, with its interval.
        questions: how many were asked.
    """

    passed: bool
    reason: str
    metric: str = "hitrate@20"
    ours: float | None = None
    champion: float | None = None
    difference: Measurement | None = None
    questions: int = 0


class Card(msgspec.Struct, frozen=True):
    """Everything that is known of a version but its arrays.

    Attributes:
        name: such as `blend@2026-11-20T02-30-00`.
        trained_offset: up to where of the log it knows.
        facts: of the training: seconds, sizes.
        metrics: on the held-out newest sessions, of a twin that never saw them.
        verdict: what the gate said; None where nobody was judged.
        shapes: how inputs and scores were distributed on the held-out questions.
    """

    name: str
    trained_offset: int = 0
    facts: dict[str, Any] = {}
    has_next_item: bool = False
    has_complements: bool = False
    has_similar: bool = False
    has_collaborative: bool = False
    has_hybrid: bool = False
    has_intent: bool = False
    has_value: bool = False
    format: int = 1
    trained_at_ms: int = 0
    window: Window | None = None
    lineage: Lineage | None = None
    metrics: dict[str, Measurement] = {}
    verdict: Verdict | None = None
    shapes: tuple[Shape, ...] = ()


class Act(msgspec.Struct, frozen=True):
    """One thing that was done with a version: promoted, rejected, rolled back, put in shadow."""

    at_ms: int
    act: str
    version: str
    why: str = ""


class Listed(msgspec.Struct, frozen=True, rename="camel"):
    """A version as it is listed: its card, what it is now, and what was done with it."""

    name: str
    status: Status
    serving: bool
    trained_at: str | None
    window: Window | None
    lineage: Lineage | None
    metrics: dict[str, Measurement]
    verdict: Verdict | None
    facts: dict[str, Any]
    acts: tuple[Act, ...]
