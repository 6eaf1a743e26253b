"""Files into a data folder: every row accounted for, nothing twice, nothing lost without a word."""

from pathlib import Path

import pytest

from tests.commands import command, invoices, retailrocket, segment
from tests.live import logged

VIEW = {
    "type": "track",
    "event": "Product Viewed",
    "anonymousId": "a1",
    "timestamp": "2024-01-01T00:00:00Z",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def imported(file: Path, data: Path, *more: str) -> dict[str, object]:
    report: dict[str, object] = command("import", file, "--data", data, "--json", *more).json()
    return report


def test_every_row_is_accounted_for(tmp_path: Path, data: Path) -> None:
    report = imported(retailrocket(tmp_path / "f.tsv.gz", 300, bad=7), data)
    counts = {name: report[name] for name in ("rows", "rowsTaken", "rowsRefused", "accepted")}
    assert counts == {"rows": 307, "rowsTaken": 300, "rowsRefused": 7, "accepted": 300}


def test_an_import_reconciles(tmp_path: Path, data: Path) -> None:
    assert imported(retailrocket(tmp_path / "f.tsv.gz", 300, bad=7), data)["reconciled"]


def test_everything_accepted_is_in_the_log(tmp_path: Path, data: Path) -> None:
    imported(retailrocket(tmp_path / "f.tsv.gz", 300), data)
    assert len(logged(data)) == 300


def test_a_history_is_marked_as_one(tmp_path: Path, data: Path) -> None:
    imported(retailrocket(tmp_path / "f.tsv.gz", 3), data)
    assert all(event.historical for event in logged(data))


def test_the_same_file_again_is_all_duplicates(tmp_path: Path, data: Path) -> None:
    file = retailrocket(tmp_path / "f.tsv.gz", 300)
    imported(file, data)
    again = imported(file, data)
    assert (again["accepted"], again["duplicates"]) == (0, 300)


def test_a_folder_whose_last_events_were_duplicates_opens_again(tmp_path: Path, data: Path) -> None:
    file = retailrocket(tmp_path / "f.tsv.gz", 30)
    imported(file, data)
    imported(file, data)
    more = retailrocket(tmp_path / "g.tsv.gz", 31)
    assert imported(more, data)["accepted"] == 1


def test_what_cannot_be_read_is_on_the_dead_letter_list(tmp_path: Path, data: Path) -> None:
    imported(retailrocket(tmp_path / "f.tsv.gz", 3, bad=2), data)
    letters = command("export", "dead-letters", "--data", data).lines()
    assert [one["source"] for one in letters] == ["import:retailrocket"] * 2


def test_a_dead_letter_says_why(tmp_path: Path, data: Path) -> None:
    imported(retailrocket(tmp_path / "f.tsv.gz", 3, bad=1), data)
    letters = command("export", "dead-letters", "--data", data).lines()
    assert "stolen" in letters[0]["reason"]


def test_a_row_refused_twice_is_one_dead_letter(tmp_path: Path, data: Path) -> None:
    file = retailrocket(tmp_path / "f.tsv.gz", 3, bad=2)
    imported(file, data)
    imported(file, data)
    assert len(command("export", "dead-letters", "--data", data).lines()) == 2


def test_an_event_refused_at_the_door_is_counted_by_its_reason(tmp_path: Path, data: Path) -> None:
    junk = {**VIEW, "anonymousId": "undefined"}
    file = segment(tmp_path / "f.jsonl", VIEW, junk)
    report = imported(file, data, "--from", "segment")
    assert (report["accepted"], report["refused"]) == (1, 1)


def test_an_order_of_two_lines_is_one_event_of_two_rows(tmp_path: Path, data: Path) -> None:
    report = imported(invoices(tmp_path / "f.csv"), data)
    assert (report["rowsTaken"], report["accepted"]) == (3, 2)


def test_items_told_along_with_events_are_in_the_catalog(tmp_path: Path, data: Path) -> None:
    imported(invoices(tmp_path / "f.csv"), data)
    assert command("workspaces", "--data", data, "--json").json()[0]["items"] == 2


def test_a_feed_goes_into_the_catalog(tmp_path: Path, data: Path) -> None:
    feed = segment(tmp_path / "f.ndjson", {"id": "a", "title": "A"}, {"id": "b", "title": "B"})
    report = command("import", "items", feed, "--data", data, "--json").json()
    assert (report["kind"], report["accepted"]) == ("items", 2)


def test_an_item_that_is_refused_is_counted(tmp_path: Path, data: Path) -> None:
    feed = segment(tmp_path / "f.ndjson", {"id": "a"}, {"id": "b", "price": "much"})
    report = command("import", "items", feed, "--data", data, "--json").json()
    assert (report["accepted"], report["refused"], report["reconciled"]) == (1, 1, True)


def test_a_mapping_reads_any_table(tmp_path: Path, data: Path) -> None:
    table = tmp_path / "f.csv"
    table.write_text("action,at,customer,sku\nview,1600000000,7,t1\n")
    mapping = tmp_path / "m.yaml"
    mapping.write_text(MAPPING)
    assert imported(table, data, "--mapping", str(mapping))["accepted"] == 1


MAPPING = """\
source: shop
event: {from: action, names: {view: Product Viewed}}
time: {from: at, format: epoch_s}
fields:
  userId: customer
  properties.product_id: sku
"""


def test_a_format_that_does_not_fit_is_a_mistake(tmp_path: Path, data: Path) -> None:
    file = invoices(tmp_path / "f.csv")
    assert command("import", file, "--from", "rees46", "--data", data).code == 1


def test_another_workspace_has_its_own_log(tmp_path: Path, data: Path) -> None:
    imported(retailrocket(tmp_path / "f.tsv.gz", 3), data, "--workspace", "other")
    assert [one["name"] for one in command("workspaces", "--data", data, "--json").json()] == [
        "other"
    ]


def test_a_report_for_people_names_the_sums(tmp_path: Path, data: Path) -> None:
    told = command("import", retailrocket(tmp_path / "f.tsv.gz", 300), "--data", data).out
    assert "300" in told.split("accepted")[1].splitlines()[0]
