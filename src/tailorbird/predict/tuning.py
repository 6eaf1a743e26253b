"""Chooses the settings of the neighbor search by trying them on questions with known answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.encoder import no_encoder
from tailorbird.predict.evidence import NEIGHBORS, Settings, vote, wipe
from tailorbird.predict.features import candidates
from tailorbird.predict.item_facts import ItemFacts
from tailorbird.predict.kernel import kernel
from tailorbird.predict.lists import Lists, ndcg
from tailorbird.predict.neighbors import LONGEST, Shelf
from tailorbird.predict.next_item import NextItemModel, build
from tailorbird.predict.questions import Questions, sample_of
from tailorbird.predict.recipe import Recipe
from tailorbird.predict.scratch import Scratch
from tailorbird.predict.session_index import freshness
from tailorbird.predict.sessions import Sessions, offsets_of

TRIED = 2000
POSITION = (0.45, 0.8, 1.2, 1.8, 2.7, 4.0, 6.0)
ANCHOR = (0.45, 0.8, 1.4, 2.2, 3.5, 5.0, 10.0)
RARITY = (0.0, 0.3, 1.0, 3.0, 10.0)
HALF_LIFE = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 3.0)
SAMPLE = (1000, 2500, 5000)
NEIGHBORHOOD = (300, 700, 1500)


def choose_settings(
    head: Sessions, tail: Questions, recipe: Recipe, item_count: int, rng: np.random.Generator
) -> Recipe:
    """Return the recipe with the neighbor settings that answer the tail's questions best.

    One setting is moved at a time, over two rounds, as far as NDCG@20 rises.

    Args:
        head: Sessions to answer from.
        tail: Questions from later sessions.
        recipe: Where to start.
        item_count: Size of the vocabulary.
        rng: Draws the questions that are tried.
    """
    questions = sample_of(tail, TRIED, rng)
    model = build(head, recipe, no_encoder(), item_count=item_count)
    span = max(float(head.ended_at[-1] - head.ended_at[0]), 1.0)
    choices = {
        "half_life": [share * span for share in HALF_LIFE],
        "position_decay": POSITION,
        "anchor_decay": ANCHOR,
        "rarity": RARITY,
        "neighbors": NEIGHBORHOOD,
        "sample": SAMPLE,
    }
    best, merit = recipe.settings, _merit(model, recipe.settings, questions)
    for _ in range(2):
        for name, values in choices.items():
            for value in values:
                tried = best._replace(**{name: value})  # type: ignore[arg-type]
                reached = _merit(model, tried, questions) if tried != best else merit
                if reached > merit:
                    best, merit = tried, reached
    return recipe.with_settings(best)


def lists_for(model: NextItemModel, questions: Questions) -> Lists:
    """Return the model's candidates for each question, with features and the answer's place."""
    lists = []
    codes = []
    for begin, end in zip(questions.begin, questions.end, strict=True):
        query = questions.items[max(begin, end - LONGEST) : end]
        found, rows = candidates(
            model.base,
            model.recent,
            query,
            (model.recipe.settings, model.recipe.width, model.recipe.kin_width),
            (model.facts, model.encoder),
            model.parts.scratch,
        )
        lists.append(rows)
        codes.append(found)
    offsets = offsets_of(np.array([len(rows) for rows in lists], dtype=np.int64))
    owner = np.repeat(questions.answers, np.diff(offsets))
    target = np.full(len(lists), -1, np.int64)
    hits = np.flatnonzero(np.concatenate(codes) == owner)
    target[np.searchsorted(offsets, hits, side="right") - 1] = hits
    return Lists(np.concatenate(lists), offsets, target)


def _merit(model: NextItemModel, settings: Settings, questions: Questions) -> float:
    ended_at = model.base.stored.ended_at
    fresh = freshness(ended_at, settings.half_life, float(ended_at[-1]))
    base = Shelf(model.base.stored, fresh, 0)
    ranks = _ranks(base, model.recent, questions, settings, model.facts, model.parts.scratch)
    return ndcg(ranks)


@kernel
def _ranks(
    base: Shelf,
    recent: Shelf,
    questions: Questions,
    settings: Settings,
    facts: ItemFacts,
    scratch: Scratch,
) -> NDArray[np.float64]:
    """Return float64[q], the items that neighbors put before each answer."""
    ranks = np.full(len(questions.end), np.inf)
    for number in range(len(questions.end)):
        end = questions.end[number]
        query = questions.items[max(questions.begin[number], end - LONGEST) : end]
        answer = questions.items[end]
        count = vote(base, recent, query, settings, scratch)
        if scratch.is_touched[answer]:
            merit = scratch.evidence[answer, NEIGHBORS] * (
                1.0 + settings.rarity * facts.rare[answer]
            )
            above = 0
            for rank in range(count):
                item = scratch.touched_items[rank]
                other = scratch.evidence[item, NEIGHBORS]
                above += other * (1.0 + settings.rarity * facts.rare[item]) > merit
            ranks[number] = above
        wipe(count, scratch)
    return ranks
