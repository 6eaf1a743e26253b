"""Warming up before the first training: once a machine, beside other work, and never in its way."""

from pathlib import Path

import numba
import pytest

from tailorbird.cli import warming


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where compiled loops are kept, which is empty yet."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def test_a_machine_that_never_compiled_is_cold(kept: Path) -> None:
    assert (kept.is_dir(), warming.is_warm()) == (True, False)


def test_a_machine_that_has_compiled_is_warm(kept: Path) -> None:
    (kept / "predict").mkdir()
    (kept / "predict" / "neighbors.vote-1.py311.1.nbc").touch()
    assert warming.is_warm()


def test_a_warm_machine_starts_no_second_process(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (kept / "one.nbc").touch()
    monkeypatch.setattr(warming, "get_context", lambda _: pytest.fail("a process was started"))
    with warming.beside():
        pass


@pytest.mark.long
def test_warming_up_trains_on_nothing_and_keeps_nothing() -> None:
    warming.warm_up_training()


def test_warming_up_makes_ready_to_answer_from_nothing() -> None:
    warming.warm_up_serving()
