"""`tailorbird serve`: one process that collects, decides and shows."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any

import uvicorn
import uvloop

from tailorbird.api.build import build
from tailorbird.api.turns import TurnProtocol
from tailorbird.cli.first_start import first_keys, shown_once
from tailorbird.cli.large_pages import keep_large
from tailorbird.cli.retraining import Retraining
from tailorbird.cli.rolling_out import RollingOut
from tailorbird.compose import Install
from tailorbird.flow.upkeep import every, once
from tailorbird.settings import Settings

log = logging.getLogger("tailorbird.serve")

Company = Callable[[Install], Coroutine[Any, Any, None]]
"""Runs beside the server until it is cancelled."""

_KEEP_ALIVE_S = 75  # clients reuse connections over minutes; a short limit makes them resend
_ROLLOUTS_S = 10.0  # how often it is asked which rollouts are due for a look
# Requests leave next to no garbage behind, and a pass looks at a thousand objects in a millisecond:
# so few at a time, and the old ones, which would hold up everybody for long, next to never.
_GARBAGE = 1_000, 2, 50_000
_SWITCH_S = 0.0005  # writers' threads must not hold the interpreter for the default 5 ms


class Server(uvicorn.Server):
    """A server that lets its streams end before it waits for connections to close."""

    def __init__(self, config: uvicorn.Config, install: Install) -> None:
        super().__init__(config)
        self._install = install

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell everybody who watches that this is the end, then shut down as ever."""
        for workspace in self._install.opened():
            workspace.feed.end()
        await super().shutdown(sockets)


async def run(settings: Settings, company: Company | None = None) -> None:
    """Serve until told to stop; finish requests, then write what is not yet written.

    Args:
        settings: where, and how.
        company: something to do beside serving, such as the demo's traffic.
    """
    install = Install(settings)
    sys.setswitchinterval(_SWITCH_S)
    try:
        shop = await install.workspace()
        keys = first_keys(install)
        if keys:
            print(shown_once(keys, shop.stores.signing_secret), flush=True)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        server = Server(
            uvicorn.Config(
                build(install),
                host=settings.host,
                port=settings.port,
                log_level=settings.log_level,
                access_log=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                lifespan="off",
                server_header=False,
                proxy_headers=False,
                loop="uvloop",
                http=TurnProtocol,
            ),
            install,
        )
        install.folder.announce(f"http://{settings.host}:{settings.port}")
        retraining, rolling = Retraining(settings, install), RollingOut(settings, install)
        async with (
            _meanwhile(_kept(company, install), "company"),
            _meanwhile(once(keep_large, "large pages"), "large pages"),
            _scheduled(60.0 * settings.retrain_minutes, retraining.round, "retrain"),
            _scheduled(_ROLLOUTS_S, rolling.round, "rollouts"),
        ):
            with _told_once():
                await server.serve()
    finally:
        await install.close()


@contextlib.contextmanager
def _told_once() -> Iterator[None]:
    """Ignore the signal that uvicorn raises again once it has stopped: it would cut off closing."""
    before = {one: signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _kept(company: Company | None, install: Install) -> Coroutine[Any, Any, None] | None:
    """Return what keeps company; a failure of it is logged, and the server serves on."""
    return None if company is None else once(lambda: company(install), "company")


@contextlib.asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, None] | None, name: str) -> AsyncIterator[None]:
    """Do something while the block runs, and end it with the block; nothing where it is None."""
    if work is None:
        yield
        return
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


def _scheduled(
    seconds: float, work: Callable[[], Awaitable[None]], name: str
) -> contextlib.AbstractAsyncContextManager[None]:
    """Do something on schedule while the block runs; never where the schedule says 0."""
    return _meanwhile(every(seconds, work, name) if seconds > 0 else None, name)


def serve(settings: Settings, company: Company | None = None) -> None:
    """Run the server in this process."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, company))
