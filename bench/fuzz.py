"""Fuzz the whole API: N random requests, and how many met a fault or an undescribed answer.

.venv/bin/python -m bench.fuzz --requests 100000 --seed 1
"""

import argparse
import logging
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from functools import partial
from pathlib import Path

from hypothesis.errors import UnsatisfiedAssumption
from tests.flow.fuzzing import CHECKS, Aimed, Fuzzer
from tests.shop import Shop

_A_ROUND = 2_000


class Tally:
    """What the answers were, and what was wrong with them."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def judge(self, fuzzer: Fuzzer, aimed: Aimed) -> None:
        """Send one request and note what came of it."""
        try:
            reply = fuzzer.send(aimed)
        except UnsatisfiedAssumption:
            raise
        except Exception as fault:  # noqa: BLE001 - a fault of the server is what is looked for
            self.statuses[500] += 1
            self.note(aimed, fault)
            return
        self.statuses[reply.status_code] += 1
        try:
            aimed.case.validate_response(reply, checks=CHECKS)
        except BaseExceptionGroup as found:
            for one in found.exceptions:
                self.note(aimed, one)

    def note(self, aimed: Aimed, fault: BaseException) -> None:
        """Count what was wrong, and keep the first example of its kind."""
        name = f"{aimed.case.method} {aimed.case.path} {type(fault).__name__}"
        self.faults[name] += 1
        if name not in self.examples:
            trace = "".join(traceback.format_exception(fault)[-3:])
            self.examples[name] = f"{trace}\n{aimed.case.as_curl_command()}"


def main() -> int:
    """Return 1 if anything was wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    given_options = options.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    tally, began, number = Tally(), time.monotonic(), given_options.seed
    while (left := given_options.requests - tally.statuses.total()) > 0:
        with tempfile.TemporaryDirectory() as folder:
            shop = Shop(Path(folder) / "data")
            fuzzer = Fuzzer(shop)
            fuzzer.each(number, min(left, _A_ROUND), partial(tally.judge, fuzzer))
            shop.close()
        number += 1
        print(f"{tally.statuses.total()} requests, {tally.faults.total()} faults", file=sys.stderr)
    took = time.monotonic() - began
    print(f"{tally.statuses.total()} requests in {took:.0f} s: {dict(tally.statuses)}")
    for name, count in tally.faults.most_common():
        print(f"\n{count} times {name}\n{tally.examples[name][:2_000]}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
