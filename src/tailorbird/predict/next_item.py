"""The product's default guess of what comes next: many small models, one learned blend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tailorbird.predict.encoder import Encoder, no_encoder
from tailorbird.predict.evidence import Settings
from tailorbird.predict.features import candidates
from tailorbird.predict.heap import best_places
from tailorbird.predict.held import Held, hold
from tailorbird.predict.item_facts import ItemFacts, Tally, facts_of, grown, tally
from tailorbird.predict.kernel import kernel
from tailorbird.predict.model_files import read_parts, write_parts
from tailorbird.predict.neighbors import LONGEST, Shelf
from tailorbird.predict.ranked import Ranked, best_of, topped_up
from tailorbird.predict.ranker import Ranker, score
from tailorbird.predict.recipe import Recipe, default_recipe
from tailorbird.predict.scratch import Scratch, new_scratch
from tailorbird.predict.session_index import freshness, index_sessions
from tailorbird.predict.sessions import Codes, Sessions

KIND = "next_item"
SPARE = 1000


class Fitted(NamedTuple):
    """The parts of a model that recent sessions do not touch."""

    recipe: Recipe
    encoder: Encoder
    base: Shelf
    base_tally: Tally


class Parts(NamedTuple):
    """All that an answer reads, and works in.

    Attributes:
        spare: int32[], trending items, best first, for when nothing else is known.
        scratch: working memory.
    """

    base: Shelf
    recent: Shelf
    settings: Settings
    width: int
    kin_width: int
    facts: ItemFacts
    encoder: Encoder
    ranker: Ranker
    spare: Codes
    scratch: Scratch


@dataclass(frozen=True, slots=True)
class NextItemModel:
    """A fitted model. Its working memory makes it fit for one thread at a time.

    Attributes:
        recipe: What was chosen.
        encoder: Places sessions among items.
        base: The fitted sessions.
        recent: Sessions since, see `with_recent`.
        base_tally: Counts over the fitted sessions.
        facts: Of all items, base and recent.
        parts: All that an answer reads and works in.
        held: The same, held for machine code.
    """

    recipe: Recipe
    encoder: Encoder
    base: Shelf
    recent: Shelf
    base_tally: Tally
    facts: ItemFacts
    parts: Parts
    held: Held

    @property
    def item_count(self) -> int:
        """Items that the model has room for; codes at or above it are unknown."""
        return len(self.facts.touches)

    def recommend(self, codes: Codes, k: int) -> Ranked:
        """Return at most k items that may come next, best first.

        Items of the session itself stay candidates: the blend has learned from the shop's own
        log how often people return. Unknown codes are passed over; with no known item the
        answer is what is trending.

        Args:
            codes: int32[L], the current session, oldest to newest.
            k: How many.
        """
        query = np.ascontiguousarray(codes[-LONGEST:], dtype=np.int32)
        return Ranked(*_answer(self.held, query, k))

    def with_recent(self, recent: Sessions, item_count: int | None = None) -> NextItemModel:
        """Return the model over the fitted sessions and these newer ones, without a refit.

        The given sessions replace those of an earlier call. The cost is linear in the recent
        sessions, plus a copy of the facts. The old model stays usable beside the new one.

        Args:
            recent: Sessions since the fit, including new items.
            item_count: Size of the vocabulary; at least as large as all codes by default.
        """
        items = max(self.item_count, recent.item_count, item_count or 0)
        latest_at = float(self.base.stored.ended_at[-1]) if len(self.base.stored.ended_at) else 0.0
        return assemble(
            Fitted(self.recipe, self.encoder, self.base, self.base_tally),
            recent,
            item_count=items,
            latest_at=latest_at,
        )

    def apart(self) -> NextItemModel:
        """Return the same model with working memory of its own, for another thread."""
        sessions = len(self.base.stored.ended_at) + len(self.recent.stored.ended_at)
        parts = self.parts._replace(scratch=new_scratch(sessions, self.item_count))
        return replace(self, parts=parts, held=hold(parts))

    def save(self, folder: Path) -> None:
        """Write the model to a folder; recent sessions are not kept, since the log has them."""
        index, recipe = self.base.stored, self.recipe
        arrays: dict[str, NDArray[np.generic]] = {
            "offsets": index.offsets,
            "items": index.items,
            "ended_at": index.ended_at,
        }
        arrays |= {f"encoder_{name}": part for name, part in self.encoder._asdict().items()}
        arrays |= {f"ranker_{name}": part for name, part in recipe.ranker._asdict().items()}
        facts = {
            "settings": recipe.settings,
            "trend_half_life": recipe.trend_half_life,
            "width": recipe.width,
            "kin_width": recipe.kin_width,
            "item_count": len(self.base_tally.touches),
        }
        write_parts(folder, KIND, facts, arrays)


def load(folder: Path) -> NextItemModel:
    """Read a model that `NextItemModel.save` wrote.

    Raises:
        ModelMissing: There is no model in the folder.
        ModelUnreadable: A file is damaged, or of a newer version.
    """
    parts = read_parts(folder, KIND)
    sessions = Sessions(
        parts.array("offsets", np.int64),
        parts.array("items", np.int32),
        parts.array("ended_at", np.float64),
    )
    ranker = Ranker(*(parts.array(f"ranker_{name}", np.float32) for name in Ranker._fields))
    recipe = Recipe(
        parts.fact("settings", Settings),
        parts.fact("trend_half_life", float),
        parts.fact("width", int),
        parts.fact("kin_width", int),
        ranker,
    )
    encoder = Encoder(
        parts.array("encoder_vectors", np.float32),
        parts.array("encoder_decay", np.float32),
        parts.array("encoder_mixing", np.float32),
        parts.array("encoder_appeal", np.float32),
        parts.array("encoder_kin", np.int32),
    )
    model = build(sessions, recipe, encoder, item_count=parts.fact("item_count", int))
    if model.item_count:
        model.recommend(np.zeros(1, np.int32), 1)  # compiles or loads the kernels, off the hot path
    return model


def build(
    sessions: Sessions, recipe: Recipe, encoder: Encoder, *, item_count: int | None = None
) -> NextItemModel:
    """Index the sessions under a given recipe; `fit` also chooses the recipe.

    Args:
        sessions: All that is known.
        recipe: What to use.
        encoder: What to use.
        item_count: Size of the vocabulary where larger than the codes show.
    """
    items = max(sessions.item_count, item_count or 0)
    latest_at = float(sessions.ended_at[-1]) if len(sessions) else 0.0
    index = index_sessions(sessions, items)
    base = Shelf(index, freshness(index.ended_at, recipe.settings.half_life, latest_at), 0)
    counted = tally(sessions, items, recipe.trend_half_life, latest_at)
    fitted = Fitted(recipe, encoder, base, counted)
    return assemble(fitted, Sessions.none(), item_count=items, latest_at=latest_at)


def assemble(
    fitted: Fitted,
    recent: Sessions,
    *,
    item_count: int,
    latest_at: float,
) -> NextItemModel:
    """Put what was fitted and recent sessions together into a model."""
    recipe, encoder, base, base_tally = fitted
    index = index_sessions(recent, item_count)
    fresh = freshness(index.ended_at, recipe.settings.half_life, latest_at)
    known = len(base.stored.ended_at)
    counted = tally(recent, item_count, recipe.trend_half_life, latest_at)
    both = grown(base_tally, item_count).plus(counted)
    facts = facts_of(both, known + len(recent))
    most = min(SPARE, item_count)
    spare = best_of(np.arange(item_count, dtype=np.int32), facts.faded, most).codes
    shelf, scratch = Shelf(index, fresh, known), new_scratch(known + len(recent), item_count)
    for_shop = (recipe.settings, recipe.width, recipe.kin_width)
    parts = Parts(base, shelf, *for_shop, facts, encoder, recipe.ranker, spare, scratch)
    return NextItemModel(recipe, encoder, base, shelf, base_tally, facts, parts, hold(parts))


def warm_up() -> None:
    """Compile the kernels (or load them from Numba's cache) by answering one tiny question."""
    sessions = Sessions.of([[0, 1, 2], [1, 2, 0], [2, 0]])
    model = build(sessions, default_recipe(sessions), no_encoder())
    model.with_recent(sessions).recommend(np.array([0, 1], np.int32), 2)


@kernel
def _answer(held: Held, codes: Codes, k: int) -> tuple[Codes, NDArray[np.float32]]:
    parts = held.value
    query = codes[(codes >= 0) & (codes < len(parts.facts.touches))]
    if len(query) == 0:
        rest = topped_up(Ranked(query, np.zeros(0, np.float32)), parts.spare, k)
        return rest.codes, rest.scores
    chosen, rows = candidates(
        parts.base,
        parts.recent,
        query,
        (parts.settings, parts.width, parts.kin_width),
        (parts.facts, parts.encoder),
        parts.scratch,
    )
    scores = score(parts.ranker, rows)
    best = best_places(scores, k)
    found = topped_up(Ranked(chosen[best], scores[best]), parts.spare, k)
    return found.codes, found.scores
