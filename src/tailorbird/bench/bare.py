"""The bare endpoint: the same server stack, a route that decodes a request and answers a constant.

What it answers in a second is the ceiling of this machine; ratios to it say what the product costs.
"""

import argparse
import asyncio
from typing import Any

import msgspec
import uvicorn
import uvloop
from starlette.middleware.errors import ServerErrorMiddleware

from tailorbird.api.app import App
from tailorbird.api.http import Answer, Call
from tailorbird.api.turns import TurnProtocol

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_MOST = 1024 * 1024


def bare_app(answer_bytes: int) -> ServerErrorMiddleware:
    """Return an application with one door that decodes and answers so many bytes."""
    constant = b'{"constant":"' + b"x" * max(0, answer_bytes - 15) + b'"}'

    async def door(call: Call) -> Answer:
        """Decode the body and answer the constant."""
        _decode(await call.body(_MOST))
        return Answer(body=constant)

    return ServerErrorMiddleware(App({("POST", "/bare"): door}, [], ()))


def main() -> None:
    """Serve the bare endpoint until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--answer-bytes", type=int, required=True)
    said = parser.parse_args()
    config = uvicorn.Config(
        bare_app(said.answer_bytes),
        port=said.port,
        access_log=False,
        lifespan="off",
        log_level="warning",
        server_header=False,
        loop="uvloop",
        http=TurnProtocol,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
