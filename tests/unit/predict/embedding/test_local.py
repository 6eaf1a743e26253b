"""The local embedding places texts by the company that their words keep."""

from pathlib import Path

import numpy as np

from tailorbird.predict.embedding.local import WIDTH, LocalEmbedding, fit_local, load_local

SHELF = [
    *(f"camping tent with porch for {number} people" for number in range(2, 9)),
    *(f"camping shelter with porch for {number} people" for number in range(2, 9)),
    *(f"silver ring size {number} with stone" for number in range(50, 60)),
    *(f"gold ring size {number} with stone" for number in range(50, 60)),
]


def fitted(width: int = 8) -> LocalEmbedding:
    found = fit_local(SHELF, np.random.default_rng(0), width)
    assert found is not None
    return found


def likeness(one: str, other: str, width: int = 8) -> float:
    first, second = fitted(width)([one, other])
    return float(first @ second)


def test_texts_of_one_kind_are_nearer_than_of_another() -> None:
    assert likeness("tent for 3", "tent for 5") > likeness("tent for 3", "silver ring size 52")


def test_texts_can_be_alike_without_sharing_a_word() -> None:
    assert likeness("tent", "shelter", width=2) > 0.9


def test_vectors_have_length_one() -> None:
    assert np.allclose(np.linalg.norm(fitted()(SHELF), axis=1), 1.0, atol=1e-5)


def test_a_text_of_unknown_words_is_placed_nowhere() -> None:
    assert not fitted()(["zzz qqq"]).any()


def test_the_same_texts_and_luck_give_the_same_vectors() -> None:
    assert np.array_equal(fitted()(SHELF), fitted()(SHELF))


def test_an_embedding_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    fitted().save(tmp_path)
    assert np.array_equal(load_local(tmp_path)(SHELF), fitted()(SHELF))


def test_a_few_texts_have_no_directions() -> None:
    assert fit_local(["tent", "ring"], np.random.default_rng(0)) is None


def test_no_texts_have_no_directions() -> None:
    assert fit_local(["", "  "], np.random.default_rng(0)) is None


def test_the_same_text_again_and_again_has_no_directions() -> None:
    assert fit_local(["tent"] * 500, np.random.default_rng(0)) is None


def test_a_small_catalog_has_fewer_directions_than_a_large_one() -> None:
    found = fit_local(SHELF, np.random.default_rng(0))
    assert found is not None
    assert found.projection.shape[1] < WIDTH
