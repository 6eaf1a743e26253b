"""Fuzz a live server: random requests are made once, then mutated, so that very many cost little.

To make a request of the API's description takes tens of milliseconds, to answer one takes one. So
some thousand are made, and each of the many is one of them, changed in a few places.

.venv/bin/python -m bench.fuzz_live --requests 100000 --seed 1 --minutes 15
"""

import argparse
import gzip
import http.client
import itertools
import json
import logging
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.flow.fuzzing import Aimed, Fuzzer
from tests.live import Server, live_server, make_key
from tests.shop import Shop, viewed

from bench.mutating import ODD, mutated

_GZIPPED = 0.05
_OPEN_S = 10


@dataclass(frozen=True)
class Made:
    """A request in bytes, and the operation of the description that it is aimed at."""

    method: str
    template: str
    target: str
    headers: dict[str, str]
    body: bytes


def seeds_of(folder: Path, count: int, number: int) -> tuple[list[Made], dict[str, Any]]:
    """Return requests made of the description, and the description's paths."""
    shop = Shop(folder)
    fuzzer, found = Fuzzer(shop), list[Made]()

    def keep(aimed: Aimed) -> None:
        made = fuzzer.made(aimed)
        if made is None or made.url is None:
            return
        url = urlsplit(made.url)
        body = made.body.encode() if isinstance(made.body, str) else made.body
        body = body if isinstance(body, bytes) else b""
        headers = {str(name): str(value) for name, value in made.headers.items()}
        if aimed.keyed:
            headers["Authorization"] = "KEY"
        headers.pop("Content-Length", None)
        target = f"{url.path}?{url.query}" if url.query else url.path
        found.append(Made(made.method or "GET", aimed.case.path, target, headers, body))

    fuzzer.each(number, count, keep)
    paths: dict[str, Any] = shop.get("/openapi.json").json()["paths"]
    shop.close()
    return found, paths


def variants(seeds: list[Made], luck: random.Random) -> Iterator[Made]:
    """Yield requests without end, each one of the seeds with something changed."""
    bodies = [one.body for one in seeds if one.body]
    while True:
        one = luck.choice(seeds)
        body, headers, target = one.body, dict(one.headers), one.target
        if body:
            body = mutated(body, bodies, luck)
        elif luck.random() < 0.5:
            odd = str(luck.choice(ODD))[:200].encode("utf-8", "replace").hex()
            target += (
                f"{'&' if '?' in target else '?'}limit=%{odd[:2]}&after={luck.choice(ODD)!s:.20}"
            )
            target = "".join(letter for letter in target if "!" <= letter <= "~")
        if body and luck.random() < _GZIPPED:
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
            body = body[: luck.randrange(1, len(body))] if luck.random() < 0.3 else body
        yield Made(one.method, one.template, target, headers, body)


class Caller:
    """One kept-alive connection to a server."""

    def __init__(self, server: Server, key: str) -> None:
        self._server = server
        self._key = f"Bearer {key}"
        self._open = self._connected()

    def ask(self, made: Made) -> tuple[int, str, bytes]:
        """Return status, content type and body of the answer.

        Raises:
            OSError: there was none in time.
            http.client.HTTPException: it was no HTTP.
        """
        headers = {name: _latin(value) for name, value in made.headers.items()}
        if made.headers.get("Authorization") == "KEY":
            headers["Authorization"] = self._key
        try:
            return self._asked(made, headers)
        except (OSError, http.client.HTTPException):
            # A server closes a connection on which it was sent too much; a new one must do.
            self._open.close()
            self._open = self._connected()
        return self._asked(made, headers)

    def _asked(self, made: Made, headers: dict[str, str]) -> tuple[int, str, bytes]:
        self._open.request(made.method, made.target, made.body or None, headers)
        answer = self._open.getresponse()
        return answer.status, answer.getheader("Content-Type") or "", answer.read()

    def _connected(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=_OPEN_S)


def _latin(value: str) -> str:
    return value.encode("latin-1", "replace").decode("latin-1")


def fault_in(made: Made, reply: tuple[int, str, bytes], paths: dict[str, Any]) -> str | None:
    """Return what is wrong with an answer; None if it is one that the description has."""
    status, kind, body = reply
    described = paths.get(made.template, {}).get(made.method.lower(), {}).get("responses", {})
    if status >= 500 and str(status) not in described:
        return f"{status}"
    if described and str(status) not in described and status not in {400, 404, 405}:
        return f"{status} is not described"
    if "json" in kind:
        try:
            json.loads(body)
        except ValueError:
            return "JSON that is none"
    return None


class Tally:
    """What the answers were, and what was wrong with them."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.examples: dict[str, Made] = {}

    def judge(self, caller: Caller, made: Made, paths: dict[str, Any]) -> None:
        """Send one request and note what came of it."""
        try:
            reply = caller.ask(made)
        except ValueError:
            return  # it cannot be put into HTTP
        except (OSError, http.client.HTTPException) as error:
            self.statuses[0] += 1
            wrong: str | None = f"no answer: {error!r}"
        else:
            self.statuses[reply[0]] += 1
            wrong = fault_in(made, reply, paths)
        if wrong is not None:
            name = f"{made.method} {made.template}: {wrong}"
            self.faults[name] += 1
            self.examples.setdefault(name, made)

    def tell(self, took_s: float, ready: int) -> None:
        """Print all of it."""
        sent = self.statuses.total()
        print(f"{sent} requests in {took_s:.0f} s, {self.faults.total()} faults; then {ready}")
        print(dict(sorted(self.statuses.items())))
        for name, count in self.faults.most_common():
            one = self.examples[name]
            print(f"\n{count} times {name}\n{one.target[:300]}\n{one.headers}\n{one.body[:600]!r}")


def run(options: argparse.Namespace) -> int:
    """Send the requests; return 1 if any answer was wrong."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as place:
        began = time.monotonic()
        seeds, paths = seeds_of(Path(place) / "made", options.seeds, options.seed)
        print(f"{len(seeds)} requests made in {time.monotonic() - began:.0f} s", file=sys.stderr)
        data = Path(place) / "data"
        key = make_key(data)
        with live_server(data) as server:
            items = [{"id": "tent", "category": "Camping > Tents"}, {"id": "rope/1"}]
            server.ask("PUT", "/v1/items", key, json.dumps(items).encode())
            server.ask("POST", "/v1/track", key, json.dumps(viewed("tent")).encode())
            caller, began = Caller(server, key), time.monotonic()
            made = itertools.islice(variants(seeds, random.Random(options.seed)), options.requests)
            for one in made:
                tally.judge(caller, one, paths)
                if time.monotonic() - began > 60 * options.minutes:
                    break
            took, ready = time.monotonic() - began, server.ask("GET", "/readyz")[0]
            Path(options.log).write_bytes(server.output.read_bytes())
    tally.tell(took, ready)
    return 1 if tally.faults or ready != 200 else 0


def main() -> int:
    """Read the options, and run."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--seeds", type=int, default=3_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--minutes", type=float, default=15.0)
    options.add_argument("--log", default="/dev/null", help="Where the server's output goes.")
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    return run(options.parse_args())


if __name__ == "__main__":
    sys.exit(main())
