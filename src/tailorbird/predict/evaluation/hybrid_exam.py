"""The hybrid ranker examined on a log, and on public data that is read as a log would be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from tailorbird.predict.evaluation.examined import examined_twin
from tailorbird.predict.evaluation.public_events import public_events
from tailorbird.predict.evaluation.readers import opened
from tailorbird.predict.hybrid.trial import HybridTrial, tried_hybrid
from tailorbird.predict.sessions import Sessions
from tailorbird.predict.training import Diary, TrainingEvent, TrainingLine
from tailorbird.spine.clock import DAY_MS
from tailorbird.spine.events import ORDER_COMPLETED

HELD_BACK = 0.2
_LATEST_MS = 1_700_000_000_000  # of data without times: any moment will do


def examine_hybrid(diary: Diary, rng: np.random.Generator) -> HybridTrial:
    """Learn models from the older four fifths of the visits, and try a ranker on the rest."""
    sessions = diary.sessions()
    cut = int(len(sessions) * (1.0 - HELD_BACK))
    if not cut:
        return HybridTrial(None, "there are no visits with two items")
    since_s = float(np.nextafter(sessions.ended_at[cut - 1], np.inf))
    return _examined(diary, sessions.between(0, cut), since_s, rng)


def examine_public(name: str, root: Path, rng: np.random.Generator) -> HybridTrial:
    """Examine one of `DATA`.

    Raises:
        NoSuchData: its files are not there.
    """
    return DATA[name](root, rng)


def _amazon_beauty(root: Path, rng: np.random.Generator) -> HybridTrial:
    """Leave two out: the last but one purchase of each teaches the ranker, the last is asked.

    There are no times, so purchases are put a day apart, the last of everybody on one day, and the
    session model takes a past for a session.
    """
    diary = Diary()
    with opened(root / "sessions/amazon_beauty/item_attributes.json.gz") as file:
        attributes = msgspec.json.decode(file.read(), type=dict[str, list[int]])
    facets = {item: tuple(f"attribute:{one}" for one in own) for item, own in attributes.items()}
    with opened(root / "sessions/amazon_beauty/sequences.txt.gz") as file:
        for row in file:
            buyer, *items = row.split()
            for back, item in enumerate(reversed(items)):
                line = TrainingLine(item, facets.get(item, ()))
                at_ms = _LATEST_MS - back * DAY_MS
                diary.add(TrainingEvent(ORDER_COMPLETED, at_ms, user_id=buyer, items=(line,)))
    since_s = _LATEST_MS / 1000 - 1.5 * 86_400.0
    return _examined(diary, diary.until(since_s).histories(), since_s, rng)


def _retailrocket(root: Path, rng: np.random.Generator) -> HybridTrial:
    diary = Diary()
    path = root / "events/retailrocket_2015-09-11_18.tsv.gz"
    for event in public_events(path, "retailrocket"):
        lines = tuple(TrainingLine(line.id, line.facets) for line in event.items)
        at_ms, visitor = event.occurred_at_ms, event.anonymous_id
        diary.add(TrainingEvent(event.name, at_ms, visitor, event.user_id, lines))
    return examine_hybrid(diary, rng)


DATA: dict[str, Callable[[Path, np.random.Generator], HybridTrial]] = {
    "amazon_beauty": _amazon_beauty,
    "retailrocket": _retailrocket,
}


def _examined(
    diary: Diary, sessions: Sessions, since_s: float, rng: np.random.Generator
) -> HybridTrial:
    return tried_hybrid(diary, examined_twin(diary, sessions, since_s, rng), since_s, rng)
