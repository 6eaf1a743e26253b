"""Where an import stopped: gone on with only if the file is still the same."""

import os
from pathlib import Path

import pytest

from tailorbird.cli.import_resume import Resume, fingerprint


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "events.tsv"
    path.write_text("a\nb\n")
    return path


def begun(source: Path) -> Resume:
    resume = Resume(source.parent / "imports", "x", source)
    mark = resume.fresh()
    mark.values = 7
    resume.write(mark)
    return resume


def test_a_run_goes_on_where_the_last_one_stopped(source: Path) -> None:
    mark = begun(source).found()
    assert mark is not None
    assert mark.values == 7


def test_a_first_run_has_nothing_to_go_on_with(source: Path) -> None:
    assert Resume(source.parent / "imports", "x", source).found() is None


def test_a_finished_run_leaves_nothing(source: Path) -> None:
    resume = begun(source)
    resume.remove()
    assert list((source.parent / "imports").iterdir()) == []


def test_a_file_changed_since_is_begun_anew(source: Path) -> None:
    resume = begun(source)
    os.utime(source, (1, 1))
    assert resume.found() is None


def test_a_broken_resume_file_is_as_none(source: Path) -> None:
    resume = begun(source)
    (source.parent / "imports" / "x.json").write_text("{")
    assert resume.found() is None


def test_the_same_bytes_elsewhere_are_the_same_import(source: Path, tmp_path: Path) -> None:
    other = tmp_path / "copy.tsv"
    other.write_bytes(source.read_bytes())
    assert fingerprint(source, "x") == fingerprint(other, "x")


def test_another_format_is_another_import(source: Path) -> None:
    assert fingerprint(source, "x") != fingerprint(source, "y")


def test_another_beginning_is_another_import(source: Path) -> None:
    before = fingerprint(source)
    source.write_text("c\nb\n")
    assert fingerprint(source) != before
