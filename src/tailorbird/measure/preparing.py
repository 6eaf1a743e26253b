"""Clean columns: what is missing filled, what is too large capped, and both counted."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import ibis

from tailorbird.measure.gathered import Oddities, Winsorized
from tailorbird.measure.metrics import Mean, Proportion, Ratio, columns_of
from tailorbird.measure.outcomes import Joined
from tailorbird.measure.question import Question
from tailorbird.measure.rows import Units, number
from tailorbird.measure.tables import single

ARM, DAY, PERIOD = "@arm", "@day", "@period"
"""Columns of ours, named so that none of a shop's has the name."""

_MISSING = " missing"


class Prepared(NamedTuple):
    """Units with clean columns: `ARM`, `DAY`, `PERIOD`, metrics' columns, covariates, segments."""

    table: Any
    covariates: tuple[str, ...]
    oddities: Oddities


def prepared_of(whole: Joined, question: Question, found: Units, values: list[str]) -> Prepared:
    """Fill what is missing, cap what is too large, and count both.

    Args:
        whole: One row a unit, with its outcomes.
        question: What is asked.
        found: How the units came about.
        values: The outcomes' columns.
    """
    rows = whole.table
    capped = [name for name in values if _may_be_capped(question, name)]
    facts = single(_facts(rows, question, values, capped))
    caps = {name: facts[f"cap:{name}"] for name in capped if facts[f"cap:{name}"] is not None}
    n = facts["n"]
    imputed = {name: facts[f"gone:k:{name}"] or 0 for name in question.covariates}
    kept = tuple(name for name in question.covariates if imputed[name] < n)
    marks = tuple(name + _MISSING for name in kept if imputed[name] > 0)
    columns = {ARM: rows.variant, DAY: rows.day, PERIOD: rows.period}
    columns |= _values(rows, question, values, caps)
    columns |= _covariates(rows, kept, {name: facts[f"mean:k:{name}"] for name in kept}, imputed)
    columns |= {segment_of(name): rows[f"k:{name}"].cast("string") for name in question.segments}
    table = rows.select(**columns)
    oddities = Oddities(
        rows=found.rows,
        without_unit=found.without_unit,
        without_arm=found.without_arm,
        repeated=found.repeated,
        contaminated=found.contaminated,
        left_out=found.left_out,
        outcomes_before=whole.before,
        outcomes_outside=whole.outside,
        outcomes_late=whole.late,
        missing={name: facts[f"gone:v:{name}"] for name in values if facts[f"gone:v:{name}"]},
        imputed={name: gone for name, gone in imputed.items() if gone},
        whales=_whales(facts, [name for name in values if name not in caps]),
        winsorized=_winsorized(rows, question, caps),
    )
    return Prepared(table, tuple(map(_known, (*kept, *marks))), oddities)


def _values(
    rows: Any,  # noqa: ANN401
    question: Question,
    values: list[str],
    caps: Mapping[str, float],
) -> dict[str, Any]:
    """Return the outcomes, none missing, none above its cap; proportions as 0 and 1."""
    columns = {}
    for name in values:
        filled = ibis.coalesce(rows[f"v:{name}"], 0.0)
        columns[name] = ibis.least(filled, caps[name]) if name in caps else filled
    for metric in question.metrics:
        if isinstance(metric, Proportion):
            above = ibis.coalesce(rows[f"v:{metric.column}"], 0.0) > 0.0
            columns[metric.happened] = above.cast("float64")
    return columns


def _covariates(
    rows: Any,  # noqa: ANN401
    kept: tuple[str, ...],
    means: Mapping[str, float],
    imputed: Mapping[str, int],
) -> dict[str, Any]:
    """Return the covariates, the mean in place of what is missing, and a mark that says where."""
    columns = {}
    for name in kept:
        column = number(rows[f"k:{name}"])
        columns[_known(name)] = ibis.coalesce(column, means[name])
        if imputed[name]:
            columns[_known(name + _MISSING)] = column.isnull().cast("float64")
    return columns


def segment_of(name: str) -> str:
    """Return the name of a segment's column, apart from an outcome's of the same name."""
    return f"segment {name}"


def _known(name: str) -> str:
    """Return a covariate's name among the sums, apart from an outcome's of the same name."""
    return f"known {name}"


def _may_be_capped(question: Question, name: str) -> bool:
    return question.winsorize is not None and any(
        isinstance(metric, Mean | Ratio) and name in columns_of(metric)
        for metric in question.metrics
    )


def _facts(rows: Any, question: Question, values: list[str], capped: list[str]) -> Any:  # noqa: ANN401
    facts = {"n": rows.count()}
    for name in values:
        column = rows[f"v:{name}"]
        facts[f"gone:v:{name}"] = column.isnull().sum()
        facts[f"most:{name}"] = column.max()
        facts[f"sum:{name}"] = column.sum()
    for name in capped:
        column = rows[f"v:{name}"]
        # Most units buy nothing: a quantile over them would cap all who do at nothing.
        facts[f"cap:{name}"] = column.quantile(question.winsorize, where=column > 0.0)
    for name in question.covariates:
        column = number(rows[f"k:{name}"])
        facts[f"gone:k:{name}"] = column.isnull().sum()
        facts[f"mean:k:{name}"] = column.mean()
    return rows.aggregate(**facts)


def _whales(facts: Mapping[str, Any], names: list[str]) -> dict[str, float]:
    return {
        name: facts[f"most:{name}"] / facts[f"sum:{name}"]
        for name in names
        if (facts[f"sum:{name}"] or 0.0) > 0.0 and facts[f"most:{name}"] > 1.0
    }


def _winsorized(rows: Any, question: Question, caps: Mapping[str, float]) -> tuple[Winsorized, ...]:  # noqa: ANN401
    if not caps:
        return ()
    above = single(
        rows.aggregate(**{name: (rows[f"v:{name}"] > cap).sum() for name, cap in caps.items()})
    )
    return tuple(
        Winsorized(name, question.winsorize or 1.0, cap, above[name] or 0)
        for name, cap in caps.items()
    )
