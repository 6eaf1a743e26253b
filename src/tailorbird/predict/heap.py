"""The few best of many numbers, without sorting the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel


@kernel
def best_places(scores: NDArray[np.float32], k: int) -> NDArray[np.int32]:
    """Return int32[min(n, k)], where the best are, best first; of equal ones the earlier first."""
    heap = heaped(scores)
    best = np.empty(min(len(heap), k), np.int32)
    for rank in range(len(best)):
        best[rank] = heap[0]
        heap[0] = heap[len(heap) - 1 - rank]
        sink(heap, scores, 0, len(heap) - 1 - rank)
    return best


@kernel
def kth_best(values: NDArray[np.float32], k: int) -> float:
    """Return the value that exactly k reach; the least of all where there are no more than k."""
    least = np.empty(min(k, len(values)), np.float32)
    for at in range(len(least)):
        least[at] = values[at]
    for at in range(len(least) // 2 - 1, -1, -1):
        _sink_least(least, at)
    for at in range(len(least), len(values)):
        if values[at] > least[0]:
            least[0] = values[at]
            _sink_least(least, 0)
    return float(least[0])


@kernel
def heaped(scores: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return all places as a heap with the best score on top."""
    heap = np.arange(len(scores)).astype(np.int32)
    for at in range(len(heap) // 2 - 1, -1, -1):
        sink(heap, scores, at, len(heap))
    return heap


@kernel
def sink(heap: NDArray[np.int32], scores: NDArray[np.float32], at: int, size: int) -> None:
    """Let one place sink to where it belongs in a heap of `size`."""
    place = heap[at]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and _better(scores, heap[child + 1], heap[child]):
            child += 1
        if not _better(scores, heap[child], place):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = place


@kernel
def _better(scores: NDArray[np.float32], one: int, other: int) -> bool:
    return scores[one] > scores[other] or (scores[one] == scores[other] and one < other)


@kernel
def _sink_least(heap: NDArray[np.float32], at: int) -> None:
    value = heap[at]
    while True:
        child = 2 * at + 1
        if child >= len(heap):
            break
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = value
