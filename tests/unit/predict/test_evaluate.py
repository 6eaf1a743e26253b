"""`tailorbird evaluate` reads the public forms, asks every prefix, and reports as agreed."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from tailorbird.cli.evaluate import evaluate
from tailorbird.predict.evaluation.datasets import read_dataset
from tailorbird.predict.evaluation.metrics import Replay, bootstrapped, scored
from tailorbird.predict.evaluation.readers import (
    NoSuchData,
    UnreadableData,
    read_exam,
)

DATA = Path(os.environ.get("TAILORBIRD_DATA_ROOT", Path(__file__).parents[4] / "shared" / "data"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="no public data: set TAILORBIRD_DATA_ROOT to its folder"
)

app = typer.Typer()
app.command()(evaluate)


def packed(path: Path, lines: list[str]) -> Path:
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


def shop(folder: Path) -> tuple[Path, Path]:
    train = packed(folder / "train.jsonl.gz", [json.dumps([i % 7, (i + 1) % 7]) for i in range(40)])
    test = packed(folder / "test.jsonl.gz", ["[[1,2],3]", "[[1],2]", '[[5],"never seen"]'])
    return train, test


def test_every_given_prefix_is_a_prediction(tmp_path: Path) -> None:
    exam = read_exam("shop", *shop(tmp_path))
    assert len(exam.train) == 40
    assert len(exam.questions.end) == 3
    assert exam.vocabulary.decode(exam.questions.answers) == ["3", "2", "never seen"]


def test_tables_ask_every_prefix_and_drop_items_that_training_never_saw(tmp_path: Path) -> None:
    head = "SessionId\tItemId\tCatId\tTime"
    train = packed(tmp_path / "train.tsv.gz", [head, "1\ta\t0\t5", "1\tb\t0\t9.5", "2\tc\t0\t1"])
    test = packed(
        tmp_path / "test.tsv.gz",
        [head, "8\tb\t0\t3", "8\ta\t0\t2", "8\tx\t0\t4", "8\tc\t0\t6", "9\tx\t0\t1", "9\ta\t0\t2"],
    )
    exam = read_exam("shop", train, test)
    assert exam.train.ended_at.tolist() == [1.0, 9.5]
    assert exam.vocabulary.decode(exam.questions.answers) == ["b", "c"]


def test_the_json_has_the_agreed_form_and_the_default_first(tmp_path: Path) -> None:
    train, test = shop(tmp_path)
    result = CliRunner().invoke(app, ["--train", str(train), "--test", str(test), "--json"])
    wire = json.loads(result.stdout)
    assert wire["predictions"] == 3
    assert wire["models"][0]["name"] == "tailorbird"
    assert len(wire["models"]) == 6
    for model in wire["models"]:
        assert list(model) == [
            "name", "hitrate@20", "mrr@20", "ndcg@20", "coverage@20",
            "fitSeconds", "p50Ms", "p99Ms",
        ]  # fmt: skip
        assert 0.0 <= model["mrr@20"] <= model["hitrate@20"] <= 1.0


def test_an_answer_never_seen_in_training_is_a_miss(tmp_path: Path) -> None:
    train, _ = shop(tmp_path)
    test = packed(tmp_path / "new.jsonl.gz", ['[["new"],"new"]', "[[1],2]"])
    args = ["--train", str(train), "--test", str(test), "--json", "--against", "repeat-own-items"]
    wire = json.loads(CliRunner().invoke(app, args).stdout)
    assert [model["hitrate@20"] for model in wire["models"]] == [0.5, 0.0]


def test_a_report_has_a_table_and_plots(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plots` is not installed")
    train, test = shop(tmp_path)
    args = ["--train", str(train), "--test", str(test), "--report", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*args, "--against", "popularity"])
    assert result.exit_code == 0, result.output
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/png") == 3
    assert "tailorbird" in page


@pytest.mark.parametrize(
    "args", [[], ["diginetica", "--train", "x"], ["--train", "x"], ["rsc15_cut"]]
)
def test_wrong_usage_ends_with_code_two(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAILORBIRD_DATA_ROOT", raising=False)
    assert CliRunner().invoke(app, args).exit_code == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchData, match="nowhere"):
        read_exam("shop", tmp_path / "nowhere.jsonl", tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", "{}"),
        ("a.tsv", "ItemId\tTime\n"),
        ("b.tsv", "SessionId\tItemId\tTime\n1\t2"),
    ],
)
def test_a_file_in_no_known_form_is_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UnreadableData):
        read_exam("shop", path, path)


def test_metrics_are_those_of_the_books() -> None:
    replay = Replay(np.array([0.0, 1.0, np.inf, 25.0]), np.array([3, 1, 0]), np.array([0.001] * 4))
    score = scored(replay, np.array([4, 2, 2]), np.random.default_rng(0))
    assert score.hit_rate.value == 0.5
    assert score.mrr.value == pytest.approx(1.5 / 4)
    assert score.ndcg.value == pytest.approx((1.0 + 1.0 / np.log2(3.0)) / 4)
    assert score.coverage == pytest.approx(2 / 3)
    assert score.novelty == pytest.approx(0.75 * 1.0 + 0.25 * 2.0)
    assert score.p50_ms == pytest.approx(1.0)


def test_intervals_hold_the_mean() -> None:
    gains = np.random.default_rng(1).random((1, 500))
    (measured,) = bootstrapped(gains, np.random.default_rng(0))
    assert measured.low < measured.value < measured.high
    assert measured.high - measured.low == pytest.approx(4 * np.sqrt(1 / 12 / 500), rel=0.2)


@needs_data
def test_the_cut_of_the_challenge_has_its_published_number_of_predictions() -> None:
    assert len(read_dataset("rsc15_cut", DATA).questions.end) == 5596


@needs_data
@pytest.mark.long
def test_every_public_set_can_be_read() -> None:
    for name in ("yoochoose_100k", "retailrocket", "otto", "amazon_beauty"):
        exam = read_dataset(name, DATA)
        assert len(exam.train) > 0, name
        assert len(exam.questions.end) > 0, name
