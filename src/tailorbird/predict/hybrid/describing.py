"""What the hybrid ranker knows of a person and an item: one row of numbers for each candidate.

Training and serving make the rows by the same kernel from the same arrays, so they agree.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.blending import Pool
from tailorbird.predict.item_table import FACETS_AN_ITEM, ItemTable
from tailorbird.predict.kernel import kernel
from tailorbird.predict.sessions import Codes

SOURCES = 11
"""Sources have numbers below this; a candidate has a score from each."""
KINDS = ("category", "brand", "price", "other")
COLUMNS: tuple[str, ...] = (
    *(f"score_{number}" for number in range(SOURCES)),
    "sources",
    *(f"{kind}_now" for kind in KINDS),
    *(f"{kind}_long" for kind in KINDS),
    "steps_back_now",
    "steps_back_long",
    "popularity",
    "age_days",
    "session_length",
    "past_length",
)
_NOW = SOURCES + 1
_LONG = _NOW + len(KINDS)
_STEPS = _LONG + len(KINDS)
_FADING_NOW, _FADING_LONG = 0.8, 0.9
_MOST = 256
_SLOTS = 1024
_SPREAD = 40_503
_LOOKED_AT = 20
_DAY_S = 86_400.0
_TOUCHES = 10_000.0
_NEVER = -1.0


class Asker(NamedTuple):
    """Who asks, as arrays.

    Attributes:
        session: int32[], items of this visit, newest first; an item may come twice.
        past: int32[], different items of all visits, newest first.
        now_s: when, in seconds since 1970.
    """

    session: Codes
    past: Codes
    now_s: float


class Facts(NamedTuple):
    """What the rows read of the items.

    Attributes:
        facet_codes: int32[items, 12].
        kinds: int8[facets], place in `KINDS` of each facet.
        popularity: float32[items], log(1 + of ten thousand decayed touches, its share).
        published_s: float64[items], 0 where unknown.
    """

    facet_codes: NDArray[np.int32]
    kinds: NDArray[np.int8]
    popularity: NDArray[np.float32]
    published_s: NDArray[np.float64]


class Described(NamedTuple):
    """Candidates, each once: int32[n] codes, int8[n] the source that scores highest, and rows."""

    codes: Codes
    sources: NDArray[np.int8]
    rows: NDArray[np.float64]


def facts_of(table: ItemTable, touches: NDArray[np.float64]) -> Facts:
    """Return the facts of all items as they are now.

    Args:
        table: of the items.
        touches: float64[], decayed; shorter than the table where items are new.
    """
    kinds = [facet.partition(":")[0] for facet in table.facets.ids]
    numbers = [KINDS.index(kind) if kind in KINDS else len(KINDS) - 1 for kind in kinds]
    popularity = np.zeros(table.capacity, np.float32)
    count = min(len(touches), table.capacity)
    whole = max(float(touches.sum()), 1e-9)  # decayed sums drift with time, shares do not
    popularity[:count] = np.log1p(_TOUCHES * touches[:count] / whole)
    return Facts(table.facet_codes, np.array(numbers, np.int8), popularity, table.published_s)


@kernel
def described(pool: Pool, asker: Asker, facts: Facts) -> Described:
    """Return a row for each different candidate; of more than 256 the first drawn.

    Args:
        pool: candidates of all sources, drawn with weights of 1.
        asker: who asks.
        facts: of the items.
    """
    codes, sources = np.empty(_MOST, np.int32), np.zeros(_MOST, np.int8)
    rows = np.zeros((_MOST, _STEPS + 6))
    slots = np.full(_SLOTS, -1, np.int32)
    count = _gathered(pool, len(facts.popularity), (codes, slots), sources, rows)
    _leaned(codes[:count], (asker.session, _FADING_NOW, _NOW), facts, rows)
    _leaned(codes[:count], (asker.past, _FADING_LONG, _LONG), facts, rows)
    rows[:count, _STEPS : _STEPS + 2] = _NEVER
    _stepped_back(asker.session, (codes, slots), _STEPS, rows)
    _stepped_back(asker.past, (codes, slots), _STEPS + 1, rows)
    for row in range(count):
        code = codes[row]
        rows[row, _STEPS + 2] = facts.popularity[code]
        published = facts.published_s[code]
        rows[row, _STEPS + 3] = (asker.now_s - published) / _DAY_S if published > 0.0 else _NEVER
        rows[row, _STEPS + 4] = len(asker.session)
        rows[row, _STEPS + 5] = len(asker.past)
    return Described(codes[:count], sources[:count], rows[:count])


@kernel
def _gathered(
    pool: Pool,
    known: int,
    places: tuple[Codes, Codes],
    sources: NDArray[np.int8],
    rows: NDArray[np.float64],
) -> int:
    """Put each candidate into a row of its own, with its score from every source; count them.

    Items that are newer than the last refresh, from `known` on, are left out.
    """
    codes, slots = places
    best = np.zeros(_MOST, np.float32)
    count = 0
    for place in range(len(pool.codes)):
        code = pool.codes[place]
        if code >= known:
            continue
        slot = _slot(code, codes, slots)
        if slots[slot] < 0:
            if count == _MOST:
                continue
            slots[slot] = count
            codes[count] = code
            count += 1
        row, source, score = slots[slot], pool.sources[place], pool.weights[place]
        if rows[row, source] == 0.0:
            rows[row, SOURCES] += 1.0
        rows[row, source] = max(rows[row, source], score)
        if score > best[row]:
            best[row] = score
            sources[row] = source
    return count


@kernel
def _leaned(
    codes: Codes,
    touched: tuple[Codes, float, int],
    facts: Facts,
    rows: NDArray[np.float64],
) -> None:
    """Write how much of what was touched shares the candidate's facets, the best of each kind.

    Args:
        codes: the candidates.
        touched: items newest first, what is left of one a step back, and the column to begin at.
        facts: of the items.
        rows: where to write.
    """
    items, fading, begin = touched
    leaning = np.zeros(len(facts.kinds), np.float32)
    weight, whole = 1.0, 1e-9
    for item in items[:_LOOKED_AT]:
        if item >= len(facts.facet_codes):
            continue
        for column in range(FACETS_AN_ITEM):
            facet = facts.facet_codes[item, column]
            if 0 <= facet < len(leaning):
                leaning[facet] += weight
        whole += weight
        weight *= fading
    for row in range(len(codes)):
        for column in range(FACETS_AN_ITEM):
            facet = facts.facet_codes[codes[row], column]
            if 0 <= facet < len(leaning):
                at = begin + facts.kinds[facet]
                rows[row, at] = max(rows[row, at], leaning[facet] / whole)


@kernel
def _stepped_back(
    items: Codes, places: tuple[Codes, Codes], column: int, rows: NDArray[np.float64]
) -> None:
    """Write how many steps back a candidate was touched last, 1 for the newest."""
    codes, slots = places
    for step in range(min(len(items), _LOOKED_AT) - 1, -1, -1):
        row = slots[_slot(items[step], codes, slots)]
        if row >= 0:
            rows[row, column] = step + 1.0


@kernel
def _slot(code: int, codes: Codes, slots: Codes) -> int:
    """Return where the row of an item is, or would be, written down."""
    slot = (code * _SPREAD) & (_SLOTS - 1)
    while slots[slot] >= 0 and codes[slots[slot]] != code:
        slot = (slot + 1) & (_SLOTS - 1)
    return slot
