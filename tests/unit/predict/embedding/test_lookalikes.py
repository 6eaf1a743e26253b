"""Look-alikes by an embedding: kept on disk, and ready for new items in the same space."""

from pathlib import Path

import numpy as np
import pytest

from tailorbird.predict.content import Description
from tailorbird.predict.embedding.choosing import placed, remote
from tailorbird.predict.lookalikes import Lookalikes, fit_lookalikes, load_lookalikes
from tests.unit.predict.embedding.serving import served, vectors
from tests.unit.predict.embedding.test_local import SHELF

DESCRIBED = [Description(text) for text in SHELF]
RINGS = set(range(14, 34))


def about(body: dict[str, list[str]]) -> tuple[int, bytes]:
    """Answer as a model would that knows what rings are."""
    kinds = (("ring" in text or "jewel" in text) for text in body["input"])
    return vectors(*([1.0, 0.0] if ring else [0.0, 1.0] for ring in kinds))


def fitted(setting: str) -> Lookalikes:
    return fit_lookalikes(DESCRIBED, placed(SHELF, setting, None, np.random.default_rng(0)))


def nearest(found: Lookalikes, text: str) -> set[int]:
    """Return what a new item's three nearest are."""
    grown = found.with_items({len(SHELF): Description(text)})
    return set(grown.neighbors.codes[len(SHELF)][:3].tolist())


def test_a_model_behind_an_address_knows_what_words_do_not() -> None:
    with served(about) as server:
        assert nearest(fitted(server.address), "jewel") <= RINGS


@pytest.mark.parametrize("setting", ["local", "none"])
def test_look_alikes_come_back_from_disk_as_they_were(tmp_path: Path, setting: str) -> None:
    before = fitted(setting)
    before.save(tmp_path)
    after = load_lookalikes(tmp_path)
    assert np.array_equal(after.content.dense, before.content.dense)
    assert nearest(after, "silver ring") == nearest(before, "silver ring") <= RINGS


def test_a_stored_version_asks_the_address_that_it_was_made_with(tmp_path: Path) -> None:
    with served(about) as server:
        fitted(server.address).save(tmp_path)
        stored = load_lookalikes(tmp_path, remote(server.address))
        assert nearest(stored, "jewel") <= RINGS


def test_another_embedding_is_never_mixed_into_a_stored_version(tmp_path: Path) -> None:
    with served(about) as server, served(about) as other:
        fitted(server.address).save(tmp_path)
        stored = load_lookalikes(tmp_path, remote(other.address))
        assert nearest(stored, "jewel") == {-1}
        assert other.bodies == []


def test_a_server_that_is_gone_leaves_new_items_to_their_words(tmp_path: Path) -> None:
    with served(about) as server:
        fitted(server.address).save(tmp_path)
        stored = load_lookalikes(tmp_path, remote(server.address))
    assert nearest(stored, "silver ring") <= RINGS
