"""Item vectors bring together what is seen in the same company."""

import numpy as np

from tailorbird.predict.encoder import Encoder, encode, kin_of, no_encoder
from tailorbird.predict.encoder_training import (
    Lessons,
    Pace,
    finished,
    learn,
    no_learning,
)
from tailorbird.predict.questions import every_prefix
from tailorbird.predict.sessions import Sessions


def trained(sessions: Sessions, items: int) -> Encoder:
    questions = every_prefix(sessions)
    touches = np.bincount(sessions.items, minlength=items).astype(np.float32)
    weights = np.ones(len(questions.end), np.float32)
    pace = Pace(size=8, epochs=30, batch=32, negatives=16)
    rng = np.random.default_rng(1)
    start = no_learning(items, pace, rng)
    return finished(
        learn(start, Lessons(questions, weights, touches), pace, rng).parameters, touches
    )


def two_worlds() -> Sessions:
    rng = np.random.default_rng(2)
    rows = [rng.choice(6, 4).tolist() for _ in range(150)]
    return Sessions.of(rows + [(rng.choice(6, 4) + 6).tolist() for _ in range(150)])


def test_items_of_one_world_are_nearer_than_items_of_two() -> None:
    vectors = trained(two_worlds(), 13).vectors
    likeness = vectors[:12] @ vectors[:12].T
    assert likeness[:6, :6].mean() > likeness[:6, 6:].mean() + 0.3


def test_a_session_lies_in_the_world_of_its_items() -> None:
    encoder = trained(two_worlds(), 13)
    nearness = encoder.vectors @ encode(encoder, np.array([1, 4], np.int32))
    assert nearness[:6].mean() > nearness[6:12].mean()


def test_an_item_without_history_has_no_place_and_no_kin() -> None:
    encoder = trained(two_worlds(), 13)
    assert not encoder.vectors[12].any()
    assert not encode(encoder, np.array([12], np.int32)).any()
    assert 12 not in encoder.kin
    assert encoder.kin[12].tolist() == [-1] * encoder.kin.shape[1]


def test_codes_beyond_the_vectors_are_unknown() -> None:
    assert not encode(no_encoder(), np.array([5], np.int32)).any()
    encoder = trained(two_worlds(), 13)
    known = encode(encoder, np.array([2], np.int32))
    assert known.any()
    assert encode(encoder, np.array([2, 99], np.int32)).any()


def test_kin_are_the_nearest_and_not_the_item_itself() -> None:
    angles = np.array([0.0, 0.1, 0.3, 2.0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    kin = kin_of(vectors, np.arange(4, dtype=np.int32))
    assert kin[0, :3].tolist() == [1, 2, 3]
    assert kin[3, :3].tolist() == [2, 1, 0]
