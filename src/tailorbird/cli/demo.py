"""`tailorbird demo`: a generated shop with generated shoppers, already folded and trained on."""

import asyncio
import sys
from itertools import islice
from typing import Annotated, Optional

import msgspec
import numpy as np
import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tailorbird.access.keys import KeyKind, new_key
from tailorbird.beside import model_store, training_source
from tailorbird.cli.serve import serve
from tailorbird.cli.traffic import SEED, traffic
from tailorbird.cli.warming import beside, is_warm
from tailorbird.collect.admit import Door
from tailorbird.compose import Install, Workspace
from tailorbird.predict.trainer import Plan, train
from tailorbird.settings import Settings, read_settings
from tailorbird.simulate.behavior import history, in_time_order
from tailorbird.simulate.scenario import make_personas, story_of
from tailorbird.simulate.shop import make_shop
from tailorbird.simulate.shoppers import make_shoppers
from tailorbird.spine.clock import DAY_MS, parse_time_ms, wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE

_CHUNK = 1_000
_FIT_SECONDS = 8.0
_SOURCE = "import:demo"


def demo(
    data: Annotated[str, typer.Option(help="Where the demo keeps its data.")] = "demo-data",
    port: Annotated[Optional[int], typer.Option(help="The port to listen on.")] = None,  # noqa: UP045
    shoppers: Annotated[int, typer.Option(help="How many shoppers to generate.")] = 3_000,
    days: Annotated[int, typer.Option(help="How many days of history.")] = 45,
) -> None:
    """Start the server with a generated shop and shoppers, and say what to try."""
    settings = msgspec.structs.replace(read_settings(data=data, port=port), demo=True)
    console = Console(file=sys.stderr)
    first = "" if is_warm() else ", and compiling what its models run on"
    console.print(f"Opening a shop in {settings.data}{first} …")
    with beside(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        keys = runner.run(_prepare(settings, console, shoppers, days))
    _print_welcome(settings, keys)
    serve(settings, lambda install: traffic(install, shoppers))


async def _prepare(
    settings: Settings, console: Console, shoppers: int, days: int
) -> dict[KeyKind, str]:
    install = Install(settings, serving=False)
    try:
        workspace = await install.workspace()
        if await workspace.log.count() == 0:
            await _fill(workspace, console, shoppers, days)
        keys = {}
        for kind in KeyKind:
            key, text = new_key(kind, DEFAULT_WORKSPACE, wall_clock(), label="demo")
            install.keys.add(key, text)
            keys[kind] = text
    finally:
        await install.close()
    if model_store(settings, DEFAULT_WORKSPACE).current() is None:
        console.print("Training the models on that history …")
        train(
            training_source(settings, DEFAULT_WORKSPACE),
            model_store(settings, DEFAULT_WORKSPACE),
            wall_clock(),
            np.random.default_rng(SEED),
            plan=Plan(budget_seconds=_FIT_SECONDS),
            told=lambda step: console.print(f"  {step}"),
        )
    return keys


async def _fill(workspace: Workspace, console: Console, shoppers: int, days: int) -> None:
    rng = np.random.default_rng(SEED)
    now_ms = wall_clock()
    shop = make_shop(rng, now_ms)
    people = make_shoppers(rng, shoppers)
    personas = make_personas(shop, now_ms, rng)
    await workspace.catalog.put(msgspec.json.encode(list(shop.items)))
    console.print(f"A shop with {len(shop.items)} items and {shoppers:,} shoppers.")
    events = in_time_order(
        history(shop, people, now_ms, days, rng),
        *(story_of(shop, persona, now_ms) for persona in personas),
    )
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total} days, {task.fields[events]:,} events"),
        TimeElapsedColumn(),
        console=console,
    )
    with progress:
        task = progress.add_task("Collecting their history", total=days, events=0)
        count, begins_ms = 0, now_ms - days * DAY_MS
        while chunk := list(islice(events, _CHUNK)):
            door = Door(source=_SOURCE, received_at_ms=now_ms, historical=True)
            raws = [msgspec.json.encode(event) for event in chunk]
            await workspace.collector.collect(raws, door)
            count += len(chunk)
            reached = (parse_time_ms(chunk[-1]["timestamp"]) - begins_ms) / DAY_MS
            progress.update(task, completed=max(0.0, reached), events=count)
        progress.update(task, completed=days)


def _print_welcome(settings: Settings, keys: dict[KeyKind, str]) -> None:
    url = f"http://{settings.host}:{settings.port}"
    secret, publishable = keys[KeyKind.SECRET], keys[KeyKind.PUBLISHABLE]
    print(
        f"""
Tailorbird is ready:  {url}/?key={secret}
  secret key       {secret}
  publishable key  {publishable}

The first address is the dashboard: events as they arrive, people, decisions, key figures.
Three things to try in another terminal (docs/tutorial/first-decision.md goes on from here):
  1. What to show a returning camper on the home page, and why:
     curl -s {url}/v1/decide -H 'Authorization: Bearer {secret}' \\
       -d '{{"userId":"demo-camper","placements":[{{"name":"home_recs","limit":5}}]}}' \\
       | python3 -m json.tool
  2. Somebody nobody knows, on the same page:
     curl -s {url}/v1/decide -H 'Authorization: Bearer {publishable}' \\
       -d '{{"anonymousId":"me","placements":[{{"name":"home_recs","limit":5}}]}}' \\
       | python3 -m json.tool
  3. Say that you looked at a kettle, then ask 2 again: it knows.
     curl -s {url}/v1/track -H 'Authorization: Bearer {publishable}' \\
       -d '{{"anonymousId":"me","event":"Product Viewed",
            "properties":{{"product_id":"kettle-001"}}}}'
""",
        flush=True,
    )
