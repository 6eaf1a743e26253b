"""Intervals that hold however often one looks, so that peeking does not make false winners.

Asymptotic confidence sequences: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform
central limit theory and asymptotic confidence sequences", Annals of Statistics 52 (2024), theorem
2.2, with the mixture's width set for a chosen sample size by their equation 13.
"""

import math


def width(alpha: float, tuned_for: int) -> float:
    """Return the mixture's parameter rho that makes intervals narrowest at a sample size.

    It may depend on anything but the data.
    """
    spread = -2.0 * math.log(alpha)
    return math.sqrt((spread + math.log(spread + 1.0)) / tuned_for)


def radius(n: int, variance: float, alpha: float, tuned_for: int) -> float:
    """Return how far the interval reaches to each side of the estimate.

    Args:
        n: Units seen, of both arms.
        variance: Of the estimate itself, so a standard error squared.
        alpha: The chance that the interval ever misses the truth.
        tuned_for: Units at which it is narrowest.
    """
    rho2 = width(alpha, tuned_for) ** 2
    grown = n * rho2 + 1.0
    return math.sqrt(variance * 2.0 * grown / (n * rho2) * math.log(math.sqrt(grown) / alpha))


def p_value(effect: float, n: int, variance: float, alpha: float, tuned_for: int) -> float:
    """Return the smallest alpha at which 0 would lie outside, with the width kept.

    Args:
        effect: The estimate.
        n: Units seen, of both arms.
        variance: Of the estimate.
        alpha: For which the width is chosen.
        tuned_for: Units at which the interval is narrowest.
    """
    rho2 = width(alpha, tuned_for) ** 2
    grown = n * rho2 + 1.0
    evidence = effect * effect / variance * n * rho2 / (2.0 * grown)
    return min(1.0, math.sqrt(grown) * math.exp(-evidence))
