"""Deciding while the models are trained anew beside the server and events pour in."""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
from collections.abc import Callable

from tailorbird.bench.load import Latency, open_loop, post, under_way
from tailorbird.bench.rows import Row, tail
from tailorbird.bench.shop import Size
from tailorbird.settings import Settings
from tailorbird.spine.apart import step_back

_HOST = "127.0.0.1"
_DECIDES, _EVENTS = 1_000, 200
_LONGER = 3  # so that reading the log and fitting both fall into the time


def while_training(
    settings: Settings,
    shop: tuple[str, Size],
    decides: Callable[[int], bytes],
    seconds: int,
) -> list[Row]:
    """Return how long decisions took meanwhile.

    Args:
        settings: of the server that runs.
        shop: its secret key, and how large it is.
        decides: makes the requests.
        seconds: how long a measurement lasts; here it is three times as long.
    """
    command = [sys.executable, "-m", "tailorbird.cli.main", "train"]
    command += ["--data", settings.data, "--budget", "60"]
    training = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        step_back(training.pid, idle=True)  # as the server starts its own retraining
        load = _both(settings.port, shop, decides, float(_LONGER * seconds))
        seen = under_way(load)
        busy = training.poll() is None
    finally:
        training.terminate()
        training.wait(timeout=60)
    what = f"decide at {_DECIDES:,}/s, {_EVENTS} events/s beside it, while training"
    rows = tail(what, seen)
    return rows if busy else [*rows, Row("training had ended before the measurement", 1, "")]


async def _both(
    port: int, shop: tuple[str, Size], decides: Callable[[int], bytes], seconds: float
) -> Latency:
    found, _ = await asyncio.gather(
        open_loop(_HOST, port, decides, _DECIDES, seconds),
        open_loop(_HOST, port, _events(*shop), _EVENTS, seconds),
    )
    return found


def _events(key: str, size: Size) -> Callable[[int], bytes]:
    run = secrets.token_hex(4)

    def request(number: int) -> bytes:
        event = {
            "event": "Product Viewed",
            "messageId": f"{run}-{number}",
            "anonymousId": f"visitor-{number * 7919 % size.people}",
            "properties": {"product_id": f"sku-{number * 104_729 % size.items}"},
        }
        return post(_HOST, "/v1/track", key, json.dumps(event).encode())

    return request
