"""What a contextual bandit knows of a moment: a few words, hashed into a short row of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tailorbird.decide.bandits.policy import WIDTH
from tailorbird.decide.moment import Moment


def described(here: Moment) -> NDArray[np.float64]:
    """Return float64[width] of a moment: how the visitor came, from where, and how well known.

    Only what the request and the profile may be used for comes in: without consent the moment is
    empty.
    """
    context = here.context
    words = [
        f"channel:{here.channel}",
        f"country:{context.country}",
        f"page:{context.page.type}",
        f"known:{here.profile is not None and len(here.past) > 0}",
        f"visit:{min(len(here.session), 3)}",
        f"cart:{len(here.cart) > 0}",
    ]
    return hashed(words)


def hashed(words: Iterable[str]) -> NDArray[np.float64]:
    """Return float64[width]: 1, then in the other places sums of signs, by the words' hashes.

    Hashed features after Weinberger and others (2009).
    """
    made = np.zeros(WIDTH)
    made[0] = 1.0
    for word in words:
        code = crc32(word.encode())
        made[1 + code % (WIDTH - 1)] += 1.0 if code & 0x80000000 else -1.0
    return made
