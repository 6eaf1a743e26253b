"""Rerun every statistical claim from seeds and data, and write the table of evidence.

.venv/bin/python -m bench.evidence            # print
.venv/bin/python -m bench.evidence --write    # and put it into docs/explain/evidence.md
.venv/bin/python -m bench.evidence --only looking --write    # only these rows; the others stay
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from tools.pages import DOCS, put_between, stored

from bench.claims import (
    agreement,
    changes,
    fixed,
    looking,
    regions,
    rehearsal,
    rollouts,
    shops,
    speed,
    splits,
)
from bench.claims.claim import Claim

PAGE = DOCS / "explain" / "evidence.md"

TOPICS: dict[str, Callable[[float], Iterator[Claim]]] = {
    "fixed": lambda scale: fixed.claims(int(4_000 * scale)),
    "looking": lambda scale: looking.claims(int(10_000 * scale)),
    "splits": lambda scale: splits.claims(int(20_000 * scale)),
    "changes": lambda scale: changes.claims(int(1_000 * scale)),
    "rollouts": lambda scale: rollouts.claims(int(1_000 * scale)),
    "regions": lambda scale: regions.claims(int(2_000 * scale)),
    "agreement": lambda scale: agreement.claims(int(200 * scale)),
    "speed": lambda scale: speed.claims(int(10_000_000 * scale)),
    "rehearsal": lambda scale: rehearsal.claims(int(2_000 * scale)),
    "shops": lambda scale: shops.claims(max(int(20 * scale), 1)),
}


def main() -> None:
    """Run the claims; end with 1 if one does not hold."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", choices=sorted(TOPICS), action="append", help="these topics")
    asked.add_argument("--scale", type=float, default=1.0, help="0.1 runs a tenth of the tries")
    asked.add_argument("--write", action="store_true", help="write the table into its page")
    options = asked.parse_args()
    claims = list(_run(options.only or list(TOPICS), options.scale))
    table = rendered(claims)
    print(table)
    if options.write:
        page = stored(PAGE)
        if options.only:
            table = merged(page, table)
        PAGE.write_text(put_between(page, "evidence", table), "utf-8")
    failed = [one for one in claims if one.holds is False]
    if failed:
        print(f"{len(failed)} of {len(claims)} claims do not hold.", file=sys.stderr)
        sys.exit(1)


def _run(topics: list[str], scale: float) -> Iterator[Claim]:
    for topic in topics:
        began = time.perf_counter()
        for claim in TOPICS[topic](scale):
            print(f"{claim.topic}: {claim.what}: {claim.found}", file=sys.stderr)
            yield claim
        print(f"-- {topic}: {time.perf_counter() - began:.0f} s", file=sys.stderr)


def merged(page: str, table: str) -> str:
    """Return the table of a page with the rows of some topics made anew, in their place."""
    fresh = table.splitlines()
    told = page.partition("<!-- begin evidence")[2].partition("<!-- end evidence")[0]
    kept = [row for row in told.splitlines() if row.startswith("| **")]
    rows = _by_topic(kept) | _by_topic(fresh[2:])
    return "\n".join([*fresh[:2], *(row for own in rows.values() for row in own)])


def _by_topic(rows: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(_topic(row), []).append(row)
    return found


def _topic(row: str) -> str:
    return row.split("**")[1]


def rendered(claims: list[Claim]) -> str:
    """Return the claims as a table in Markdown."""
    head = "| what | promised | found | |\n| --- | --- | --- | --- |"
    signs = {True: "yes", False: "**no**", None: ""}
    rows = [
        f"| **{one.topic}** {one.what} | {one.wanted} | {one.found} | {signs[one.holds]} |"
        for one in claims
    ]
    return "\n".join([head, *rows])


if __name__ == "__main__":
    main()
