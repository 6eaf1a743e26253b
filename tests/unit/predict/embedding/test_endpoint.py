"""An embedding behind an address: asked as servers expect, and never trusted."""

import socket

import numpy as np
import pytest

from tailorbird.predict.embedding.endpoint import BATCH, EndpointEmbedding
from tailorbird.predict.embedding.vectors import EmbeddingFailed
from tests.unit.predict.embedding.serving import Respond, lengths, served, vectors


def failure(respond: Respond, texts: list[str] | None = None) -> str:
    """Return what is said when an answer is no good."""
    with served(respond) as server, pytest.raises(EmbeddingFailed) as caught:
        EndpointEmbedding(server.address)(texts or ["a"])
    return caught.value.detail


def test_each_text_gets_its_vector() -> None:
    with served(lengths) as server:
        found = EndpointEmbedding(server.address)(["abc", "a"])
    assert found.tolist() == [[3.0, 1.0], [1.0, 1.0]]


def test_many_texts_are_asked_for_in_batches() -> None:
    with served(lengths) as server:
        found = EndpointEmbedding(server.address)(["x" * (n % 7 + 1) for n in range(BATCH * 2 + 5)])
    assert [len(body["input"]) for body in server.bodies] == [BATCH, BATCH, 5]
    assert found.shape == (BATCH * 2 + 5, 2)


def test_vectors_are_put_into_the_order_of_the_texts() -> None:
    with served(lambda _: vectors([1.0], [2.0], backwards=True)) as server:
        assert EndpointEmbedding(server.address)(["a", "b"]).tolist() == [[1.0], [2.0]]


def test_the_model_and_the_key_are_sent() -> None:
    with served(lengths) as server:
        EndpointEmbedding(server.address, "minilm", "secret")(["a"])
    assert (server.bodies[0]["model"], server.keys) == ("minilm", ["Bearer secret"])


def test_an_empty_text_is_asked_for_as_a_blank() -> None:
    with served(lengths) as server:
        EndpointEmbedding(server.address)([""])
    assert server.bodies[0]["input"] == [" "]


def test_no_texts_ask_nothing() -> None:
    assert EndpointEmbedding("http://127.0.0.1:1/").__call__([]).shape == (0, 0)


def test_a_server_that_is_too_slow_is_given_up() -> None:
    with served(lengths, slow_s=0.5) as server, pytest.raises(EmbeddingFailed, match="timed out"):
        EndpointEmbedding(server.address, timeout_s=0.05)(["a"])


def test_a_server_that_is_not_there_is_a_failure() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(EmbeddingFailed, match="refused"):
        EndpointEmbedding(f"http://127.0.0.1:{port}/")(["a"])


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_refusal_is_a_failure_that_names_the_status(status: int) -> None:
    assert str(status) in failure(lambda _: (status, b"{}"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": [{"embedding": "abc"}]}'])
def test_an_answer_of_another_kind_is_a_failure(body: bytes) -> None:
    assert failure(lambda _: (200, body))


def test_too_few_vectors_are_a_failure() -> None:
    assert "1 vectors for 2 texts" in failure(lambda _: vectors([1.0]), ["a", "b"])


def test_vectors_of_different_lengths_are_a_failure() -> None:
    assert "different lengths" in failure(lambda _: vectors([1.0], [1.0, 2.0]), ["a", "b"])


def test_a_batch_of_another_width_is_a_failure() -> None:
    widths = iter((2, 3))

    def respond(body: dict[str, list[str]]) -> tuple[int, bytes]:
        width = next(widths)
        return vectors(*([1.0] * width for _ in body["input"]))

    assert "3 numbers, not 2" in failure(respond, ["a"] * (BATCH + 1))


def test_what_is_no_number_is_a_failure() -> None:
    assert "no number" in failure(lambda _: (200, b'{"data": [{"embedding": [1e39, 1]}]}'))


def test_empty_vectors_are_a_failure() -> None:
    assert failure(lambda _: vectors([]))


def test_the_name_does_not_tell_the_key() -> None:
    assert "secret" not in EndpointEmbedding("http://h/", "m", "secret").name


def test_long_texts_are_cut() -> None:
    with served(lengths) as server:
        found = EndpointEmbedding(server.address)(["x" * 9_999])
    assert np.array_equal(found, [[2_000.0, 1.0]])
