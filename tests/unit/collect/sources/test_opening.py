"""Files: plain and gzip, whole and broken, and how far the reading has come."""

import gzip
from pathlib import Path

import pytest

from tailorbird.collect.sources.registry import open_source
from tailorbird.collect.sources.rows import BadRow, Options, UnreadableFile, WireRow
from tests.unit.collect.sources.samples import packed

HEADER = "SessionId\tItemId\tTime\n"
CLICKS = HEADER + "".join(f"{n // 3}\tsku-{n}\t{1_600_000_000 + n}\n" for n in range(30_000))


def test_plain_and_gzip_files_give_the_same_events(tmp_path: Path) -> None:
    plain = tmp_path / "clicks.tsv"
    plain.write_text(CLICKS)
    with open_source(plain) as one, open_source(packed(tmp_path / "c.gz", CLICKS)) as other:
        assert list(one.rows()) == list(other.rows())


def test_progress_counts_the_bytes_of_the_file_as_it_is_packed(tmp_path: Path) -> None:
    path = packed(tmp_path / "clicks.tsv.gz", CLICKS)
    with open_source(path) as source:
        rows = source.rows()
        next(rows)
        began = source.bytes_read
        for _ in rows:
            pass
        assert 0 < began <= source.bytes_read == source.bytes_total == path.stat().st_size


def test_progress_grows_while_a_large_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "clicks.tsv"
    path.write_text(CLICKS)
    with open_source(path) as source:
        rows = source.rows()
        next(rows)
        assert source.bytes_read < source.bytes_total


def test_a_gzip_cut_short_gives_its_rows_and_then_says_so(tmp_path: Path) -> None:
    path = tmp_path / "clicks.tsv.gz"
    path.write_bytes(gzip.compress(CLICKS.encode())[:-2_000])
    with open_source(path) as source:
        rows = source.rows()
        assert isinstance(next(rows), WireRow)
        with pytest.raises(UnreadableFile, match="cut short"):
            list(rows)


def test_a_damaged_gzip_says_so(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(CLICKS.encode()))
    data[len(data) // 2] ^= 0xFF
    path = tmp_path / "clicks.tsv.gz"
    path.write_bytes(bytes(data))
    with open_source(path, "sessions") as source, pytest.raises(UnreadableFile, match="damaged"):
        list(source.rows())


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"BZh9", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\x00"])
def test_other_packings_are_refused_with_the_remedy(tmp_path: Path, magic: bytes) -> None:
    path = tmp_path / "events"
    path.write_bytes(magic + bytes(20))
    with pytest.raises(UnreadableFile) as refused:
        open_source(path, "sessions")
    assert "gzip" in refused.value.remedy


def test_a_file_that_is_not_there_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        open_source(tmp_path / "none.csv", "sessions")


def test_an_unknown_encoding_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "clicks.tsv"
    path.write_text(CLICKS)
    with (
        open_source(path, options=Options(encoding="klingon")) as source,
        pytest.raises(UnreadableFile, match="klingon"),
    ):
        list(source.rows())


def test_a_file_in_the_wrong_named_encoding_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "clicks.tsv"
    path.write_bytes(CLICKS.encode() + b"1\t\xff\t1600000000\n")
    with (
        open_source(path, options=Options(encoding="ascii")) as source,
        pytest.raises(UnreadableFile, match="another encoding"),
    ):
        list(source.rows())


def test_a_binary_file_has_bad_rows_and_no_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(bytes(range(14, 256)) * 4)
    with open_source(path, "segment") as source:
        assert all(isinstance(row, BadRow) for row in source.rows())
