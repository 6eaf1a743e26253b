"""What each item on a slate was found by: an item of the visit, a leaning, a category."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.kernel import kernel
from tailorbird.predict.ranked import holds
from tailorbird.predict.sessions import Codes

BY_NOTHING, BY_VIEWS, BY_VISIT, BY_ANCHOR, BY_LEANING, BY_CATEGORY = 0, 1, 2, 3, 4, 5
NOTHING = -1


class Trail(NamedTuple):
    """What may have led to an item.

    Attributes:
        ways: int8[], by the number of a source, what its items are found by (`BY_…`).
        visited: int32[], items of the visit, oldest first.
        anchors: int32[], items whose kin were sought.
        page: the item of the page, -1 for none.
        category: facet code of the page's category, -1 for none.
        lent: int32[], leanings that are not named: whoever sits there may be somebody else.
    """

    ways: NDArray[np.int8]
    visited: Codes
    anchors: Codes
    page: int
    category: int
    lent: Codes


@kernel
def traced(
    codes: Codes,
    sources: NDArray[np.int8],
    facets: NDArray[np.int32],
    trail: Trail,
    leaf: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return int32[n], the ground of each item: an item code or a facet code, -1 for none.

    Args:
        codes: int32[n], the items; -1 for one that is unknown.
        sources: int8[n], the source that said most for each.
        facets: int32[n], the facet of each that matched a leaning, -1 for none.
        trail: what may have led to them.
        leaf: int32[items], the narrowest category.
    """
    grounds = np.full(len(codes), NOTHING, np.int32)
    for place in range(len(codes)):
        code = codes[place]
        way = trail.ways[sources[place]]
        if way == BY_VIEWS and trail.page < 0:
            way = BY_VISIT
        if way == BY_LEANING:
            named = not holds(trail.lent, facets[place])
            grounds[place] = facets[place] if named else NOTHING
        elif way == BY_CATEGORY:
            grounds[place] = trail.category
        elif way == BY_VIEWS:
            grounds[place] = _viewed_before(code, trail, leaf)
        elif way == BY_VISIT:
            grounds[place] = _nearest(code, trail.visited, leaf)
        elif way == BY_ANCHOR:
            grounds[place] = _nearest(code, trail.anchors, leaf)
    return grounds


@kernel
def _nearest(code: int, among: Codes, leaf: NDArray[np.int32]) -> int:
    """Return the latest item of the same narrow category, else the latest.

    The item itself, shown again, is found by itself; that says nothing, so another is named.
    """
    found, latest = NOTHING, NOTHING
    kind = leaf[code] if code >= 0 else NOTHING
    for one in among:
        if one != code:
            latest = one
            found = one if leaf[one] == kind else found
    return found if found >= 0 else latest


@kernel
def _viewed_before(code: int, trail: Trail, leaf: NDArray[np.int32]) -> int:
    """Return the latest item of the same narrow category that was viewed before the page's own.

    On its own page an item is what somebody looks at, not what they have viewed.
    """
    found = NOTHING
    kind = leaf[code] if code >= 0 else NOTHING
    for one in trail.visited:
        own = one == trail.page or one == code  # noqa: PLR1714 - kernels know no `in` here
        found = one if leaf[one] == kind and not own else found
    return found
