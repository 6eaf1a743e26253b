"""What is told of key figures: each with what was counted, of what, and how sure that is."""

from collections.abc import Mapping

import msgspec

from tailorbird.spine.errors import BadRequest


class BadKpiQuestion(BadRequest):
    """The key figures cannot be told so."""

    remedy = "See docs/reference/kpis.md for what can be asked."


class KpiQuestion(msgspec.Struct, frozen=True):
    """What is asked.

    Attributes:
        by: the dimension.
        since_ms: visits, impressions and messages from then on …
        until_ms: … and before then; what came of them counts until now.
        now_ms: now.
        only: dimension → the one group to which visits must belong, too.
    """

    by: str
    since_ms: int
    until_ms: int
    now_ms: int
    only: Mapping[str, str] = {}


class Figure(msgspec.Struct, frozen=True, rename="camel"):
    """One key figure of one group.

    Attributes:
        kpi: its name.
        value: a share from 0 to 1, or money in major units of `currency`; None of nothing.
        numerator, denominator: what it is made of; money in major units.
        low, high: its 95 % interval; None where too few are known.
        units: people (of sell-through: items) on whom it rests.
        currency: of money; None for shares, and for orders that name none.
        note: what to mind.
    """

    kpi: str
    value: float | None
    numerator: float
    denominator: float
    low: float | None
    high: float | None
    units: int
    currency: str | None = None
    note: str | None = None


class KpiGroup(msgspec.Struct, frozen=True):
    """All key figures of one group, such as of one placement; `people` had a visit in it."""

    name: str
    people: int
    sessions: int
    figures: tuple[Figure, ...]


class KpisShown(msgspec.Struct, frozen=True):
    """Key figures by a dimension, the groups with most visits first.

    Attributes:
        by: the dimension.
        since, until: the period, as ISO 8601.
        filters: dimension → group to which visits belong, too.
        groups: at most `limit` of them.
        total: the same over all visits, whatever group they belong to.
        left_out: people who refuse to be measured.
        notes: what to mind.
    """

    by: str
    since: str
    until: str
    filters: dict[str, str]
    groups: tuple[KpiGroup, ...]
    total: KpiGroup
    left_out: int
    notes: tuple[str, ...] = ()
