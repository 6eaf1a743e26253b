"""The shop that the bench runs on: people with a history, items, and a session index."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.access.keys import KeyKind, new_key
from tailorbird.beside import model_store
from tailorbird.collect.admit import Door
from tailorbird.collect.collector import Collector
from tailorbird.compose import Install
from tailorbird.predict.fitting import fit
from tailorbird.predict.predictor import Models, Trained
from tailorbird.predict.registry.card import Card
from tailorbird.predict.sessions import Sessions, Vocabulary
from tailorbird.predict.standing import Standings
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.garbage import seldom_collected
from tailorbird.spine.ids import DEFAULT_WORKSPACE

_CHUNK = 2_000
_FAMILIES = 200
_FIT_SECONDS = 60.0
_ON_SUBJECT = 0.7
_BACK = 0.15


class Size(msgspec.Struct, frozen=True):
    """How large the shop is."""

    people: int = 100_000
    items: int = 20_000
    sessions: int = 180_000
    events_a_person: int = 3


async def fill(settings: Settings, size: Size, rng: np.random.Generator) -> tuple[str, float]:
    """Make the shop; return a secret key and the rate of the bulk import in events a second."""
    install = Install(settings, serving=False)  # as `tailorbird import` opens it
    try:
        key, text = new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, wall_clock(), label="bench")
        install.keys.add(key, text)
        shop = await install.workspace()
        for start in range(0, size.items, _CHUNK):
            codes = range(start, min(size.items, start + _CHUNK))
            await shop.catalog.put(msgspec.json.encode([_item(code) for code in codes]))
        now_ms = wall_clock()
        events = _history(size, now_ms, rng)
        with seldom_collected():  # as `tailorbird import` does, too
            rate = await imported(shop.collector, events, now_ms)
        offset = shop.log.last_offset
    finally:
        await install.close()
    _index(settings, size, offset, rng)
    return text, rate


async def imported(collector: Collector, events: list[bytes], now_ms: int) -> float:
    """Import a history as `tailorbird import` does; return the rate in events a second."""
    began = time.perf_counter()
    before = None
    for start in range(0, len(events), _CHUNK):
        door = Door(source="bench", received_at_ms=now_ms, historical=True)
        stored = await collector.hand_in(events[start : start + _CHUNK], door)
        if before is not None:
            await before
        before = stored
    if before is not None:
        await before
    return len(events) / (time.perf_counter() - began)


def zipf(rng: np.random.Generator, items: int, count: int) -> NDArray[np.int64]:
    """Return item numbers drawn as shops see them: a few often, most seldom."""
    return np.minimum((items * rng.random(count) ** 3).astype(np.int64), items - 1)


def visits(rng: np.random.Generator, items: int, lengths: NDArray[np.int64]) -> list[list[int]]:
    """Return visits that stay on a subject, as people's do: seven steps of ten in one family.

    The rest goes anywhere, or back to what the visit has seen already.
    """
    longest = int(lengths.max())
    first = zipf(rng, items, len(lengths))
    shape = (len(lengths), longest)
    family = (first % _FAMILIES)[:, None]
    inside = family + _FAMILIES * zipf(rng, items // _FAMILIES, shape[0] * shape[1]).reshape(shape)
    anywhere = zipf(rng, items, shape[0] * shape[1]).reshape(shape)
    luck = rng.random(shape)
    steps = np.where(luck < _ON_SUBJECT, inside, anywhere)
    steps[:, 0] = first
    back = luck > 1.0 - _BACK
    back[:, 0] = False
    steps[back] = np.broadcast_to(first[:, None], shape)[back]
    return [row[:length] for row, length in zip(steps.tolist(), lengths.tolist(), strict=True)]


def _item(code: int) -> dict[str, object]:
    family = code % _FAMILIES
    return {
        "id": f"sku-{code}",
        "title": f"Article {code} of family {family}",
        "price": 5 + code % 300,
        "currency": "EUR",
        "stock": 100,
        "category": ["Shop", f"Aisle {family // 10}", f"Family {family}"],
        "brand": f"brand-{code % 97}",
    }


def _history(size: Size, now_ms: int, rng: np.random.Generator) -> list[bytes]:
    count = size.people * size.events_a_person
    lengths = np.full(size.people, size.events_a_person)
    items = np.array(visits(rng, size.items, lengths)).T.ravel().tolist()
    ages = rng.integers(0, 30 * 86_400_000, size.people)
    run = secrets.token_hex(4)
    made = []
    for number in range(count):
        person = number % size.people
        event = {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"{run}-{number}",
            "anonymousId": f"visitor-{person}",
            "timestamp": now_ms - int(ages[person]) - (count - number),
            "properties": {"product_id": f"sku-{items[number]}"},
        }
        made.append(msgspec.json.encode(event))
    return made


def _index(settings: Settings, size: Size, offset: int, rng: np.random.Generator) -> None:
    """Store a model over the wanted number of sessions, fitted as a shop's would be."""
    lengths = rng.integers(2, 9, size.sessions)
    rows = visits(rng, size.items, lengths)
    ended = np.linspace(0, 30 * 86_400.0, size.sessions) + wall_clock() / 1000 - 30 * 86_400.0
    sessions = Sessions.of(rows, ended.tolist())
    vocabulary = Vocabulary.of(f"sku-{code}" for code in range(size.items))
    model = fit(sessions, rng=rng, budget_seconds=_FIT_SECONDS, item_count=size.items)
    models = Models(name="bench@fitted", trained_offset=offset, next_item=model)
    facets: list[tuple[str, ...]] = [() for _ in range(size.items)]
    standings = Standings(wall_clock() / 1000)
    for code in range(min(500, size.items)):
        standings.touch(code, wall_clock() / 1000, float(size.items - code), None)
    store = model_store(settings, DEFAULT_WORKSPACE)
    store.save(
        Trained(models, vocabulary, facets, standings),
        Card(models.name, offset, {"sessions": size.sessions}),
    )
    store.promote(models.name, wall_clock(), "made for the bench")


def lua_scripts(folder: Path, key: str, size: Size) -> dict[str, Path]:
    """Write the request makers that wrk runs; return them by name."""
    head = (
        f'local headers = {{["Authorization"] = "Bearer {key}", '
        '["Content-Type"] = "application/json"}\n'
        "math.randomseed(os.time())\nlocal run = tostring(math.random(1, 1e9))\nlocal n = 0\n"
    )
    event = (
        '\'{"type":"track","event":"Product Viewed","messageId":"\' .. run .. "-" .. n .. '
        f'\'","anonymousId":"visitor-\' .. math.random(0, {size.people - 1}) .. '
        f'\'","properties":{{"product_id":"sku-\' .. math.random(0, {size.items - 1}) .. '
        '\'","price":19.99,"currency":"EUR"},"context":{"library":{"name":"bench"},'
        '"page":{"path":"/p"},"locale":"de-DE"}}\''
    )
    decide = (
        f'\'{{"anonymousId":"visitor-\' .. math.random(0, {size.people - 1}) .. '
        f'\'","context":{{"item":"sku-\' .. math.random(0, {size.items - 1}) .. '
        '\'"},"placements":[{"name":"home_recs","limit":12}]}\''
    )
    batch = (
        "local parts = {} for i = 1, 50 do n = n + 1 "
        f"parts[i] = {event} end local body = "
        "'{\"batch\":[' .. table.concat(parts, \",\") .. ']}'"
    )
    scripts = {
        "single": _script(head, "/v1/track", f"n = n + 1 local body = {event}"),
        "batch": _script(head, "/v1/batch", batch),
        "decide": _script(head, "/v1/decide", f"local body = {decide}"),
    }
    for name in ("single", "batch", "decide"):
        scripts[f"bare_{name}"] = re_path(scripts[name])
    paths = {}
    for name, text in scripts.items():
        paths[name] = folder / f"{name}.lua"
        paths[name].write_text(text, "utf-8")
    return paths


def _script(head: str, path: str, body: str) -> str:
    return (
        f"{head}request = function() {body} "
        f'return wrk.format("POST", "{path}", headers, body) end\n'
    )


def re_path(script: str) -> str:
    """Return the same requests sent to the bare endpoint."""
    for path in ("/v1/track", "/v1/batch", "/v1/decide"):
        script = script.replace(f'"{path}"', '"/bare"')
    return script
