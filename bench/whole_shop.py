"""A shop for the page with everything on: filled, with a trial behind it, and really trained."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from bench.filled import fill
from bench.whole_page import TRIAL_PLACE, configuration, trial_configuration
from tailorbird.access.keys import KeyKind, new_key
from tailorbird.bench.measuring import Told
from tailorbird.collect.admit import Door
from tailorbird.compose import Install, Workspace
from tailorbird.configure.ports import Deed
from tailorbird.decide.wire import CartLine, DecideRequest, RequestContext, Slot
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import DEFAULT_WORKSPACE, Subject

_DAYS, _TOGETHER, _TIMES = 30, 64, 4
_BUYS, _BUYS_WITH, _BUYS_WITH_BUSY = 0.1, 0.2, 0.6
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class Filled(NamedTuple):
    """A shop on disk.

    Attributes:
        key: a secret one.
        goods: the ids of its items.
        pasts: who has been there, and what each of them did, the busiest first.
    """

    key: str
    goods: list[str]
    pasts: dict[Subject, Past]

    @property
    def people(self) -> list[Subject]:
        """Who has been there, the busiest first."""
        return list(self.pasts)


class Past(NamedTuple):
    """How often somebody did something, and with which item last."""

    events: int
    item: str


async def filled(settings: Settings, people: int, items: int) -> Filled:
    """Fill an empty folder with goods and a month of events."""
    install = Install(settings)
    try:
        key, text = new_key(KeyKind.SECRET, DEFAULT_WORKSPACE, wall_clock(), label="bench")
        install.keys.add(key, text)
        shop = await install.workspace()
        goods = await fill(shop, people, _DAYS, size=items)
        seen = await _seen(shop)
    finally:
        await install.close()
    busiest = sorted(seen, key=lambda one: -seen[one].events)
    return Filled(text, goods, {one: seen[one] for one in busiest})


async def tried(settings: Settings, made: Filled) -> None:
    """Let a trial of an offer run: half of the people get it, by lot, and some order at once.

    Their orders are made up: one in ten buys without, one in five with, and of the busier half six
    in ten with. There is an effect to find.
    """
    install = Install(settings)
    try:
        shop = await install.workspace()
        said = {"page.yaml": trial_configuration()}
        await shop.configurator.apply(said, Deed("bench", wall_clock()))
        rng = np.random.default_rng(3)
        people = made.people
        mixed = [people[at] for at in rng.permutation(len(people)).tolist()]
        await _ordered(shop, mixed, made.pasts, rng)
    finally:
        await install.close()


def trained(settings: Settings, made: Filled, budget: float, told: Told) -> str | None:
    """Train all that the page asks by the product's own commands; return why there is no uplift.

    Models of items and people are trained before the trial, whose made-up orders are no taste. In
    a small shop the gate of the learned ranker is a matter of luck, so it has several goes: what it
    costs to ask does not depend on how good it is.

    Args:
        settings: of the folder.
        made: what is in it.
        budget: about how many seconds the next-item model may take.
        told: hears of each step.
    """
    told("training models of items and of people, and finding segments")
    for seed in range(_TIMES):
        command(settings, "train", "items", "--budget", str(budget), "--seed", str(seed))
        if any(one["serving"] and one.get("ranker") == "hybrid" for one in versions(settings)):
            break
        told("the learned ranker was not better beyond doubt; again, with other luck")
    command(settings, "train", "people")
    told("a trial of an offer, and what it teaches")
    asyncio.run(tried(settings, made))
    ended = time.monotonic()
    command(settings, "segments", "refresh")
    configured(settings)
    window_days = (time.monotonic() - ended) / 86_400  # orders follow at once: all of it is over
    try:
        command(settings, "train", "uplift", "--window", f"{window_days:.6f}")
    except subprocess.CalledProcessError as refused:
        return str(refused.stderr).strip().splitlines()[0]
    return None


def versions(settings: Settings) -> list[dict[str, Any]]:
    """Return the versions that were trained, as `tailorbird models list` tells them."""
    made: list[dict[str, Any]] = json.loads(command(settings, "models", "list", "--json"))
    return made


def configured(settings: Settings, *, rules: bool = True) -> None:
    """Put the page's configuration in force by `tailorbird apply`; a running server adopts it."""
    place = Path(settings.data).parent / "configuration"
    place.mkdir(exist_ok=True)
    (place / "page.yaml").write_text(configuration(rules=rules), "utf-8")
    command(settings, "apply", str(place))


def command(settings: Settings, *said: str) -> str:
    """Run a command of the product on the folder; return what it printed.

    Raises:
        CalledProcessError: it failed; `stderr` says why.
    """
    words = [sys.executable, "-m", "tailorbird.cli.main", *said, "--data", settings.data]
    alone = {**os.environ, **_ONE_THREAD}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=alone)
    return done.stdout


async def _seen(shop: Workspace) -> dict[Subject, Past]:
    """Return who has been there and looked at something, with what they did."""
    pasts, named = dict[str, Past](), dict[str, Subject]()
    offset = 0
    while batch := await shop.log.read(offset, 5_000):
        offset = batch[-1].offset
        for logged in batch:
            event = logged.event
            name = event.user_id or event.anonymous_id
            if name is not None:
                before = pasts.get(name, Past(0, ""))
                item = str(event.items[-1].id) if event.items else before.item
                pasts[name] = Past(before.events + 1, item)
                named[name] = Subject(event.anonymous_id, event.user_id)
    return {named[name]: past for name, past in pasts.items() if past.item}


async def _ordered(
    shop: Workspace,
    people: Sequence[Subject],
    pasts: Mapping[Subject, Past],
    rng: np.random.Generator,
) -> None:
    """Give the offer by lot to everybody, and let some order at once what they were last at."""
    middle = float(np.median([one.events for one in pasts.values()]))
    for start in range(0, len(people), _TOGETHER):
        some = range(start, min(len(people), start + _TOGETHER))
        carts = {at: pasts[people[at]].item for at in some}
        given = await asyncio.gather(*(_given(shop, people[at], carts[at]) for at in some))
        chance = {
            at: _BUYS
            if not offered
            else (_BUYS_WITH_BUSY if pasts[people[at]].events > middle else _BUYS_WITH)
            for at, offered in zip(some, given, strict=True)
        }
        orders = [
            _order(people[at], carts[at], f"trial-{at}") for at in some if rng.random() < chance[at]
        ]
        await shop.collector.collect(orders, Door(source="bench", received_at_ms=wall_clock()))


def _chance(*, offered: bool, busy: bool) -> float:
    if not offered:
        return _BUYS
    return _BUYS_WITH_BUSY if busy else _BUYS_WITH


async def _given(shop: Workspace, who: Subject, item: str) -> bool:
    context = RequestContext(cart=(CartLine(item, 1),), currency="EUR")
    request = DecideRequest(
        (Slot(TRIAL_PLACE),), who.anonymous_id, who.user_id, context=context, deadline_ms=5_000
    )
    answer = await shop.decider.decide(request, who, {}, deadline_ms=5_000)
    offer = answer.decisions[0].offer
    return isinstance(offer, msgspec.Struct) and offer.id == "trial"


def _order(who: Subject, item: str, name: str) -> bytes:
    said = {
        "type": "track",
        "event": "Order Completed",
        "messageId": name,
        "anonymousId": who.anonymous_id,
        "userId": who.user_id,
        "properties": {
            "order_id": name,
            "revenue": 60,
            "currency": "EUR",
            "products": [{"product_id": item, "price": 60, "quantity": 1}],
        },
    }
    return msgspec.json.encode({name: one for name, one in said.items() if one is not None})
