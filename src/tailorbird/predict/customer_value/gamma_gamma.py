"""How much a customer spends an order: their own average, drawn towards everybody's.

Fader and Hardie, "The Gamma-Gamma model of monetary value" (2013): the amounts of one customer
scatter around a mean of their own, and these means scatter among customers. The fewer orders
somebody has, the more of the forecast is the shop's average.
"""

from __future__ import annotations

import msgspec
import numpy as np
import scipy.optimize
import scipy.special

from tailorbird.predict.customer_value.purchasing import Floats

LEAST_PAYING = 20
_START = (1.8, 1.3, 2.7)
_BOUNDS = (-6.0, 10.0)
# Below one the mean of means would not exist; the forecast divides by q - 1.
_LEAST_Q = 1.001


class GammaGamma(msgspec.Struct, frozen=True):
    """The three parameters; `v` is in the unit of the amounts."""

    p: float
    q: float
    v: float

    @property
    def mean(self) -> float:
        """What an order of somebody unknown is worth on average."""
        return self.v * self.p / (self.q - 1.0)

    def expected_amount(self, orders: Floats, means: Floats) -> Floats:
        """Return float64[n], the mean amount to expect of each (equation 5).

        Args:
            orders: float64[n], of how many orders the mean is; 0 gives everybody's mean.
            means: float64[n], the mean amount so far.
        """
        known = self.p * orders
        return np.asarray(
            (known * means + (self.q - 1.0) * self.mean) / (known + self.q - 1.0), np.float64
        )


def fit_gamma_gamma(orders: Floats, means: Floats) -> GammaGamma | None:
    """Return the parameters of greatest likelihood; None where too few paid, or all the same.

    Args:
        orders: float64[n], how many orders each mean is of; those of 0 are left out.
        means: float64[n], mean amounts; those of 0 are left out.
    """
    paying = (orders > 0) & (means > 0)
    x, m = orders[paying], means[paying]
    if len(x) < LEAST_PAYING or float(np.std(m)) == 0.0:
        return None
    unit = float(np.mean(m))
    scaled = m / unit

    def loss(logs: Floats) -> float:
        p, q, v = np.exp(logs)
        return -float(np.mean(_log_likelihood(p, q + _LEAST_Q, v, x, scaled)))

    found = scipy.optimize.minimize(
        loss, np.log(_START), method="L-BFGS-B", bounds=[_BOUNDS] * 3, options={"ftol": 1e-13}
    )
    p, q, v = (float(value) for value in np.exp(found.x))
    return GammaGamma(p, q + _LEAST_Q, v * unit)


def _log_likelihood(p: float, q: float, v: float, x: Floats, m: Floats) -> Floats:
    gammaln = scipy.special.gammaln
    return np.asarray(
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(v)
        + (p * x - 1.0) * np.log(m)
        + p * x * np.log(x)
        - (p * x + q) * np.log(x * m + v)
    )
