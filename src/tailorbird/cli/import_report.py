"""What an import did: counted as it goes, reconciled at the end."""

import re
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

_VALUE = re.compile(r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|\b\d[\d.,:TZ+-]*\b")
_MOST_REASONS = 200
_OTHER = "other reasons"
_LINES_KEPT = 5
_REASONS_SHOWN = 10


class Reason(msgspec.Struct):
    """A reason for refusing: how often, over how many rows, and where it was met first."""

    count: int = 0
    rows: int = 0
    lines: list[int] = msgspec.field(default_factory=list)


class Counts(msgspec.Struct, omit_defaults=True):
    """An import's counts, of which two sums hold at any time.

    `read` = accepted + duplicates + withheld + refused, counted in events (or items);
    `rows` = rows taken + rows refused, counted in rows of the file.
    """

    rows: int = 0
    rows_taken: int = 0
    rows_refused: int = 0
    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    withheld: int = 0
    refused: int = 0
    items_told: int = 0
    items_refused: int = 0
    reasons: dict[str, Reason] = msgspec.field(default_factory=dict)

    def take(self, rows: int) -> None:
        """Count what was read and may be taken."""
        self.read += 1
        self.rows += rows
        self.rows_taken += rows

    def refuse(self, reason: str, line: int, rows: int, *, taken: bool) -> None:
        """Count a refusal.

        Args:
            reason: why; values in it are blotted out, so that like reasons are counted together
                and nothing of a person stays in a resume file.
            line: where, in the file.
            rows: how many rows of the file it costs.
            taken: whether it had been counted as taken before.
        """
        if taken:
            self.rows_taken -= rows
        else:
            self.read += 1
            self.rows += rows
        self.rows_refused += rows
        self.refused += 1
        self._because(reason, line, rows)

    def refuse_item(self, reason: str, line: int) -> None:
        """Count an item that came along with events and was refused."""
        self.items_refused += 1
        self._because(reason, line, 0)

    @property
    def reconciled(self) -> bool:
        """Whether both sums hold."""
        ends = self.accepted + self.duplicates + self.withheld + self.refused
        return self.read == ends and self.rows == self.rows_taken + self.rows_refused

    def _because(self, reason: str, line: int, rows: int) -> None:
        general = _VALUE.sub("…", reason)
        if general not in self.reasons and len(self.reasons) >= _MOST_REASONS:
            general = _OTHER
        known = self.reasons.setdefault(general, Reason())
        known.count += 1
        known.rows += rows
        if len(known.lines) < _LINES_KEPT:
            known.lines.append(line)


class Report(msgspec.Struct, frozen=True):
    """An import as it is told at its end.

    `resumed_after` is the line up to which an earlier, interrupted run had come; the counts are
    those of both, `seconds` and the rate those of this run.
    """

    file: str
    format: str
    why: str
    workspace: str
    kind: str
    counts: Counts
    resumed_after: int | None
    seconds: float
    rows_now: int

    @property
    def rows_per_second(self) -> int:
        """How many rows of the file this run did a second."""
        return round(self.rows_now / self.seconds) if self.seconds > 0 else 0

    def wire(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        counts = self.counts
        return {
            "file": self.file,
            "kind": self.kind,
            "format": self.format,
            "workspace": self.workspace,
            "rows": counts.rows,
            "rowsTaken": counts.rows_taken,
            "rowsRefused": counts.rows_refused,
            "read": counts.read,
            "accepted": counts.accepted,
            "duplicates": counts.duplicates,
            "withheld": counts.withheld,
            "refused": counts.refused,
            "itemsTold": counts.items_told,
            "itemsRefused": counts.items_refused,
            "reconciled": counts.reconciled,
            "reasons": [
                {"reason": why, "count": found.count, "rows": found.rows, "lines": found.lines}
                for why, found in _by_count(counts)
            ],
            "resumedAfterLine": self.resumed_after,
            "seconds": round(self.seconds, 2),
            "rowsPerSecond": self.rows_per_second,
        }

    def show(self, console: Console) -> None:
        """Print the report for people."""
        counts = self.counts
        console.print(f"{self.file}: {self.why}", highlight=False, markup=False, soft_wrap=True)
        if self.resumed_after is not None:
            console.print(f"Went on after line {self.resumed_after:,}, where a run had stopped.")
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column()
        table.add_column(justify="right")
        for label, count in self._lines():
            table.add_row(label, f"{count:,}")
        console.print(table)
        for reason, found in _by_count(counts)[:_REASONS_SHOWN]:
            where = ", ".join(str(line) for line in found.lines)
            more = ", …" if found.count > len(found.lines) else ""
            console.print(
                f"  {found.count:,} refused: {reason} (line {where}{more})",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )
        console.print(f"{self.seconds:.1f} s, {self.rows_per_second:,} rows/s", highlight=False)

    def _lines(self) -> list[tuple[str, int]]:
        counts = self.counts
        lines = [
            ("rows read", counts.rows),
            ("  taken", counts.rows_taken),
            ("  refused", counts.rows_refused),
            (f"{self.kind} read", counts.read),
            ("  accepted", counts.accepted),
        ]
        if self.kind == "events":
            lines += [("  duplicates", counts.duplicates), ("  withheld", counts.withheld)]
        lines.append(("  refused", counts.refused))
        if counts.items_told or counts.items_refused:
            lines += [("items told", counts.items_told), ("items refused", counts.items_refused)]
        return lines


def _by_count(counts: Counts) -> list[tuple[str, Reason]]:
    return sorted(counts.reasons.items(), key=lambda one: (-one[1].count, one[1].lines))
