"""Which embedding a shop has chosen, and what is used where that one fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tailorbird.predict.embedding import local, sentences
from tailorbird.predict.embedding.endpoint import EndpointEmbedding
from tailorbird.predict.embedding.local import LocalEmbedding, fit_local
from tailorbird.predict.embedding.sentences import SentenceEmbedding
from tailorbird.predict.embedding.vectors import Embedding, EmbeddingFailed, Vectors
from tailorbird.spine.errors import BadRequest

log = logging.getLogger("tailorbird.predict")

NONE = "none"
_REMEMBERED = 10_000
_LEFT_ALONE = 200
"""Texts that are not asked for after a failure, before it is tried again."""

_ADDRESSES = ("http://", "https://")


class BadEmbedding(BadRequest):
    """The setting `embedding` cannot be understood."""

    remedy = (
        "Set it to `local`, `none`, `sentence-transformers:MODEL`, "
        "or an address such as http://127.0.0.1:11434/v1/embeddings#MODEL."
    )


class Placed(NamedTuple):
    """Texts as vectors.

    Attributes:
        embedding: by which; None where the words alone are compared.
        vectors: float32[texts, width].
        reason: why it is not the one that was chosen; "" where it is.
    """

    embedding: Embedding | None
    vectors: Vectors
    reason: str = ""


def remote(setting: str, key: str | None = None) -> Embedding | None:
    """Return the embedding that a setting names; None for `local` and `none`, which are fitted.

    Raises:
        BadEmbedding: the setting names none.
    """
    if setting in {NONE, local.NAME}:
        return None
    if setting.startswith(sentences.PREFIX) and setting != sentences.PREFIX:
        return SentenceEmbedding(setting.removeprefix(sentences.PREFIX))
    if setting.startswith(_ADDRESSES):
        address, _, model = setting.partition("#")
        return EndpointEmbedding(address, model, key)
    raise BadEmbedding(f"`embedding` is {setting!r}")


def placed(texts: Sequence[str], setting: str, key: str | None, rng: np.random.Generator) -> Placed:
    """Return texts as vectors by the chosen embedding, else by the local one with a reason.

    Raises:
        BadEmbedding: the setting names none.
    """
    wanted = remote(setting, key)
    if wanted is not None:
        try:
            return Placed(wanted, _spread(wanted, texts))
        except EmbeddingFailed as cause:
            log.warning("embedding.failed name=%s reason=%s", wanted.name, cause.detail)
            return _fitted(texts, rng, cause.detail)
    if setting == NONE:
        return Placed(None, _nothing(texts))
    return _fitted(texts, rng, "")


def careful(embedding: Embedding, width: int) -> Embedding:
    """Return an embedding that gives zeros where it fails: such texts are compared by words."""
    return _Careful(embedding, width)


class Absent:
    """An embedding that is not set any more: whatever was made by it stays, nothing is added."""

    name = "absent"

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Fail.

        Raises:
            EmbeddingFailed: always.
        """
        raise EmbeddingFailed(f"{len(texts)} new texts: the embedding of this version is not set")


class _Careful:
    """Asks once for a text; after a failure it asks for nothing a while, lest others wait."""

    def __init__(self, embedding: Embedding, width: int) -> None:
        self._embedding = embedding
        self._width = width
        self._known: dict[str, Vectors] = {}
        self._unasked = 0

    @property
    def name(self) -> str:
        return self._embedding.name

    def __call__(self, texts: Sequence[str]) -> Vectors:
        fresh = [text for text in dict.fromkeys(texts) if text.strip() and text not in self._known]
        if len(self._known) + len(fresh) > _REMEMBERED:
            self._known.clear()
        if fresh and self._unasked <= 0:
            self._known |= zip(fresh, self._asked(fresh), strict=True)
        self._unasked -= len(fresh)
        nothing = np.zeros(self._width, np.float32)
        return np.array([self._known.get(text, nothing) for text in texts], np.float32)

    def _asked(self, texts: Sequence[str]) -> Vectors:
        try:
            found = self._embedding(texts)
            if found.shape == (len(texts), self._width):
                return found
            reason = f"vectors of {found.shape[-1]} numbers, not {self._width}"
        except EmbeddingFailed as cause:
            reason = cause.detail
        log.warning("embedding.failed name=%s texts=%d reason=%s", self.name, len(texts), reason)
        self._unasked = _LEFT_ALONE
        return np.zeros((len(texts), self._width), np.float32)


def _spread(embedding: Embedding, texts: Sequence[str]) -> Vectors:
    """Return a vector for each text; each is asked for once, and an empty one has zeros."""
    told = list(dict.fromkeys(text for text in texts if text.strip()))
    found = embedding(told)
    places = {text: number for number, text in enumerate(told)}
    vectors = np.zeros((len(texts), found.shape[1]), np.float32)
    for row, text in enumerate(texts):
        if text in places:
            vectors[row] = found[places[text]]
    return vectors


LARGEST = 30_000
"""Items beyond which the local embedding would cost minutes: words alone are compared then."""


def _fitted(texts: Sequence[str], rng: np.random.Generator, reason: str) -> Placed:
    if len(texts) > LARGEST:
        told = f"{len(texts):,} items are more than {LARGEST:,}: words alone"
        return Placed(None, _nothing(texts), f"{reason}; {told}" if reason else told)
    found: LocalEmbedding | None = fit_local(texts, rng)
    if found is None:
        return Placed(None, _nothing(texts), reason)
    return Placed(found, found(texts), reason)


def _nothing(texts: Sequence[str]) -> Vectors:
    return np.zeros((len(texts), 0), np.float32)
