"""Many comparisons, one promise: p-values raised so that luck among many is no discovery."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from tea_tasting import adjust_fdr, adjust_fwer
from tea_tasting.experiment import ExperimentResult

from tailorbird.measure.question import Correction


def corrected(p_values: Sequence[float | None], correction: Correction) -> list[float | None]:
    """Return the p-values after the correction, in their order; None stays None.

    Holm's keeps the chance of any false alarm under any dependence (Holm, 1979); Benjamini and
    Hochberg's keeps the share of false alarms among alarms (1995).
    """
    known = {number: {"pvalue": one} for number, one in enumerate(p_values) if one is not None}
    if correction == "none" or not known:
        return list(p_values)
    raised = _raised(known, correction)
    return [raised.get(number) for number in range(len(p_values))]


def _raised(known: Mapping[int, dict[str, float]], correction: Correction) -> dict[int, float]:
    results = ExperimentResult(known)
    match correction:
        case "holm":
            answer = adjust_fwer(results, arbitrary_dependence=True, method="bonferroni")
        case "benjamini-hochberg":
            answer = adjust_fdr(results)
        case "none":
            return {number: one["pvalue"] for number, one in known.items()}
        case _:
            assert_never(correction)
    return {
        number: float(one["pvalue_adj"])
        for result in answer.values()
        for number, one in result.items()
    }
