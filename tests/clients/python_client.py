"""Runs Segment's or RudderStack's Python library, unmodified, in a process of its own.

Reads an order (see `orders.py`) as JSON from its input, makes the calls, waits until the library
has sent them, and ends. Run as a script.
"""

import importlib
import json
import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any

_MODULES = {"segment-python": "segment.analytics", "rudder-python": "rudderstack.analytics"}


def run(order: dict[str, Any]) -> None:
    """Make the calls of an order."""
    library = _MODULES[order["library"]]
    clock = wrong_clock(timedelta(milliseconds=order["skewMs"]))
    for part in ("client", "request"):
        # The libraries ask `datetime` for the time; it is the machine's clock that is wrong here.
        vars(importlib.import_module(f"{library}.{part}"))["datetime"] = clock
    failures: list[object] = []
    client = importlib.import_module(f"{library}.client").Client(
        order["key"],
        host=order["url"],
        gzip=order["gzip"],
        on_error=lambda error, _batch: failures.append(error),
    )
    for call in order["calls"]:
        made = {_snake(name): value for name, value in call.items() if name != "call"}
        late_ms = made.pop("late_ms", None)
        if late_ms is not None:
            made["timestamp"] = clock.now().astimezone() - timedelta(milliseconds=late_ms)
        getattr(client, call["call"])(**made)
    client.flush()
    client.join()
    if failures:
        sys.exit(f"the library gave up: {failures}")


def wrong_clock(skew: timedelta) -> type[datetime]:
    """Return `datetime` as it is on a machine whose clock is off."""

    class WrongClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "WrongClock":
            return cls.fromtimestamp(time.time() + skew.total_seconds(), tz)

    return WrongClock


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


if __name__ == "__main__":
    run(json.load(sys.stdin))
