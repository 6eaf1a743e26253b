"""`kill -9` at random instants under load: what was acknowledged is there once, and folds the same.

TAILORBIRD_KILLS sets how often (targets: 0 lost in 200); TAILORBIRD_SEED repeats a run's choices.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from tailorbird.spine.events import Event
from tests.faults.load import Shopper, Splitter, working
from tests.faults.warm import WarmServer, warm_server
from tests.live import TAILORBIRD, logged, make_key

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

_KILLS = int(os.environ.get("TAILORBIRD_KILLS", "40"))
_SHOPPERS = 4
_MOST_LIFE_S = 1.2
_SHORT_LIVES = 0.25


class Aftermath(msgspec.Struct, frozen=True):
    """What is left after all kills: the folder, the log, and what the clients were told."""

    folder: Path
    events: list[Event]
    acknowledged: set[str]
    sent_again: int
    splits_asked: int
    splits_acknowledged: int
    complaints: list[str]


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    seed = int(os.environ.get("TAILORBIRD_SEED", random.SystemRandom().randrange(10**6)))
    sys.stdout.write(f"TAILORBIRD_SEED={seed}\n")
    folder = tmp_path_factory.mktemp("kill") / "data"
    key = make_key(folder)
    with warm_server(folder) as server:
        shoppers = [Shopper(number, server, key, seed) for number in range(_SHOPPERS)]
        splitter = Splitter(server, key, seed, pause_s=0.1)
        server.start()
        with working(*shoppers, splitter):
            _kill_again_and_again(server, random.Random(seed))
        server.kill()
    left = Aftermath(
        folder=folder,
        events=logged(folder),
        acknowledged=set().union(*(one.acknowledged for one in shoppers)),
        sent_again=sum(one.sent_again for one in shoppers),
        splits_asked=splitter.asked,
        splits_acknowledged=splitter.acknowledged,
        complaints=splitter.complaints + [text for one in shoppers for text in one.complaints],
    )
    sys.stdout.write(
        f"{_KILLS} kills, {len(left.events)} events, {left.sent_again} batches sent again, "
        f"{left.splits_acknowledged} splits\n"
    )
    return left


def test_every_acknowledged_event_is_in_the_log(aftermath: Aftermath) -> None:
    stored = {event.message_id for event in aftermath.events}
    assert aftermath.acknowledged - stored == set()


def test_no_event_is_in_the_log_twice(aftermath: Aftermath) -> None:
    counts = Counter(event.message_id for event in aftermath.events)
    assert [name for name, count in counts.items() if count > 1] == []


def test_nothing_is_in_the_log_that_nobody_sent(aftermath: Aftermath) -> None:
    sent = {event.message_id for event in aftermath.events if event.kind != "split"}
    assert sent - aftermath.acknowledged == set()


def test_clients_had_to_send_again_what_a_kill_left_unanswered(aftermath: Aftermath) -> None:
    assert aftermath.sent_again >= _KILLS // 4


def test_no_answer_was_anything_but_yes_or_come_back(aftermath: Aftermath) -> None:
    assert aftermath.complaints == []


def test_every_acknowledged_split_is_in_the_log(aftermath: Aftermath) -> None:
    splits = sum(event.kind == "split" for event in aftermath.events)
    assert 0 < aftermath.splits_acknowledged <= splits <= aftermath.splits_asked


def test_the_state_that_was_killed_again_and_again_equals_a_replay_of_the_log(
    aftermath: Aftermath,
) -> None:
    done = subprocess.run(
        [TAILORBIRD, "replay", "--check", "--data", str(aftermath.folder), "--json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.stdout, done.stderr.decode()[-3000:]
    replayed = json.loads(done.stdout)
    assert (replayed["first"], replayed["different"]) == ([], 0)
    assert replayed["events"] == len(aftermath.events)


def _kill_again_and_again(server: WarmServer, rng: random.Random) -> None:
    """Kill a working server, start it, and kill some again before they are even ready."""
    for _ in range(_KILLS):
        if rng.random() < _SHORT_LIVES:
            time.sleep(rng.random() * 0.3)
        else:
            server.until_ready()
            time.sleep(rng.random() * _MOST_LIFE_S)
        server.kill()
        server.spawn()
    server.until_ready()
