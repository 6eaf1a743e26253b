"""The chosen embedding is used; where it fails the local one is, and it is said why."""

from collections.abc import Sequence

import numpy as np
import pytest

from tailorbird.predict.embedding import choosing
from tailorbird.predict.embedding.choosing import BadEmbedding, careful, placed, remote
from tailorbird.predict.embedding.vectors import EmbeddingFailed, Vectors
from tests.unit.predict.embedding.serving import lengths, served
from tests.unit.predict.embedding.test_local import SHELF


def luck() -> np.random.Generator:
    return np.random.default_rng(0)


class Moody:
    """An embedding that works until it is told not to."""

    name = "moody"

    def __init__(self, width: int = 2, *, fails: bool = False) -> None:
        self.width = width
        self.fails = fails
        self.asked: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(list(texts))
        if self.fails:
            raise EmbeddingFailed("not today")
        return np.ones((len(texts), self.width), np.float32)


def test_the_default_is_local() -> None:
    found = placed(SHELF, "local", None, luck())
    assert found.embedding is not None
    assert (found.embedding.name, found.reason) == ("local", "")


def test_none_compares_words_alone() -> None:
    found = placed(SHELF, "none", None, luck())
    assert (found.embedding, found.vectors.shape) == (None, (len(SHELF), 0))


def test_an_address_is_asked() -> None:
    with served(lengths) as server:
        found = placed(SHELF, f"{server.address}#minilm", "key", luck())
    assert found.vectors[0].tolist() == [len(SHELF[0]), 1.0]
    assert server.bodies[0]["model"] == "minilm"


def test_an_address_that_fails_gives_the_local_one_with_the_reason() -> None:
    with served(lambda _: (503, b"")) as server:
        found = placed(SHELF, server.address, None, luck())
    assert found.embedding is not None
    assert found.embedding.name == "local"
    assert "answered 503" in found.reason


def test_without_its_package_a_sentence_model_gives_the_local_one_with_the_reason() -> None:
    found = placed(SHELF, "sentence-transformers:all-MiniLM-L6-v2", None, luck())
    assert found.embedding is not None
    assert found.embedding.name == "local"
    assert "needs the package sentence-transformers" in found.reason


@pytest.mark.parametrize("setting", ["", "word2vec", "sentence-transformers:", "ftp://host/"])
def test_a_setting_that_names_none_is_a_mistake(setting: str) -> None:
    with pytest.raises(BadEmbedding):
        remote(setting)


def test_an_embedding_that_fails_later_leaves_new_items_to_their_words() -> None:
    assert not careful(Moody(fails=True), 2)(["tent"]).any()


def test_a_server_that_changed_its_model_leaves_new_items_to_their_words() -> None:
    assert careful(Moody(width=3), 2)(["tent"]).tolist() == [[0.0, 0.0]]


def test_an_embedding_that_works_is_left_alone() -> None:
    assert careful(Moody(), 2)(["tent"]).tolist() == [[1.0, 1.0]]


def test_a_text_is_asked_for_once() -> None:
    moody = Moody()
    embed = careful(moody, 2)
    embed(["tent", "tent", "stove"])
    embed(["tent"])
    assert moody.asked == [["tent", "stove"]]


def test_after_a_failure_nothing_is_asked_for_a_while() -> None:
    moody = Moody(fails=True)
    embed = careful(moody, 2)
    for number in range(150):
        embed([f"tent {number}"])
    assert len(moody.asked) == 1


def test_after_a_while_it_is_tried_again() -> None:
    moody = Moody(fails=True)
    embed = careful(moody, 2)
    embed(["tent"])
    moody.fails = False
    for number in range(250):
        embed([f"tent {number}"])
    assert embed(["stove"]).any()


def test_an_item_that_says_nothing_is_placed_nowhere() -> None:
    with served(lengths) as server:
        found = placed(["tent", "", "tent"], server.address, None, luck())
    assert found.vectors.tolist() == [[4.0, 1.0], [0.0, 0.0], [4.0, 1.0]]
    assert server.bodies[0]["input"] == ["tent"]


def test_a_large_catalog_is_compared_by_words_and_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "LARGEST", 10)
    found = placed(SHELF, "local", None, luck())
    assert (found.embedding, found.reason) == (None, "34 items are more than 10: words alone")
