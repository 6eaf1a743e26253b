"""OpenFeature's own Python provider, unmodified, reads flags from a live server."""

import json
from collections.abc import Iterator

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from tests.live import Server

pytestmark = pytest.mark.clients

CONFIG = """
flags:
  - {name: fast, value: false}
  - {name: rate, value: 0.5}
  - {name: rows, value: 3}
  - {name: words, value: plain}
  - {name: look, value: {color: red}}
experiments:
  - name: faster
    status: running
    variants:
      - name: control
      - name: treatment
        flags: {fast: true, rate: 1, rows: 5, words: ornate, look: {color: blue}}
"""


@pytest.fixture
def client(server: Server, secret_key: str) -> Iterator[OpenFeatureClient]:
    """A client of a live server with flags."""
    body = json.dumps({"files": {"a.yaml": CONFIG}}).encode()
    assert server.ask("PUT", "/v1/config", secret_key, body)[0] == 200
    headers = {"Authorization": f"Bearer {secret_key}"}
    api.set_provider(OFREPProvider(server.url, headers_factory=lambda: headers))
    yield api.get_client()
    api.clear_providers()


def someone(client: OpenFeatureClient, variant: str) -> EvaluationContext:
    for number in range(100):
        who = EvaluationContext(f"u{number}")
        if client.get_boolean_details("fast", False, who).variant == variant:
            return who
    raise AssertionError


@pytest.mark.parametrize(
    ("variant", "values"),
    [
        ("control", (False, 0.5, 3, "plain", {"color": "red"})),
        ("treatment", (True, 1.0, 5, "ornate", {"color": "blue"})),
    ],
)
def test_every_type_of_flag_is_read(
    client: OpenFeatureClient, variant: str, values: tuple[object, ...]
) -> None:
    who = someone(client, variant)
    assert values == (
        client.get_boolean_value("fast", True, who),
        client.get_float_value("rate", -1.0, who),
        client.get_integer_value("rows", -1, who),
        client.get_string_value("words", "", who),
        client.get_object_value("look", {}, who),
    )


def test_the_reason_and_the_experiment_come_along(client: OpenFeatureClient) -> None:
    found = client.get_boolean_details("fast", False, EvaluationContext("u1"))
    assert found.reason == Reason.SPLIT
    assert found.flag_metadata == {"experiment": "faster"}


def test_an_unknown_flag_is_the_callers_default(client: OpenFeatureClient) -> None:
    found = client.get_string_details("nothing", "mine", EvaluationContext("u1"))
    assert (found.value, found.error_code) == ("mine", ErrorCode.FLAG_NOT_FOUND)


def test_a_missing_targeting_key_is_said_in_words(client: OpenFeatureClient) -> None:
    found = client.get_boolean_details("fast", False)
    assert found.error_code == ErrorCode.TARGETING_KEY_MISSING


def test_another_type_is_the_callers_default(client: OpenFeatureClient) -> None:
    found = client.get_integer_details("words", 7, EvaluationContext("u1"))
    assert (found.value, found.error_code) == (7, ErrorCode.TYPE_MISMATCH)
