"""`tailorbird serve`: one process that collects, decides and shows."""

import asyncio
import gc
import sys

import uvicorn
import uvloop

from tailorbird.api.build import build
from tailorbird.compose import Install
from tailorbird.settings import Settings

_KEEP_ALIVE_S = 75  # clients reuse connections over minutes; a short limit makes them resend
_SWITCH_S = 0.0005  # writers' threads must not hold the interpreter for the default 5 ms


async def run(settings: Settings) -> None:
    """Serve until told to stop; finish requests, then write what is not yet written."""
    install = Install(settings)
    sys.setswitchinterval(_SWITCH_S)
    try:
        await install.workspace()
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        server = uvicorn.Server(
            uvicorn.Config(
                build(install),
                host=settings.host,
                port=settings.port,
                log_level=settings.log_level,
                access_log=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                lifespan="off",
                server_header=False,
                loop="uvloop",
                http="httptools",
            )
        )
        install.folder.announce(f"http://{settings.host}:{settings.port}")
        await server.serve()
    finally:
        await install.close()


def serve(settings: Settings) -> None:
    """Run the server in this process."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings))
