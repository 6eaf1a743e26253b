"""Looking every day: how often an experiment without effect is ever called a winner."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.claims.claim import ALPHA, Claim, data
from tailorbird.measure.always_valid import radius

TUNED = 5_000
PROMISED = 0.0544
_Z = 1.959963984540054
_DAYS = 20
_A_DAY = 500
_AT_ONCE = 500

Floats = NDArray[np.float64]


class Ever(NamedTuple):
    """Shares of experiments that were ever rejected."""

    always_valid: float
    naive: float


class Shape(NamedTuple):
    """How a real experiment filled: units by look in both arms, and the variance of a unit."""

    name: str
    counts: Floats
    variance: float


def claims(runs: int) -> Iterator[Claim]:
    """Yield the shares that were ever rejected, for made-up metrics and for ASOS's shapes."""
    for name in ("revenue, most of it 0", "conversion of 3 %", "log-normal revenue"):
        ever = peeked(name, runs)
        what = f"{name}, {_A_DAY} a day, looked at on {_DAYS} days, {runs:,} A/A experiments"
        yield _row(what, ever)
    ever = over_shapes(asos(), max(runs // 5, 1))
    what = f"the {len(asos())} shapes of ASOS's experiments, {max(runs // 5, 1):,} A/A runs of each"
    yield _row(what, ever)
    real = real_asos()
    yield Claim(
        "looking daily",
        "ASOS's own numbers, at any of their looks: rejected by always-valid intervals",
        "fewer than naively",
        f"{real.always_valid:.1%}; naively {real.naive:.1%}",
        real.always_valid < real.naive,
    )


def _row(what: str, ever: Ever) -> Claim:
    found = f"{ever.always_valid:.2%}; naively {ever.naive:.1%}"
    holds = ever.always_valid <= PROMISED
    return Claim("looking daily", f"{what}: ever rejected", f"≤ {PROMISED:.2%}", found, holds)


def peeked(name: str, runs: int, seed: int = 21) -> Ever:
    """Return how often A/A experiments are ever rejected, variances estimated on the way."""
    n = np.arange(1, _DAYS + 1, dtype=np.float64) * (_A_DAY / 2.0)
    hits = np.zeros(2)
    for start in range(0, runs, _AT_ONCE):
        rng = np.random.default_rng([seed, start])
        many = min(_AT_ONCE, runs - start)
        sums, squares = _day_sums(name, rng, many)
        means = sums.cumsum(axis=2) / n
        variances = (squares.cumsum(axis=2) / n - means**2) * n / (n - 1.0)
        gaps = np.abs(means[1] - means[0])
        errors2 = variances.sum(axis=0) / n
        reach = _reach(n + n) * np.sqrt(errors2)
        hits += [(gaps > reach).any(axis=1).sum(), (gaps > _Z * np.sqrt(errors2)).any(axis=1).sum()]
    return Ever(*(hits / runs))


def _day_sums(name: str, rng: np.random.Generator, many: int) -> tuple[Floats, Floats]:
    """Return the sums and sums of squares of each arm, experiment and day."""
    sums, squares = np.empty((2, 2, many, _DAYS))
    for arm in range(2):
        for day in range(_DAYS):
            drawn = _drawn(name, rng, (many, _A_DAY // 2))
            sums[arm, :, day] = drawn.sum(axis=1)
            squares[arm, :, day] = np.einsum("ij,ij->i", drawn, drawn)
    return sums, squares


def _drawn(name: str, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    match name:
        case "conversion of 3 %":
            return (rng.random(shape, np.float32) < 0.03).astype(np.float64)
        case "log-normal revenue":
            return np.exp(rng.standard_normal(shape, np.float32)).astype(np.float64)
        case _:
            spent = rng.standard_exponential(shape, np.float32)
            return np.where(rng.random(shape, np.float32) < 0.2, spent, 0.0).astype(np.float64)


def _reach(n: Floats) -> Floats:
    """Return the always-valid radius in standard errors, by units of both arms."""
    return np.array([radius(int(one), 1.0, ALPHA, TUNED) for one in np.ravel(n)]).reshape(n.shape)


def over_shapes(shapes: list[Shape], runs: int, seed: int = 22) -> Ever:
    """Return how often A/A experiments that fill as real ones did are ever rejected.

    Counts at each look are so large that sums between looks are normal.
    """
    hits = np.zeros(2)
    for number, shape in enumerate(shapes):
        rng = np.random.default_rng([seed, number])
        fresh = np.diff(shape.counts, axis=1, prepend=0.0)
        steps = rng.standard_normal((runs, *fresh.shape)) * np.sqrt(fresh * shape.variance)
        means = steps.cumsum(axis=2) / shape.counts
        gaps = np.abs(means[:, 1] - means[:, 0])
        errors = np.sqrt(shape.variance * (1.0 / shape.counts).sum(axis=0))
        reach = _reach(shape.counts.sum(axis=0)) * errors
        hits += [(gaps > reach).any(axis=1).sum(), (gaps > _Z * errors).any(axis=1).sum()]
    return Ever(*(hits / (runs * len(shapes))))


def asos() -> list[Shape]:
    """Return the shapes of the ASOS experiments with two looks or more, a metric each."""
    shapes = []
    for name, looks in _looks().items():
        counts = np.array([[one["count_c"], one["count_t"]] for one in looks]).T
        usable = np.all(np.diff(counts, axis=1, prepend=0.0) > 0.0, axis=0)
        variance = looks[-1]["variance_c"]
        if usable.sum() > 1 and variance > 0.0:
            shapes.append(Shape(name, counts[:, usable], variance))
    return shapes


def real_asos() -> Ever:
    """Return the shares of ASOS's comparisons that are rejected at any look."""
    hits, looks_of = np.zeros(2), _looks()
    for looks in looks_of.values():
        gaps = np.array([abs(one["mean_t"] - one["mean_c"]) for one in looks])
        errors2 = np.array(
            [
                one["variance_c"] / one["count_c"] + one["variance_t"] / one["count_t"]
                for one in looks
            ]
        )
        n = np.array([one["count_c"] + one["count_t"] for one in looks])
        errors = np.sqrt(errors2)
        hits += [(gaps > _reach(n) * errors).any(), (gaps > _Z * errors).any()]
    return Ever(*(hits / len(looks_of)))


def _looks() -> dict[str, list[dict[str, float]]]:
    """Return the looks of each comparison, in time; those without a variance are left out."""
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    with gzip.open(data("experiments/asos_50.csv.gz"), "rt") as file:
        for row in csv.DictReader(file):
            name = f"{row['experiment_id']}/{row['variant_id']}/{row['metric_id']}"
            numbers = {
                key: float(row[key] or "nan") for key in row if "_" in key and "id" not in key
            }
            if all(np.isfinite(one) for one in numbers.values()) and numbers["count_c"] > 1.0:
                found[name].append(numbers)
    return {
        name: sorted(looks, key=lambda one: one["time_since_start"])
        for name, looks in found.items()
    }
