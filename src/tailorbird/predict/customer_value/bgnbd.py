"""Who still is a customer, and how many orders to expect: the BG/NBD model, fitted and asked.

Fader, Hardie and Lee, "'Counting your customers' the easy way: an alternative to the Pareto/NBD
model", Marketing Science 24 (2005). A customer orders at random times at a rate of their own, and
after each order may leave for ever with a chance of their own; rates are Gamma(r, alpha) among
customers, chances Beta(a, b). Time is in weeks throughout.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import scipy.optimize
import scipy.special
from numpy.typing import NDArray

from tailorbird.predict.customer_value.purchasing import Customers, Floats
from tailorbird.spine.errors import TailorbirdError

LEAST_CUSTOMERS = 100
LEAST_REPEATERS = 20
_STARTS = ((1.0, 5.0, 1.0, 2.0), (0.3, 10.0, 0.5, 5.0), (2.0, 2.0, 2.0, 10.0))
# Beyond these the likelihood is flat: all customers alike, or nobody ever leaves.
_BOUNDS = (-8.0, 12.0)
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(100)
_QUANTILES: Floats = (_NODES + 1.0) / 2.0
_QUANTILE_WEIGHTS: Floats = _NODE_WEIGHTS / 2.0


class TooFewCustomers(TailorbirdError):
    """There are too few customers to learn from how they come back."""

    status = 409
    remedy = "Import older orders, or wait for more; until then no value is forecast."


class AllAlike(TailorbirdError):
    """Customers do not differ in a way that a model of coming back could learn from."""

    status = 409
    remedy = "Look at the imported orders: are their times real, and their customers told apart?"


class BgNbd(msgspec.Struct, frozen=True):
    """The four parameters; 1/`alpha` is per week."""

    r: float
    alpha: float
    a: float
    b: float

    def alive_probability(self, known: Customers) -> Floats:
        """Return float64[n], the chance that each will ever order again.

        It is 1 for who has ordered once only: in this model one leaves after an order that was
        not the first. `order_probability` is the better question for them.
        """
        log_odds = (
            np.log(self.a)
            - np.log(self.b + np.maximum(known.repeats, 1.0) - 1.0)
            + (self.r + known.repeats)
            * (np.log(self.alpha + known.age) - np.log(self.alpha + known.recency))
        )
        return np.asarray(np.where(known.repeats > 0, scipy.special.expit(-log_odds), 1.0))

    def order_probability(self, known: Customers, weeks: float) -> Floats:
        """Return float64[n], the chance that each orders at least once in the next weeks.

        Of one still there the rate is Gamma(r + repeats, alpha + age).
        """
        silent = np.exp(
            (self.r + known.repeats)
            * (np.log(self.alpha + known.age) - np.log(self.alpha + known.age + weeks))
        )
        return np.asarray(self.alive_probability(known) * (1.0 - silent))

    def expected_orders(self, known: Customers, weeks: float) -> Floats:
        """Return float64[n], how many orders to expect of each in the next weeks (equation 10).

        One who is there, at a rate l and leaving after an order with chance p, is good for
        (1 - exp(-l p t)) / p orders. The mean over l is exact; the mean over p, which is
        Beta(a, b + repeats), is taken at a hundred of its quantiles (Gauss and Legendre's). The
        paper writes it as a hypergeometric function, which overflows for busy customers.
        """
        leaving = scipy.special.betaincinv(
            self.a, self.b + known.repeats[:, None], _QUANTILES[None, :]
        )
        leaving = np.maximum(leaving, 1e-12)
        shape, since = (self.r + known.repeats)[:, None], (self.alpha + known.age)[:, None]
        orders = -np.expm1(-shape * np.log1p(leaving * weeks / since)) / leaving
        return np.asarray((orders @ _QUANTILE_WEIGHTS) * self.alive_probability(known))


def fit_bgnbd(known: Customers) -> BgNbd:
    """Return the parameters of greatest likelihood.

    Raises:
        TooFewCustomers: fewer than 100, or fewer than 20 who ever came back.
        AllAlike: no maximum was found.
    """
    repeaters = int((known.repeats > 0).sum())
    if len(known) < LEAST_CUSTOMERS or repeaters < LEAST_REPEATERS:
        raise TooFewCustomers(
            f"{len(known)} customers with orders, {repeaters} of them came back; "
            f"{LEAST_CUSTOMERS} and {LEAST_REPEATERS} are needed"
        )
    # Customers with the same numbers are one term of the likelihood: a shop has many of those.
    rows = np.stack([known.repeats, known.recency, known.age], axis=1)
    kinds, times = np.unique(rows, axis=0, return_counts=True)
    merged = Customers(kinds[:, 0], kinds[:, 1], kinds[:, 2])
    # A unit in which ages are around ten keeps the search well scaled at any shop's pace.
    unit = max(float(np.mean(known.age)) / 10.0, 1e-9)
    scaled = Customers(merged.repeats, merged.recency / unit, merged.age / unit)
    found = [_climb(np.log(start), scaled, times) for start in _STARTS]
    best = min(found, key=lambda one: float(one.fun))
    if not np.isfinite(best.fun):
        raise AllAlike
    r, alpha, a, b = (float(value) for value in np.exp(best.x))
    return BgNbd(r, alpha * unit, a, b)


def log_likelihood(model: BgNbd, known: Customers) -> Floats:
    """Return float64[n], the logarithm of each customer's likelihood (equation 6)."""
    return _log_likelihood(np.log([model.r, model.alpha, model.a, model.b]), known)


def _climb(start: Floats, known: Customers, times: NDArray[np.int64]) -> Any:  # noqa: ANN401 - SciPy's
    total = float(times.sum())

    def loss(logs: Floats) -> float:
        return -float(times @ _log_likelihood(logs, known)) / total

    return scipy.optimize.minimize(
        loss, start, method="L-BFGS-B", bounds=[_BOUNDS] * 4, options={"ftol": 1e-13, "gtol": 1e-8}
    )


def _log_likelihood(logs: Floats, known: Customers) -> Floats:
    r, alpha, a, b = np.exp(logs)
    x, gammaln = known.repeats, scipy.special.gammaln
    first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    second = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    stayed = -(r + x) * np.log(alpha + known.age)
    left = (
        np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + known.recency)
    )
    either = np.where(x > 0, np.logaddexp(stayed, left), stayed)
    return np.asarray(first + second + either)
