"""Small versions of models to store, corrupt, compare and watch."""

import numpy as np

from tailorbird.predict.encoder import no_encoder
from tailorbird.predict.next_item import build
from tailorbird.predict.predictor import Models, Trained
from tailorbird.predict.recipe import default_recipe
from tailorbird.predict.registry.card import Card, Window
from tailorbird.predict.registry.drift import Shape
from tailorbird.predict.sessions import Sessions, Vocabulary
from tailorbird.predict.standing import Standings

NOW_MS = 1_800_000_000_000
Paths = tuple[tuple[str, ...], ...]
PATHS: Paths = (("tent", "mat", "lamp"), ("kettle", "cup", "tea"))
"""Two kinds of visits; who has seen the first two items of one will touch the third."""


def sessions_along(
    paths: tuple[tuple[str, ...], ...], visits: int, vocabulary: Vocabulary
) -> Sessions:
    """Return visits along paths in turn, a minute apart, the last one now."""
    rows = [[vocabulary.learn(item) for item in paths[n % len(paths)]] for n in range(visits)]
    ends = [NOW_MS / 1000 - 60.0 * (visits - n - 1) for n in range(visits)]
    return Sessions.of(rows, ends)


def a_version(
    name: str = "blend@2027-01-01T00-00-00",
    paths: Paths = PATHS,
    until_ms: int = NOW_MS,
    shapes: tuple[Shape, ...] = (),
) -> tuple[Trained, Card]:
    """Return a version that knows some paths, and its card."""
    vocabulary = Vocabulary()
    sessions = sessions_along(paths, 40, vocabulary)
    model = build(sessions, default_recipe(sessions), no_encoder(), item_count=len(vocabulary))
    trained = Trained(
        Models(name, trained_offset=7, next_item=model),
        vocabulary,
        [() for _ in vocabulary.ids],
        Standings(NOW_MS / 1000),
    )
    window = Window(until_ms - 60_000, until_ms, len(sessions), len(vocabulary))
    return trained, Card(name, 7, trained_at_ms=NOW_MS, window=window, shapes=shapes)


def luck() -> np.random.Generator:
    """Return luck that is always the same."""
    return np.random.default_rng(0)
