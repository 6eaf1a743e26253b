"""Agreement with tea-tasting and with GrowthBook's gbstats, number by number."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import tea_tasting as tt
from tools.side_environment import side_environment

from bench.claims.claim import ALPHA, ROOT, Claim
from bench.claims.fixed import AOV, CONVERSION, REVENUE, Columns, quantile_point, shoppers
from bench.claims.looking import TUNED
from tailorbird.measure.adjusting import Point
from tailorbird.measure.always_valid import radius
from tailorbird.measure.bayes import posterior
from tailorbird.measure.comparing import Estimate, compare, compare_quantiles
from tailorbird.measure.correcting import corrected
from tailorbird.measure.powering import minimum_detectable
from tailorbird.measure.question import Correction
from tailorbird.measure.reading import Interval
from tailorbird.measure.splitting import sample_ratio_p
from tailorbird.measure.sums import Sums

LOCK = ROOT / "bench" / "evidence" / "gbstats.lock"
SCRIPT = ROOT / "bench" / "evidence" / "by_gbstats.py"
WITHIN = 1e-6
CORRECTIONS: tuple[Correction, ...] = ("holm", "benjamini-hochberg")
_Z = 1.959963984540054

Numbers = dict[str, dict[str, float]]


def experiments(many: int, seed: int = 51) -> list[tuple[Columns, Columns]]:
    """Return experiments of different sizes and lifts."""
    found = []
    for number in range(many):
        rng = np.random.default_rng([seed, number])
        sizes = rng.integers(1_000, 20_000, 2)
        found.append((shoppers(rng, int(sizes[0]), 0.0), shoppers(rng, int(sizes[1]), 0.05)))
    return found


def claims(many: int) -> Iterator[Claim]:
    """Yield the largest departures from both reference libraries."""
    both = experiments(many)
    what = f"{many} experiments"
    yield from _rows("tea-tasting", what, list(map(ours_as_tea, both)), list(map(by_tea, both)))
    told = by_gbstats(both)
    yield from _rows("gbstats", what, list(map(ours_as_gbstats, both)), told)


def departures(ours: list[Numbers], theirs: list[Numbers]) -> dict[str, float]:
    """Return the largest departure of each method, beside the larger of 1 and the number."""
    found: dict[str, float] = {}
    for mine, told in zip(ours, theirs, strict=True):
        for method, numbers in told.items():
            for name, value in numbers.items():
                gap = abs(mine[method][name] - value) / max(1.0, abs(value))
                found[method] = max(found.get(method, 0.0), gap)
    return found


def _rows(library: str, what: str, ours: list[Numbers], theirs: list[Numbers]) -> Iterator[Claim]:
    for method, gap in departures(ours, theirs).items():
        names = ", ".join(theirs[0][method])
        yield Claim(
            library,
            f"{method} ({names}), {what}",
            f"within {WITHIN:g}",
            f"{gap:.1e}",
            gap <= WITHIN,
        )


def ours_as_tea(arms: tuple[Columns, Columns]) -> Numbers:
    """Return our answers where tea-tasting has the method."""
    sums = (Sums.of(arms[0]), Sums.of(arms[1]))
    found = {
        "Welch": _full(compare(REVENUE, *sums, (), ALPHA)),
        "CUPED": _full(compare(REVENUE, *sums, ("before",), ALPHA)),
        "delta method": _full(compare(AOV, *sums, (), ALPHA)),
        "proportion": _full(compare(CONVERSION, *sums, (), ALPHA)),
        "sample ratio": {
            "p": sample_ratio_p({"a": sums[0].n, "b": sums[1].n}, {"a": 1.0, "b": 1.0}) or 0.0
        },
    }
    total = sums[0] + sums[1]
    point = Point(total.n, total.mean("revenue"), total.var("revenue"))
    found["power"] = {"minimum detectable": minimum_detectable(point, 1.0, ALPHA, 0.8)}
    known = [found[name]["p"] for name in ("Welch", "CUPED", "delta method", "proportion")]
    for correction in CORRECTIONS:
        raised = corrected(known, correction)
        found[correction] = {f"p{at}": one or 0.0 for at, one in enumerate(raised)}
    return found


def by_tea(arms: tuple[Columns, Columns]) -> Numbers:
    """Return tea-tasting's answers, from the rows themselves."""
    rows = [{**arm, "variant": np.full(len(arm["revenue"]), at)} for at, arm in enumerate(arms)]
    table = pa.table({name: np.concatenate([one[name] for one in rows]) for name in rows[0]})
    wide: dict[str, Any] = {"equal_var": False, "correction": False}
    answer = tt.Experiment(
        {
            "Welch": tt.Mean("revenue"),
            "CUPED": tt.Mean("revenue", "before"),
            "delta method": tt.RatioOfMeans("revenue", "orders"),
            "proportion": tt.Proportion("bought > 0", **wide),
            "sample ratio": tt.SampleRatio(correction=False),
        }
    ).analyze(table)
    found = {
        name: _of_tea(answer[name]) for name in ("Welch", "CUPED", "delta method", "proportion")
    }
    found["sample ratio"] = {"p": float(answer["sample ratio"].pvalue)}
    power = tt.Mean("revenue", use_t=False).solve_power(table, "rel_effect_size")
    found["power"] = {"minimum detectable": float(power[0].rel_effect_size)}
    tests = tt.experiment.ExperimentResult({name: answer[name] for name in list(found)[:4]})
    for name, raised in (
        ("holm", tt.adjust_fwer(tests, arbitrary_dependence=True, method="bonferroni")),
        ("benjamini-hochberg", tt.adjust_fdr(tests)),
    ):
        values = [one["pvalue_adj"] for result in raised.values() for one in result.values()]
        found[name] = {f"p{at}": float(one) for at, one in enumerate(values)}
    return found


def ours_as_gbstats(arms: tuple[Columns, Columns]) -> Numbers:
    """Return our answers where gbstats has the method."""
    sums = (Sums.of(arms[0]), Sums.of(arms[1]))
    points = [quantile_point(arm["before"], 0.9) for arm in arms]
    kinds = {
        "mean": compare(REVENUE, *sums, (), ALPHA),
        "ratio": compare(AOV, *sums, (), ALPHA),
        "cuped": compare(REVENUE, *sums, ("before",), ALPHA),
        "quantile": compare_quantiles(points[0], points[1], ALPHA),
    }
    found = {}
    for kind, one in kinds.items():
        effect = one.effect or 0.0
        reach = radius(one.n, one.variance, ALPHA, TUNED)
        chance = posterior(effect, one.variance, "up", ALPHA).better_probability
        found[kind] = _plain(one)
        found[f"{kind}, always valid"] = {"low": effect - reach, "high": effect + reach}
        found[f"{kind}, Bayesian"] = {"chance": chance}
    counts = {"a": sums[0].n, "b": sums[1].n}
    found["srm"] = {"p": sample_ratio_p(counts, {"a": 1.0, "b": 1.0}) or 0.0}
    return found


def by_gbstats(both: list[tuple[Columns, Columns]]) -> list[Numbers]:
    """Return gbstats' answers; it runs apart, since it needs an older NumPy."""
    asked = [
        {"arms": [_sums(arm) for arm in arms], "counts": [len(arm["revenue"]) for arm in arms]}
        for arms in both
    ]
    done = subprocess.run(
        [environment(), SCRIPT], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answers: list[Numbers] = json.loads(done.stdout)
    return answers


def environment() -> Path:
    """Return the Python that has gbstats; made at the first call, by the hashes of its lock."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tailorbird" / "gbstats"
    return side_environment(home, LOCK)


def _full(one: Estimate) -> dict[str, float]:
    found = {**_plain(one), "relative": one.relative or 0.0}
    if one.relative_interval is not None:
        found["relative low"] = one.relative_interval.low or 0.0
        found["relative high"] = one.relative_interval.high or 0.0
    return found


def _plain(one: Estimate) -> dict[str, float]:
    within = one.interval or Interval(None, None)
    low, high = within.low or 0.0, within.high or 0.0
    return {"effect": one.effect or 0.0, "p": one.p_value or 0.0, "low": low, "high": high}


def _of_tea(one: Any) -> dict[str, float]:  # noqa: ANN401 - untyped there
    return {
        "effect": float(one.effect_size),
        "p": float(one.pvalue),
        "low": float(one.effect_size_ci_lower),
        "high": float(one.effect_size_ci_upper),
        "relative": float(one.rel_effect_size),
        "relative low": float(one.rel_effect_size_ci_lower),
        "relative high": float(one.rel_effect_size_ci_upper),
    }


def _ranks(n: int) -> list[float]:
    reach = _Z * np.sqrt(0.9 * 0.1 / n)
    return [0.9 - reach, 0.9, 0.9 + reach]


def _sums(arm: Columns) -> dict[str, Any]:
    low, value, high = (
        float(one) for one in np.quantile(arm["before"], _ranks(len(arm["before"])))
    )
    return {
        "n": len(arm["revenue"]),
        "sum": {name: float(column.sum()) for name, column in arm.items()},
        "squares": {name: float((column**2).sum()) for name, column in arm.items()},
        "revenue orders": float((arm["revenue"] * arm["orders"]).sum()),
        "before revenue": float((arm["revenue"] * arm["before"]).sum()),
        "quantile": {"quantile_hat": value, "quantile_lower": low, "quantile_upper": high},
    }
