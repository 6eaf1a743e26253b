"""The page with everything on can be configured, asked for, and seen to be whole."""

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
from bench.everything import script, worked_ns
from bench.whole_page import (
    EVERYTHING,
    UNTRAINED,
    VARIANTS,
    bodies,
    configuration,
    missing,
    trial_configuration,
)
from bench.whole_shop import filled, tried

from tailorbird.compose import Install
from tailorbird.configure.ports import Deed
from tailorbird.configure.reading import read
from tailorbird.configured import KINDS
from tailorbird.decide.configuration import PLACEMENTS
from tailorbird.decide.placements import DEFAULT_PLACEMENTS
from tailorbird.decide.wire import decode_request
from tailorbird.rules.configuration import RULES
from tailorbird.settings import Settings
from tailorbird.spine.clock import wall_clock
from tailorbird.spine.ids import Subject

_ANN = Subject("a1", "ann")


def test_every_page_that_is_measured_asks_for_placements_that_there_are() -> None:
    made = read({"page.yaml": configuration()}, KINDS)
    named = {one.name for one in (*made.of(PLACEMENTS), *DEFAULT_PLACEMENTS)}
    assert {place for places in VARIANTS.values() for place in places} <= named


def test_rules_can_be_left_away() -> None:
    assert not read({"page.yaml": configuration(rules=False)}, KINDS).of(RULES)


def test_the_trial_is_configured_by_itself() -> None:
    assert read({"page.yaml": trial_configuration()}, KINDS)


def test_a_page_is_asked_for_with_a_cart() -> None:
    asked = decode_request(bodies([_ANN], ["tent", "map"], EVERYTHING, 1)[0])
    assert len(asked.context.cart) == 2


def test_wrk_is_given_every_request() -> None:
    asked = bodies([_ANN], ["tent", "map"], EVERYTHING, 3)
    text = script("/v1/decide", "key", asked)
    assert all(one.decode() in text for one in asked)


def test_work_of_the_main_thread_is_counted() -> None:
    before = worked_ns(os.getpid())
    sum(range(1_000_000))
    assert worked_ns(os.getpid()) > before


def test_what_an_answer_lacks_is_named() -> None:
    shown = {"level": "bestsellers", "model": UNTRAINED, "experiments": []}
    answer = {
        "decisions": [
            {**shown, "items": []},
            {**shown, "content": {"id": "proof"}},
            {**shown, "offer": None},
            {**shown, "actions": [{"id": "nothing"}]},
        ]
    }
    assert "an offer" in missing([answer], UNTRAINED, uplift=False)


def test_answers_of_a_small_shop_show_every_part(tmp_path: Path) -> None:
    answers = asyncio.run(_answered(tmp_path, 200))
    assert missing(answers, UNTRAINED, uplift=False) == []


async def _answered(folder: Path, count: int) -> list[dict[str, Any]]:
    """Return answers to the whole page of a small shop that nothing was learned of yet."""
    settings = Settings(data=str(folder / "data"))
    made = await filled(settings, 500, 200)
    await tried(settings, made)
    install = Install(settings)
    try:
        shop = await install.workspace()
        await shop.configurator.apply({"page.yaml": configuration()}, Deed("test", wall_clock()))
        answers = []
        for body in bodies(made.people, made.goods, EVERYTHING, count, explain=True):
            request = decode_request(body)
            who = Subject(str(request.anonymous_id), str(request.user_id or "") or None)
            answer = await shop.decider.decide(request, who, {}, deadline_ms=5_000, explain=True)
            answers.append(msgspec.to_builtins(answer))
    finally:
        await install.close()
    return answers
