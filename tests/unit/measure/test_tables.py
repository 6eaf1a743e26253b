"""Any table can be read, and what is odd in it has a stated behavior."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv as pa_csv
from pyarrow import parquet

from tailorbird.measure.gathering import gather
from tailorbird.measure.question import Weights
from tailorbird.measure.reading import Reading
from tailorbird.measure.sums import Sums, added
from tailorbird.measure.tables import Table, UnknownColumn, UnreadableTable
from tests.unit.measure.experiments import check, question, read_table, real, table_of

ARMS = ("control", "new")


def row(user: object, variant: object, revenue: object = 1.0, **more: Any) -> dict[str, Any]:
    return {"user_id": user, "variant": variant, "revenue": revenue, **more}


def many(n: int = 40, seed: int = 1) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    spent = np.round(rng.gamma(2.0, 10.0, n), 2)
    return [
        row(f"u{at}", ARMS[at % 2], float(spent[at]), country="AB"[at % 4 // 2]) for at in range(n)
    ]


def total(table: Table, asked: Any = None) -> dict[str, Sums]:
    found = gather(table, asked or question())
    return {arm: added(cell.sums for cell in found.cells if cell.arm == arm) for arm in ARMS}


def effect(reading: Reading) -> float:
    return reading.metrics[0].comparisons[0].effect or 0.0


def test_csv_parquet_and_duckdb_read_the_same(tmp_path: Path) -> None:
    csv = table_of(tmp_path, many())
    parquet.write_table(pa.Table.from_pylist(many()), tmp_path / "e.parquet")
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as base:
        base.execute(f"CREATE TABLE exposures AS FROM '{tmp_path / 'e.parquet'}'")
    places = [csv.path, str(tmp_path / "e.parquet"), f"{tmp_path / 'shop.duckdb'}:exposures"]
    found = [total(Table(place, "user_id", "variant")) for place in places]
    for one in found[1:]:
        assert one["new"].var("revenue") == pytest.approx(found[0]["new"].var("revenue"))
        assert one["control"].means == pytest.approx(found[0]["control"].means)


def test_the_engine_sums_as_we_do(tmp_path: Path) -> None:
    rows = many()
    found = total(table_of(tmp_path, rows))["new"]
    mine = Sums.of({"revenue": [one["revenue"] for one in rows if one["variant"] == "new"]})
    assert found.mean("revenue") == pytest.approx(mine.mean("revenue"))
    assert found.var("revenue") == pytest.approx(mine.var("revenue"))


def hillstrom(folder: Path, **asked: Any) -> Reading:
    rows = pa_csv.read_csv(real("experiments/hillstrom_mens_vs_none.csv.gz"))
    numbered = rows.append_column("user_id", [range(len(rows))])
    parquet.write_table(numbered, folder / "hillstrom.parquet")
    table = Table(str(folder / "hillstrom.parquet"), "user_id", "segment")
    return read_table(table, question("visit:proportion", control="No E-Mail", **asked))


def test_the_mens_email_of_hillstrom_brings_visits(tmp_path: Path) -> None:
    two_thirds = Weights({"No E-Mail": 1.0, "Mens E-Mail": 2.0})
    found = hillstrom(tmp_path, weights=(two_thirds,), covariates=("history",))
    assert effect(found) == pytest.approx(0.0766, abs=2e-3)
    assert found.winner == "Mens E-Mail"


def test_the_two_to_one_cut_of_hillstrom_alarms_where_halves_were_planned(tmp_path: Path) -> None:
    found = hillstrom(tmp_path)
    assert (found.winner, check(found, "sample ratio").status) == (None, "broken")


def test_cookie_cats_shows_its_split_and_its_loss() -> None:
    table = Table(str(real("experiments/cookie_cats.csv.gz")), "userid", "version")
    found = read_table(table, question("retention_7:proportion", control="gate_30", looks="once"))
    assert found.health.sample_ratio_p == pytest.approx(0.0086, abs=1e-4)
    assert check(found, "sample ratio").status == "notice"
    assert found.metrics[0].comparisons[0].outcome == "worse"


def test_the_whale_of_cookie_cats_is_capped_and_said() -> None:
    table = Table(str(real("experiments/cookie_cats.csv.gz")), "userid", "version")
    found = read_table(table, question("sum_gamerounds", control="gate_30", winsorize=0.999))
    assert found.oddities.winsorized[0].units == pytest.approx(87, abs=5)
    assert any("winsorized at its 0.999 quantile" in line for line in found.method)


def test_equal_rows_of_a_unit_count_once(tmp_path: Path) -> None:
    rows = many()
    twice = total(table_of(tmp_path, [*rows, *rows[:7]]))["new"]
    once = total(table_of(tmp_path, rows, "once.csv"))["new"]
    assert twice.n == once.n
    assert twice.var("revenue") == pytest.approx(once.var("revenue"))


def test_equal_rows_are_counted_as_repeats(tmp_path: Path) -> None:
    rows = many()
    assert read_table(table_of(tmp_path, [*rows, *rows[:7]]), question()).oddities.repeated == 7


def test_differing_rows_of_a_unit_are_not_guessed_at(tmp_path: Path) -> None:
    rows = [*many(), row("u1", "new", 99.0, country="A")]
    with pytest.raises(UnreadableTable, match="1 units have several rows that differ") as refused:
        gather(table_of(tmp_path, rows), question())
    assert "--repeats add" in refused.value.remedy


def test_parts_of_a_unit_add_up_when_it_is_said(tmp_path: Path) -> None:
    rows = [row("a", "control", 1), row("a", "control", 2), row("b", "new", 5)]
    found = total(table_of(tmp_path, rows, repeats="add"))
    assert (found["control"].n, found["control"].mean("revenue")) == (1, 3.0)


def test_the_first_row_by_time_counts_when_it_is_said(tmp_path: Path) -> None:
    rows = [
        row("a", "control", 7, at="2026-01-02T00:00:00Z"),
        row("a", "control", 3, at="2026-01-01T00:00:00Z"),
        row("b", "new", 5, at="2026-01-01T00:00:00Z"),
    ]
    found = total(table_of(tmp_path, rows, exposed_at="at", repeats="first"))
    assert found["control"].mean("revenue") == 3.0


def test_a_unit_in_two_arms_belongs_to_the_first_it_met(tmp_path: Path) -> None:
    rows = [
        row("a", "new", 2, at="2026-01-02T00:00:00Z"),
        row("a", "control", 2, at="2026-01-01T00:00:00Z"),
        row("b", "new", 5, at="2026-01-01T00:00:00Z"),
    ]
    found = gather(table_of(tmp_path, rows, exposed_at="at"), question())
    assert {cell.arm: cell.sums.n for cell in found.cells} == {"control": 1, "new": 1}
    assert (found.oddities.contaminated, found.oddities.left_out) == (1, 0)


def test_a_unit_in_two_arms_at_unknown_times_is_left_out(tmp_path: Path) -> None:
    rows = [row("a", "new"), row("a", "control"), row("b", "new"), row("c", "control")]
    found = gather(table_of(tmp_path, rows), question())
    assert {cell.arm: cell.sums.n for cell in found.cells} == {"control": 1, "new": 1}
    assert (found.oddities.contaminated, found.oddities.left_out) == (1, 1)


def test_rows_without_a_unit_or_an_arm_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [*many(), row("", "new", 5, country="A"), row("x", "", 5, country="A")]
    found = read_table(table_of(tmp_path, rows), question())
    assert (found.units, found.oddities.without_unit, found.oddities.without_arm) == (40, 1, 1)
    assert "Rows without unit or arm are left out: 2." in found.warnings


def test_a_missing_outcome_is_nothing_and_is_said(tmp_path: Path) -> None:
    rows = [*many(), row("x", "new", ""), row("y", "new", "lots")]
    found = read_table(table_of(tmp_path, rows), question())
    assert found.oddities.missing == {"revenue": 2}
    assert any("2 units: counted as 0" in line for line in found.method)


def test_no_rows_at_all_are_nobody_exposed(tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("user_id,variant,revenue\n")
    reading = read_table(Table(str(tmp_path / "none.csv"), "user_id", "variant"), question())
    assert "Nobody has been exposed" in reading.verdict


def test_an_empty_arm_of_a_table_is_said(tmp_path: Path) -> None:
    rows = [one for one in many() if one["variant"] == "control"]
    assert (
        "There is no arm beside control."
        in read_table(table_of(tmp_path, rows), question()).verdict
    )


def test_one_value_for_all_has_no_test(tmp_path: Path) -> None:
    rows = [row(at, ARMS[at % 2], 5.0) for at in range(300)]
    reading = read_table(table_of(tmp_path, rows), question())
    assert "Nothing varies" in (reading.metrics[0].comparisons[0].note or "")


def test_a_whale_is_mentioned(tmp_path: Path) -> None:
    rows = [*many(), row("whale", "new", 1e6)]
    assert (
        "consider --winsorize"
        in check(read_table(table_of(tmp_path, rows), question()), "whale").says
    )


def test_a_capped_whale_leaves_the_effect_of_the_others(tmp_path: Path) -> None:
    rows = many(400)
    calm = effect(read_table(table_of(tmp_path, rows), question()))
    loud = table_of(tmp_path, [*rows, row("whale", "new", 1e6)], "loud.csv")
    assert effect(read_table(loud, question())) > 1000
    assert effect(read_table(loud, question(winsorize=0.99))) == pytest.approx(calm, abs=3.0)


def test_a_missing_covariate_is_imputed_marked_and_said(tmp_path: Path) -> None:
    rows = [
        {**one, "past": "" if at % 5 == 0 else one["revenue"] + at % 3}
        for at, one in enumerate(many(400))
    ]
    asked = question(covariates=("past",))
    table = table_of(tmp_path, rows)
    assert gather(table, asked).covariates == ("known past", "known past missing")
    reading = read_table(table, asked)
    assert reading.oddities.imputed == {"past": 80}
    assert (reading.metrics[0].comparisons[0].variance_removed or 0.0) > 0.5


def test_a_covariate_that_all_lack_is_left_out(tmp_path: Path) -> None:
    rows = [{**one, "past": ""} for one in many()]
    reading = read_table(table_of(tmp_path, rows), question(covariates=("past",)))
    assert "past is missing for 40 units: left out." in reading.method
    assert reading.metrics[0].comparisons[0].variance_removed is None


def test_a_number_beyond_all_measure_is_missing_and_said(tmp_path: Path) -> None:
    rows = [*many(), row("x", "new", 1e300, country="A")]
    assert read_table(table_of(tmp_path, rows), question()).oddities.missing == {"revenue": 1}


def test_who_was_assigned_but_not_exposed_does_not_count(tmp_path: Path) -> None:
    rows = [
        {**one, "at": "" if at % 4 < 2 else "2026-01-01 10:00:00"} for at, one in enumerate(many())
    ]
    found = gather(table_of(tmp_path, rows, exposed_at="at"), question())
    assert sum(cell.sums.n for cell in found.cells) == 20
    assert found.assigned == {"control": 20, "new": 20}


def test_a_time_that_cannot_be_read_is_no_exposure_and_is_said(tmp_path: Path) -> None:
    rows = [{**one, "at": "soon" if at == 3 else "2026-01-01"} for at, one in enumerate(many())]
    reading = read_table(table_of(tmp_path, rows, exposed_at="at"), question())
    assert reading.units == 39
    assert any(line.endswith("not analyzed: 1 units.") for line in reading.method)


def test_a_day_long_ago_mixes_up_no_arms(tmp_path: Path) -> None:
    rows = [{**one, "at": "1900-01-01T00:00:00Z"} for one in many()]
    found = gather(table_of(tmp_path, rows, exposed_at="at"), question())
    assert {(cell.arm, cell.day, cell.sums.n) for cell in found.cells} == {
        ("control", -25567, 20),
        ("new", -25567, 20),
    }


@pytest.mark.parametrize(("zone", "day"), [("UTC", 20454), ("Pacific/Auckland", 20455)])
def test_days_are_those_of_the_time_zone(tmp_path: Path, zone: str, day: int) -> None:
    rows = [
        row("a", "control", at="2026-01-01T12:00:00Z"),
        row("b", "new", at="2026-01-01T13:00:00Z"),
    ]
    found = gather(table_of(tmp_path, rows, exposed_at="at", zone=zone), question())
    assert {cell.day for cell in found.cells} == {day}


def test_bare_times_are_those_of_the_time_zone(tmp_path: Path) -> None:
    exposed = [
        row("a", "new", at="2026-07-01 12:00:00"),
        row("b", "control", at="2026-07-01 12:00:00"),
    ]
    bought = [{"user_id": "a", "revenue": 9, "at": "2026-07-01T10:30:00Z"}]
    outcomes = table_of(tmp_path, bought, "outcomes.csv").path
    for zone, n in (("Europe/Berlin", 0), ("UTC", 1)):
        table = table_of(tmp_path, exposed, exposed_at="at", outcomes=outcomes, at="at", zone=zone)
        assert gather(table, question()).oddities.outcomes_before == n


@pytest.mark.parametrize("unit", [1, 1000])
def test_times_may_be_numbers_of_seconds_or_milliseconds(tmp_path: Path, unit: int) -> None:
    rows = [row("a", "control", at=1767268800 * unit), row("b", "new", at=1767268800 * unit)]
    assert {
        cell.day for cell in gather(table_of(tmp_path, rows, exposed_at="at"), question()).cells
    } == {20454}


OUTCOMES = [
    {"user_id": "a", "paid": 100, "at": "2025-12-20T00:00:00Z"},
    {"user_id": "a", "paid": 5, "at": "2026-01-02T00:00:00Z"},
    {"user_id": "a", "paid": 6, "at": "2026-01-03T00:00:00Z"},
    {"user_id": "a", "paid": 50, "at": "2026-03-01T00:00:00Z"},
    {"user_id": "stranger", "paid": 9, "at": "2026-01-03T00:00:00Z"},
]


def with_outcomes(folder: Path) -> Table:
    at = "2026-01-01T00:00:00Z"
    exposed = [{"user_id": u, "variant": v, "at": at} for u, v in (("a", "new"), ("b", "control"))]
    outcomes = table_of(folder, OUTCOMES, "outcomes.csv").path
    return table_of(folder, exposed, exposed_at="at", outcomes=outcomes, at="at", window_days=30.0)


def test_outcomes_count_from_exposure_to_the_end_of_the_window(tmp_path: Path) -> None:
    found = total(with_outcomes(tmp_path), question("paid:mean"))
    assert (found["new"].mean("paid"), found["control"].mean("paid")) == (11.0, 0.0)


def test_outcomes_that_do_not_count_are_counted(tmp_path: Path) -> None:
    found = gather(with_outcomes(tmp_path), question("paid:mean")).oddities
    assert (found.outcomes_before, found.outcomes_late, found.outcomes_outside) == (1, 1, 1)


def test_outcomes_from_before_are_a_covariate(tmp_path: Path) -> None:
    asked = question("paid:mean", covariates=("before:paid",))
    assert total(with_outcomes(tmp_path), asked)["new"].mean("known before:paid") == 100.0


def test_who_bought_twice_converted_once(tmp_path: Path) -> None:
    found = total(with_outcomes(tmp_path), question("paid:proportion"))
    assert found["new"].mean("paid > 0") == 1.0


def test_a_segment_is_read_apart_with_a_warning(tmp_path: Path) -> None:
    reading = read_table(table_of(tmp_path, many()), question(segments=("country",)))
    assert [(one.segment, one.value) for one in reading.segments] == [
        ("country", "A"),
        ("country", "B"),
    ]
    assert any("search among many" in line for line in reading.warnings)


def test_segments_add_up_to_the_whole(tmp_path: Path) -> None:
    found = gather(table_of(tmp_path, many()), question(segments=("country",)))
    whole = added(cell.sums for cell in found.cells)
    parts = added(one.sums for one in found.segments)
    assert parts.n == whole.n
    assert parts.var("revenue") == pytest.approx(whole.var("revenue"))


def test_rare_values_of_a_segment_are_put_together(tmp_path: Path) -> None:
    rows = [{**one, "city": f"c{at // 2}"} for at, one in enumerate(many(80))]
    values = {
        one.value for one in gather(table_of(tmp_path, rows), question(segments=("city",))).segments
    }
    assert len(values) == 21
    assert "(other)" in values


def test_a_quantile_is_that_of_the_arm(tmp_path: Path) -> None:
    rows = many(400)
    found = gather(table_of(tmp_path, rows), question("revenue:p90"))
    mine = np.quantile([one["revenue"] for one in rows if one["variant"] == "new"], 0.9)
    assert next(one.value for one in found.quantiles if one.arm == "new") == pytest.approx(mine)


@pytest.mark.parametrize("name", ["day", "arm", "unit", "cell", "value", "n"])
def test_a_column_may_have_any_name(tmp_path: Path, name: str) -> None:
    rows = [{**one, name: one["revenue"]} for one in many()]
    asked = question(f"{name}:mean", covariates=("revenue",), segments=(name,))
    assert total(table_of(tmp_path, rows), asked)["new"].n == 20


def test_a_wrong_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match="Did you mean 'revenue'"):
        gather(table_of(tmp_path, many()), question("revnue:mean"))


@pytest.mark.parametrize("path", ["nowhere.csv", "shop.xlsx", "torn.parquet", "shop.duckdb:orders"])
def test_what_cannot_be_read_is_said(tmp_path: Path, path: str) -> None:
    (tmp_path / "shop.xlsx").write_text("x")
    (tmp_path / "torn.parquet").write_text("PAR1 torn")
    duckdb.connect(str(tmp_path / "shop.duckdb")).close()
    with pytest.raises(UnreadableTable):
        gather(Table(f"{tmp_path}/{path}", "user_id", "variant"), question())


def test_a_column_of_ids_is_no_column_of_arms(tmp_path: Path) -> None:
    rows = [row(at, f"v{at}") for at in range(100)]
    with pytest.raises(UnreadableTable, match="no arms"):
        gather(table_of(tmp_path, rows), question())
