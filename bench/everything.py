"""What a decision costs with everything on, and each part of it: `python -m bench.everything`.

A shop is generated, filled and trained, and a page is configured on which everything is on; the
real server answers. Pages with one part taken away are asked for in turn with it and with the bare
endpoint, in a closed loop: the table tells throughput as a ratio to the bare endpoint's, and the
processor time of the server's main thread, which a busy machine stretches less. Then the page is
asked for at a fixed rate, beside the plain list and the bare endpoint.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.whole_page import VARIANTS, bodies, missing
from bench.whole_shop import Filled, configured, filled, trained, versions
from tailorbird.bench.load import Latency, open_loop, post, under_way, wrk
from tailorbird.bench.measuring import BARE_PORT, HOST, PRODUCT_PORT, Told, bare_served, served
from tailorbird.settings import Settings

_WHOLE, _LESS, _PLAIN = "everything", "less", "plain home_recs, as it ships"
_ASKED, _LOOKED_AT, _WEIGHED, _CONNECTIONS = 400, 120, 12, 16
_KIB = 1024


class Turn(NamedTuple):
    """One load on the product and one on the bare endpoint, right after another.

    Attributes:
        per_second: decisions a second.
        bare: what the bare endpoint answered in a second.
        work_us: processor time of the server's main thread a decision, in microseconds.
        bare_us: the same of the bare endpoint.
        whole_us: the same of the page with everything on, asked for just before.
    """

    per_second: float
    bare: float
    work_us: float
    bare_us: float
    whole_us: float

    @property
    def ratio(self) -> float:
        """What is left of the bare endpoint's throughput."""
        return self.per_second / self.bare

    @property
    def work_ratio(self) -> float:
        """What is left of it, told by processor time."""
        return self.bare_us / self.work_us


class Page(msgspec.Struct, frozen=True):
    """A page that is measured: its requests to both servers, and the bare one's port and pid."""

    ours: Path
    bare: Path
    port: int
    bare_pid: int


def main() -> None:
    """Measure, and print tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=2_000)
    asked.add_argument("--items", type=int, default=1_200)
    asked.add_argument("--rounds", type=int, default=2)
    asked.add_argument("--seconds", type=int, default=1, help="of each load in a round")
    asked.add_argument("--rate", type=int, default=100, help="pages a second in the open loop")
    asked.add_argument("--budget", type=float, default=10.0, help="seconds for the next-item model")
    said = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="tailorbird-everything-") as folder:
        settings = Settings(data=str(Path(folder) / "data"), port=PRODUCT_PORT)
        _tell(f"filling a shop: {said.people:,} people, {said.items:,} items")
        shop = asyncio.run(filled(settings, said.people, said.items))
        refused = trained(settings, shop, said.budget, _tell)
        serving = {one["name"]: one for one in versions(settings) if one["serving"]}
        print("\n".join(_models(serving, refused)), flush=True)
        model = next(name for name, one in serving.items() if one.get("ranker"))
        load = (said.rounds, said.seconds, said.rate)
        print(measured(settings, shop, (model, refused is None), load, _tell))


def measured(
    settings: Settings,
    shop: Filled,
    learned: tuple[str, bool],
    load: tuple[int, int, int],
    told: Told,
) -> str:
    """Measure a shop that is filled, configured and trained; return the tables.

    Args:
        settings: of its folder.
        shop: who asks, with which key.
        learned: the version that must have ordered the items, and whether uplift must be told.
        load: rounds, seconds of each load, and pages a second in the open loop.
        told: hears of each step.

    Raises:
        SystemExit: answers do not show a part that should be on, or were not 2xx.
    """
    rounds, seconds, rate = load
    asks = {
        name: [
            post(HOST, "/v1/decide", shop.key, body)
            for body in bodies(shop.people, shop.goods, places, _ASKED)
        ]
        for name, places in VARIANTS.items()
    }
    with served(settings, told) as (pid, _), contextlib.ExitStack() as stack:
        told("everybody for the first time")
        first = _at_rate("everything, first time that somebody is asked", asks[_WHOLE], (rate, pid))
        told("looking whether each part is there")
        sizes = _looked_at(shop, learned[0], uplift=learned[1])
        folder = Path(settings.data).parent
        pages = dict(_pages(folder, shop, sizes, stack))
        told("each page once before it counts")
        for page in pages.values():
            _loaded(PRODUCT_PORT, page.ours, pid, seconds)
        turns: dict[str, list[Turn]] = {name: [] for name in pages}
        for number in range(rounds):
            told(f"round {number + 1} of {rounds}")
            for name in pages:
                turns[name].append(_turn(pages, name, pid, seconds))
        told("rules away and back")
        turns["less 50 rules"] = _without_rules(settings, pages, pid, (rounds, seconds))
        told(f"{rate} pages a second")
        bare = pages[_WHOLE]
        rows = [first]
        for name, requests, port, process in (
            (f"{_WHOLE}, asked again", asks[_WHOLE], PRODUCT_PORT, pid),
            (_PLAIN, asks[_PLAIN], PRODUCT_PORT, pid),
            ("the bare endpoint", _to_bare(asks[_WHOLE]), bare.port, bare.bare_pid),
        ):
            many = requests * max(1, rate * seconds * rounds // len(requests))
            rows.append(_at_rate(name, many, (rate, process), port))
    return "\n".join([*_parts(turns), "", *_tails(rows, rate)])


class Tail(NamedTuple):
    """What requests of one kind took at a fixed rate: times, and the main thread's work."""

    what: str
    seen: Latency
    work_us: float


def worked_ns(pid: int) -> int:
    """Return the processor time that the main thread of a process has taken, in nanoseconds."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text("ascii").split()[0])


def script(path: str, key: str, asked: Sequence[bytes]) -> str:
    """Return what wrk runs to send requests, drawn evenly, to a path."""
    listed = ",\n".join(f"[==[{one.decode()}]==]" for one in asked)
    return (
        f"local asked = {{\n{listed}\n}}\n"
        f'local headers = {{["Authorization"] = "Bearer {key}", '
        '["Content-Type"] = "application/json"}\nmath.randomseed(os.time())\n'
        "request = function() return "
        f'wrk.format("POST", "{path}", headers, asked[math.random(#asked)]) end\n'
    )


def _pages(
    folder: Path, shop: Filled, sizes: Mapping[str, int], stack: contextlib.ExitStack
) -> Iterator[tuple[str, Page]]:
    """Yield the pages; those whose answers are alike in size share a bare endpoint."""
    bare = dict[int, tuple[int, int]]()
    for number, (name, places) in enumerate(VARIANTS.items()):
        size = -(-sizes[name] // _KIB) * _KIB
        if size not in bare:
            port = BARE_PORT + len(bare)
            bare[size] = (port, stack.enter_context(bare_served(size, port)))
        asked = bodies(shop.people, shop.goods, places, _ASKED)
        ours, other = folder / f"page-{number}.lua", folder / f"bare-{number}.lua"
        ours.write_text(script("/v1/decide", shop.key, asked), "utf-8")
        other.write_text(script("/bare", shop.key, asked), "utf-8")
        yield name, Page(ours, other, *bare[size])


def _turn(pages: Mapping[str, Page], name: str, pid: int, seconds: int) -> Turn:
    """Load a page and its bare endpoint, behind the whole page if a part of that is away."""
    page, whole_us = pages.get(name, pages[_WHOLE]), 0.0
    if name.startswith(_LESS) and name in pages:
        _, whole_us = _loaded(PRODUCT_PORT, pages[_WHOLE].ours, pid, seconds)
    rate, work = _loaded(PRODUCT_PORT, page.ours, pid, seconds)
    bare, bare_work = _loaded(page.port, page.bare, page.bare_pid, seconds)
    return Turn(rate, bare, work, bare_work, whole_us)


def _loaded(port: int, ask: Path, pid: int, seconds: int) -> tuple[float, float]:
    """Return requests a second, and the main thread's microseconds of work for each."""
    before = worked_ns(pid)
    seen = wrk(f"http://{HOST}:{port}", ask, seconds, _CONNECTIONS)
    if seen.failed or not seen.asked:
        raise SystemExit(f"{seen.failed} of {seen.asked} requests were not answered with a 2xx")
    return seen.per_second, (worked_ns(pid) - before) / 1000 / seen.asked


def _without_rules(
    settings: Settings, pages: Mapping[str, Page], pid: int, load: tuple[int, int]
) -> list[Turn]:
    """Measure everything with rules and without, in turn: each is applied before its turn."""
    rounds, seconds = load
    made = []
    for _ in range(rounds):
        whole = _turn(pages, _WHOLE, pid, seconds)
        configured(settings, rules=False)
        made.append(_turn(pages, _WHOLE, pid, seconds)._replace(whole_us=whole.work_us))
        configured(settings)
    return made


def _at_rate(
    what: str, asked: Sequence[bytes], how: tuple[int, int], port: int = PRODUCT_PORT
) -> Tail:
    """Send each request once, at a rate, and tell what it took."""
    rate, pid = how
    before = worked_ns(pid)
    load = open_loop(HOST, port, lambda number: asked[number], rate, len(asked) / rate)
    seen = under_way(load)
    if seen.failed:
        raise SystemExit(f"{what}: {seen.failed} of {seen.asked} were not answered with a 2xx")
    return Tail(what, seen, (worked_ns(pid) - before) / 1000 / seen.asked)


def _to_bare(asked: Sequence[bytes]) -> list[bytes]:
    return [one.replace(b"POST /v1/decide ", b"POST /bare ", 1) for one in asked]


def _looked_at(shop: Filled, model: str, *, uplift: bool) -> dict[str, int]:
    """Return how long answers to each page are in bytes, once every part was seen to be there."""
    sizes = {}
    for name, places in VARIANTS.items():
        some = bodies(shop.people, shop.goods, places, _WEIGHED)
        answers = [_asked("/v1/decide", shop.key, body) for body in some]
        sizes[name] = round(statistics.median(len(one) for one in answers))
    whole = bodies(shop.people, shop.goods, VARIANTS[_WHOLE], _LOOKED_AT, explain=True)
    found = [json.loads(_asked("/v1/decide", shop.key, body)) for body in whole]
    away = missing(found, model, uplift=uplift)
    away += [
        name
        for name in ("rules", "segments")
        if not json.loads(_asked(f"/v1/{name}", shop.key, None))[name]
    ]
    if away:
        raise SystemExit(f"not on: {', '.join(away)}")
    return sizes


def _asked(path: str, key: str, body: bytes | None) -> bytes:
    headers = {"Authorization": f"Bearer {key}"}
    url = f"http://{HOST}:{PRODUCT_PORT}{path}"
    request = urllib.request.Request(url, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        told: bytes = answer.read()
    return told


def _models(serving: Mapping[str, Mapping[str, Any]], refused: str | None) -> Iterator[str]:
    """Yield in words what is trained and what is not."""
    yield f"serving: {', '.join(serving)}"
    if not any(one.get("ranker") == "hybrid" for one in serving.values()):
        yield "NOT ON: the learned ranker; its gate let none through, weights order everywhere"
    if refused is not None:
        yield f"NOT ON: uplift; offers have one depth ({refused})"


def _parts(turns: Mapping[str, Sequence[Turn]]) -> Iterator[str]:
    """Yield a line for each page: what it reaches, and what the part that it lacks costs."""
    yield (
        "| page | pages/s | bare | ratio (lowest to highest) | main thread, µs | bare, µs "
        "| ratio of work | the part, µs |"
    )
    yield "| --- | --: | --: | --- | --: | --: | --: | --: |"
    for name, seen in turns.items():
        less = [one.whole_us - one.work_us for one in seen] if name.startswith(_LESS) else None
        yield _part(name, seen, less)


def _part(name: str, seen: Sequence[Turn], less: Sequence[float] | None) -> str:
    ratios = [one.ratio for one in seen]
    middle = statistics.median
    return (
        f"| {name} | {middle(one.per_second for one in seen):.0f} "
        f"| {middle(one.bare for one in seen):.0f} "
        f"| {middle(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}) "
        f"| {middle(one.work_us for one in seen):.0f} | {middle(one.bare_us for one in seen):.0f} "
        f"| {middle(one.work_ratio for one in seen):.3f} "
        f"| {'' if less is None else f'{middle(less):.0f}'} |"
    )


def _tails(rows: Sequence[Tail], rate: int) -> Iterator[str]:
    yield (
        f"| {rate} a second | p50, ms | p90, ms | p99, ms | main thread, µs | p50, ratio "
        "| p99, ratio | sent late, p99, ms |"
    )
    yield "| --- | --: | --: | --: | --: | --: | --: | --: |"
    bare = rows[-1].seen
    for what, seen, work_us in rows:
        yield (
            f"| {what} | {seen.p50:.2f} | {seen.p90:.2f} | {seen.p99:.2f} | {work_us:.0f} "
            f"| {bare.p50 / seen.p50:.3f} | {bare.p99 / seen.p99:.3f} | {seen.late:.2f} |"
        )


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
