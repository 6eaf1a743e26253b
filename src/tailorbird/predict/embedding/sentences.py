"""An embedding by a sentence-transformers model that runs on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tailorbird.predict.embedding.vectors import EmbeddingFailed, Vectors, checked

try:
    import sentence_transformers as library
except ImportError:  # heavy, and never needed: whoever wants it installs it
    library = None

PREFIX = "sentence-transformers:"


class SentenceEmbedding:
    """A model by its name or its folder, loaded when it is first asked.

    Args:
        model: such as `all-MiniLM-L6-v2`, or a path.
    """

    def __init__(self, model: str) -> None:
        self._model = model
        self._loaded: Any = None

    @property
    def name(self) -> str:
        """Which embedding this is."""
        return f"{PREFIX}{self._model}"

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text.

        Raises:
            EmbeddingFailed: the library or the model is missing, or it failed.
        """
        if library is None:
            raise EmbeddingFailed(
                f"{self.name} needs the package sentence-transformers",
                remedy="Run `pip install sentence-transformers`, or set `embedding` to `local`.",
            )
        try:
            if self._loaded is None:
                self._loaded = library.SentenceTransformer(self._model)
            found = self._loaded.encode(list(texts), show_progress_bar=False)
        except (OSError, ValueError, RuntimeError) as cause:
            raise EmbeddingFailed(f"{self.name}: {cause}") from cause
        return checked(found, len(texts), None, self.name)
