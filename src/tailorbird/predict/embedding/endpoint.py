"""An embedding behind an address: any server that speaks OpenAI's embeddings API.

Ollama, vLLM, llama.cpp, text-embeddings-inference and hosted services do. What is sent are titles
and descriptions of items, nothing of any person.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from tailorbird.predict.embedding.vectors import EmbeddingFailed, Vectors, checked

BATCH = 64
TIMEOUT_S = 20.0
_LONGEST_TEXT = 2_000
_MOST_BYTES = 64_000_000


class _Vector(msgspec.Struct):
    """One vector, and which text it is of."""

    embedding: list[float]
    index: int = -1


class _Answer(msgspec.Struct):
    """What the server answers."""

    data: list[_Vector]


@dataclass(frozen=True, slots=True)
class EndpointEmbedding:
    """Asks a server, 64 texts at a time.

    Attributes:
        address: to post to, such as `http://127.0.0.1:11434/v1/embeddings`.
        model: which model the server is to use; "" where it has one only.
        key: a bearer token, where the server wants one.
        timeout_s: how long one request may take.
    """

    address: str
    model: str = ""
    key: str | None = None
    timeout_s: float = TIMEOUT_S

    @property
    def name(self) -> str:
        """Which embedding this is; the key is no part of it."""
        return f"{self.address}#{self.model}" if self.model else self.address

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text; an empty one is asked for as a blank.

        Raises:
            EmbeddingFailed: no answer in time, a refusal, or vectors that do not fit.
        """
        parts: list[Vectors] = []
        width: int | None = None
        for begin in range(0, len(texts), BATCH):
            batch = [text[:_LONGEST_TEXT].strip() or " " for text in texts[begin : begin + BATCH]]
            found = checked(self._asked(batch), len(batch), width, self.name)
            width = found.shape[1]
            parts.append(found)
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def _asked(self, batch: list[str]) -> list[list[float]]:
        body: dict[str, object] = {"input": batch, "encoding_format": "float"}
        if self.model:
            body["model"] = self.model
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(  # noqa: S310 - http or https, as `chosen` made sure
            self.address, json.dumps(body).encode(), headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:  # noqa: S310
                content = answer.read(_MOST_BYTES)
            found = msgspec.json.decode(content, type=_Answer)
        except urllib.error.HTTPError as cause:
            with cause:
                raise EmbeddingFailed(f"{self.name} answered {cause.code}") from cause
        except (OSError, http.client.HTTPException, ValueError) as cause:
            # TimeoutError and URLError are OSErrors; a msgspec.DecodeError is a ValueError.
            raise EmbeddingFailed(f"{self.name}: {cause}") from cause
        vectors = found.data
        if all(one.index >= 0 for one in vectors):
            vectors = sorted(vectors, key=_by_index)
        return [one.embedding for one in vectors]


def _by_index(one: _Vector) -> int:
    return one.index
