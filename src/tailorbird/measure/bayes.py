"""The Bayesian reading: how likely the arm is better, and what choosing it may cost.

With a flat prior the effect's posterior is normal around the estimate (Gelman et al., "Bayesian
Data Analysis", 3rd edition, section 2.5). It is no license to look and stop: with a flat prior,
stopping at a high probability makes as many false winners as stopping at a low p-value.
"""

import math

from scipy import stats

from tailorbird.measure.metrics import Better
from tailorbird.measure.reading import Bayesian, Interval


def posterior(effect: float, variance: float, better: Better, alpha: float) -> Bayesian:
    """Return the posterior of an effect.

    Args:
        effect: The estimate.
        variance: Of the estimate; above 0.
        better: The metric's good direction.
        alpha: One minus the interval's probability.
    """
    error = math.sqrt(variance)
    gain = effect if better == "up" else -effect
    above = float(stats.norm.cdf(gain / error))
    reach = float(stats.norm.isf(alpha / 2.0)) * error
    loss = error * float(stats.norm.pdf(gain / error)) - gain * float(stats.norm.sf(gain / error))
    return Bayesian(above, Interval(effect - reach, effect + reach), max(loss, 0.0))
