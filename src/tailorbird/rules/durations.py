"""Lengths of time as people write them: `30s`, `15m`, `1h`, `7d`."""

import re

from tailorbird.spine.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

LONGEST_MS = 7 * DAY_MS
"""How far back windows reach, and how far ahead timers: what is kept for them is kept this long."""

_WRITTEN = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNITS = {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}


def length_ms(text: str) -> int:
    """Return a length of time in milliseconds.

    Raises:
        ValueError: the text is none; the message says how to write one.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is no length of time: write it like 30s, 15m, 1h or 7d")
    return int(found[1]) * _UNITS[found[2]]


def window_ms(text: str) -> int:
    """Return a length of time that can be looked back or waited.

    Raises:
        ValueError: the text is no length of time, or it is nothing, or more than 7 days.
    """
    length = length_ms(text)
    if not 0 < length <= LONGEST_MS:
        raise ValueError(f"{text!r} must be more than nothing and at most 7d")
    return length
