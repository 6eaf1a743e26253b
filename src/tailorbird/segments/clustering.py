"""Groups of points that lie together: K-Means, and how many groups there are.

Lloyd's algorithm from k-means++ starts (Arthur and Vassilvitskii, SODA 2007), the best of several;
the number of groups, three to eight, is the one of the greatest silhouette (Rousseeuw, 1987) on a
sample. (Two would often win, and tell a marketer nothing but who buys.) A shop's second run starts
from the centroids of its first and keeps their number unless another fits clearly better: so groups
move with the people, and do not jump.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import scipy.cluster.vq
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

FEWEST, MOST = 3, 8
LEARNED_FROM = 20_000
_COMPARED = 1_000
_STARTS = 6
_ROUNDS = 50
_LEAST_SHARE = 0.02
_CLEARLY = 0.05


@dataclass(frozen=True, slots=True)
class Clusters:
    """Centroids float64[k, numbers], and the silhouette (-1 to 1) of a sample among them."""

    centroids: Floats
    silhouette: float


def clusters_of(points: Floats, rng: np.random.Generator, before: Floats | None = None) -> Clusters:
    """Return the groups of points.

    Args:
        points: float64[n, numbers], at least two different ones.
        rng: luck of samples and starts.
        before: centroids of the last run, in the same numbers; None at the first.
    """
    sample = _sample(points, LEARNED_FROM, rng)
    compared = _sample(sample, _COMPARED, rng)
    kept: Clusters | None = None
    if before is not None and len(before):
        moved = _lloyd(sample, before)
        kept = Clusters(moved, silhouette(compared, nearest(compared, moved)))
    fresh = _best_number(sample, compared, rng)
    if kept is not None and kept.silhouette >= fresh.silhouette - _CLEARLY:
        return kept
    return fresh


def nearest(points: Floats, centroids: Floats) -> Labels:
    """Return int64[n], the nearest centroid of each point."""
    return np.asarray(cdist(points, centroids, "sqeuclidean").argmin(axis=1), np.int64)


def settled(points: Floats, centroids: Floats, before: Labels, slack: float) -> Labels:
    """Return int64[n], the nearest centroid; who has one stays unless another is clearly nearer.

    Args:
        points: float64[n, numbers].
        centroids: float64[k, numbers].
        before: int64[n], where each was; -1 for nowhere.
        slack: by which share another must be nearer.
    """
    apart = cdist(points, centroids)
    found = apart.argmin(axis=1)
    there = before >= 0
    mine = apart[there, before[there]]
    stays = apart[there, found[there]] >= mine * (1.0 - slack)
    found[there] = np.where(stays, before[there], found[there])
    return np.asarray(found, np.int64)


def silhouette(points: Floats, labels: Labels) -> float:
    """Return how much nearer points are to their own group than to the next; -1 with one group."""
    groups = np.unique(labels)
    if len(groups) < 2:
        return -1.0
    apart = cdist(points, points)
    sums = np.stack([apart[:, labels == group].sum(axis=1) for group in groups], axis=1)
    sizes = np.array([(labels == group).sum() for group in groups], np.float64)
    mine = np.searchsorted(groups, labels)
    rows = np.arange(len(points))
    own = sums[rows, mine] / np.maximum(sizes[mine] - 1.0, 1.0)
    others = sums / sizes
    others[rows, mine] = np.inf
    other = others.min(axis=1)
    most = np.maximum(np.maximum(own, other), 1e-12)
    return float(np.where(sizes[mine] > 1, (other - own) / most, 0.0).mean())


def _best_number(sample: Floats, compared: Floats, rng: np.random.Generator) -> Clusters:
    found: list[Clusters] = []
    different = len(np.unique(sample, axis=0))
    for number in range(min(FEWEST, different), min(MOST, different) + 1):
        centroids = _best_start(sample, number, rng)
        sizes = np.bincount(nearest(sample, centroids), minlength=len(centroids))
        if found and sizes.min() < _LEAST_SHARE * len(sample):
            continue
        found.append(Clusters(centroids, silhouette(compared, nearest(compared, centroids))))
    return max(found, key=lambda one: one.silhouette)


def _best_start(sample: Floats, number: int, rng: np.random.Generator) -> Floats:
    starts = [_lloyd(sample, _plus_plus(sample, number, rng)) for _ in range(_STARTS)]
    spread = [float(cdist(sample, one, "sqeuclidean").min(axis=1).sum()) for one in starts]
    return starts[int(np.argmin(spread))]


def _plus_plus(sample: Floats, number: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.integers(len(sample)))]
    apart = cdist(sample, sample[chosen], "sqeuclidean").ravel()
    while len(chosen) < number and apart.sum() > 0:
        chosen.append(int(rng.choice(len(sample), p=apart / apart.sum())))
        apart = np.minimum(apart, cdist(sample, sample[chosen[-1:]], "sqeuclidean").ravel())
    return np.asarray(sample[chosen])


def _lloyd(sample: Floats, start: Floats) -> Floats:
    with warnings.catch_warnings():
        # A group that lost everybody keeps its centroid, which is what is wanted.
        warnings.simplefilter("ignore", UserWarning)
        found, _ = scipy.cluster.vq.kmeans2(sample, start, iter=_ROUNDS, minit="matrix")
    return np.asarray(found, np.float64)


def _sample(points: Floats, most: int, rng: np.random.Generator) -> Floats:
    if len(points) <= most:
        return points
    return np.asarray(points[np.sort(rng.choice(len(points), most, replace=False))])
