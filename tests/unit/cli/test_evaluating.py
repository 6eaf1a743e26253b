"""`tailorbird evaluate` knows what is meant by words that name no command."""

import pytest

from tests.commands import command


def test_a_data_set_may_be_named_at_once() -> None:
    assert command("evaluate", "nix", "--data-root", "nowhere").err.startswith("no data set")


def test_nothing_at_all_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAILORBIRD_DATA_ROOT", raising=False)
    assert command("evaluate").code == 2


def test_help_lists_what_can_be_measured() -> None:
    assert "dataset" in command("evaluate", "--help").out
