"""What reading a shop's own experiment takes: `python -m bench.own_reading --people 120000`.

A shop is filled with one person through the real doors; the others are copies of that person's
rows, with names, times and arms of their own, put straight into the files. Then the command that
an analyst runs is run, in a process of its own, and its seconds and memory are told.
"""

import argparse
import asyncio
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tailorbird.collect.admit import Door
from tailorbird.compose import Install
from tailorbird.configure.ports import Deed
from tailorbird.decide.ports import DecisionRecord
from tailorbird.decide.wire import DecideRequest, Slot
from tailorbird.experiments.assigning import Split, assigned
from tailorbird.identity.graph import Node
from tailorbird.settings import Settings
from tailorbird.spine.clock import DAY_MS, wall_clock
from tailorbird.spine.events import Event
from tailorbird.spine.ids import IdentifierKey, Subject, anonymous_key, person_from

NAME = "leaner"
_CONFIG = f"""
holdouts: [{{name: global, share: 0.05}}]
experiments:
  - name: {NAME}
    status: running
    metrics: [revenue_per_user, conversion, aov, margin_per_user, "clicked:mean"]
    windowDays: 14
    variants:
      - name: control
      - {{name: treatment, placements: {{home_recs: {{lean: 0}}}}}}
"""
_DAYS = 28
_CHUNK = 20_000


class Model(msgspec.Struct, frozen=True):
    """One person's rows, to be copied: events, the decision, the node and the profile."""

    events: list[Event]
    decision: DecisionRecord
    node: Node
    profile: bytes


def main() -> None:
    """Fill a folder, read it a few times, and print what that took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=120_000)
    asked.add_argument("--views", type=int, default=8, help="product views a person")
    asked.add_argument("--tries", type=int, default=3)
    asked.add_argument("--folder", type=Path, help="kept, and used again where it is filled")
    asked.add_argument("--read", default=NAME, help="which reading: an experiment, or holdout")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="tailorbird-own-") as place:
        folder = options.folder or Path(place) / "data"
        if not folder.exists():
            fill(folder, options.people, options.views, np.random.default_rng(1))
        print(_size(folder))
        told = [_read(folder, options.read) for _ in range(options.tries)]
        wall, worked, most = (statistics.median(column) for column in zip(*told, strict=True))
        print(f"{wall:.1f} s, {worked:.1f} s of one core, {most:,.0f} MiB at most")


def _size(folder: Path) -> str:
    shop = folder / "workspaces" / "main"
    counts = []
    for file, table in (("log", "events"), ("journal", "decisions"), ("state", "nodes")):
        with closing(sqlite3.connect(shop / f"{file}.db")) as base:
            counts.append(base.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
    return "{:,} events, {:,} decisions, {:,} people".format(*counts)


def _read(folder: Path, name: str) -> tuple[float, float, float]:
    """Return seconds, seconds of work and MiB at most, of one run of the command."""
    command = [sys.executable, "-m", "tailorbird.cli.main", "experiment", "read", name]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run([*command, "--json", "--data", folder], check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took, worked, after.ru_maxrss / 1024


def fill(folder: Path, people: int, views: int, rng: np.random.Generator) -> None:
    """Make a shop whose people all saw an experiment's placement, and some of them bought."""
    settings = Settings(data=str(folder))
    model, split = asyncio.run(_lived(settings, views))
    shop = folder / "workspaces" / "main"
    arrived = wall_clock() - rng.integers(DAY_MS, _DAYS * DAY_MS, people)
    buys = rng.random(people) < 0.25
    paid = rng.gamma(2.0, 3000.0, people).astype(np.int64)
    rows: dict[str, list[tuple[Any, ...]]] = {"log": [], "journal": [], "nodes": [], "profiles": []}
    for number in range(people):
        copy = _Copy(f"visitor-{number}", int(arrived[number]), int(paid[number]))
        for kind, row in copy.rows(model, split, buys=bool(buys[number])):
            rows[kind].append(row)
        if number % _CHUNK == _CHUNK - 1 or number == people - 1:
            _store(shop, rows)
            for waiting in rows.values():
                waiting.clear()


_INSERT = {
    "log": ("log", "INSERT INTO events (dedup, anonymous_id, body) VALUES (?, ?, ?)"),
    "journal": (
        "journal",
        "INSERT INTO decisions (at_ms, person, anonymous_id, body) VALUES (?, ?, ?, ?)",
    ),
    "nodes": ("state", "INSERT INTO nodes (key, body) VALUES (?, ?)"),
    "profiles": ("state", "INSERT INTO profiles (key, body) VALUES (?, ?)"),
}


def _store(shop: Path, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for kind, (file, question) in _INSERT.items():
        with closing(sqlite3.connect(shop / f"{file}.db")) as base, base:
            base.executemany(question, rows[kind])


class _Copy:
    """One more person, who does as the model did."""

    def __init__(self, name: str, at_ms: int, paid: int) -> None:
        self._name = name
        self._at_ms = at_ms
        self._paid = paid
        self._key: IdentifierKey = anonymous_key(name)
        self._person = person_from(self._key)

    def rows(
        self, model: Model, split: Split, *, buys: bool
    ) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Yield rows by what they are."""
        encode = msgspec.msgpack.encode
        decision_id = f"d_{self._name}"
        for number, event in enumerate(model.events):
            if event.order is None or buys:
                copied = self._event(event, decision_id, number)
                dedup = f"{self._name}/{number}".encode()
                yield "log", (dedup, self._name, encode(copied))
        yield "nodes", (self._person, encode(Node((self._key,))))
        yield "profiles", (self._person, model.profile)
        arm = assigned(split, self._person)
        if arm is not None:
            slots = [{**slot, "experiments": [{"name": NAME, "variant": arm}]}
                     for slot in model.decision.decisions]  # fmt: skip
            record = msgspec.structs.replace(
                model.decision,
                decision_id=decision_id,
                at_ms=self._at_ms,
                person=self._person,
                anonymous_id=self._name,
                decisions=tuple(slots),
            )
            yield "journal", (self._at_ms, self._person, self._name, encode(record))

    def _event(self, event: Event, decision_id: str, number: int) -> Event:
        at_ms = self._at_ms + 60_000 * (number + 1)
        changed: dict[str, Any] = {
            "message_id": f"{self._name}-{number}",
            "anonymous_id": self._name,
            "occurred_at_ms": at_ms,
            "received_at_ms": at_ms,
        }
        if event.exposure is not None:
            seen = msgspec.structs.replace(event.exposure, exposure_id=f"{decision_id}-0-1")
            changed["exposure"] = seen
        if event.order is not None:
            changed["order"] = msgspec.structs.replace(
                event.order, order_id=f"o-{self._name}", revenue_minor=self._paid
            )
        return msgspec.structs.replace(event, **changed)


async def _lived(settings: Settings, views: int) -> tuple[Model, Split]:
    """Let one person walk through the real engine; return what that left."""
    install = Install(settings)
    shop = await install.workspace()
    try:
        deed = Deed("bench", wall_clock())
        await shop.configurator.apply({"a.yaml": _CONFIG}, deed)
        items = [
            {"id": f"sku-{code}", "title": f"Article {code}", "price": 20 + code, "cost": 10,
             "category": ["Shop", f"Aisle {code % 7}"], "brand": f"brand-{code % 5}"}
            for code in range(200)
        ]  # fmt: skip
        await shop.catalog.put(msgspec.json.encode(items))
        await shop.predictor.refresh()
        events = [_event("Product Viewed", number) for number in range(views)]
        events.append(_event("Recommendation Viewed", 0, exposureId="d_model-0-1"))
        events.append(_event("Recommendation Clicked", 0, exposureId="d_model-0-1"))
        order = {
            "order_id": "o1",
            "revenue": 60,
            "products": [{"product_id": "sku-3", "price": 60}],
        }
        events.append(_event("Order Completed", 0, **order))
        await shop.collector.collect(events, Door(source="bench", received_at_ms=wall_clock()))
        subject = Subject(anonymous_id="model")
        asked = DecideRequest((Slot("home_recs"),), anonymous_id="model")
        await shop.decider.decide(asked, subject, {}, deadline_ms=1000.0)
        split = shop.experimenter.book.by_name[NAME]
    finally:
        await install.close()
    files = Path(settings.data) / "workspaces" / "main"
    return _model(files), split


def _event(name: str, number: int, **more: object) -> bytes:
    said = {"product_id": f"sku-{number}", **more} if name == "Product Viewed" else more
    return msgspec.json.encode(
        {"type": "track", "event": name, "anonymousId": "model", "messageId": f"{name}-{number}",
         "properties": said, "context": {"page": {"path": "/shop", "url": "https://shop.example/"},
                                         "userAgent": "Mozilla/5.0", "locale": "de-AT"}}
    )  # fmt: skip


def _model(files: Path) -> Model:
    def rows(file: str, question: str) -> list[Any]:
        with closing(sqlite3.connect(files / f"{file}.db")) as base:
            return base.execute(question).fetchall()

    decode = msgspec.msgpack.decode
    events = [decode(body, type=Event) for (body,) in rows("log", "SELECT body FROM events")]
    ((decision,),) = rows("journal", "SELECT body FROM decisions")
    ((node,),) = rows("state", "SELECT body FROM nodes")
    ((profile,),) = rows("state", "SELECT body FROM profiles")
    return Model(events, decode(decision, type=DecisionRecord), decode(node, type=Node), profile)


if __name__ == "__main__":
    main()
