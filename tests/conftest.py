"""Fixtures that tests of several rooms share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.shop import Shop

# No test is timed: on a busy machine a slow example says nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

DATA = Path(os.environ.get("TAILORBIRD_DATA_ROOT", Path(__file__).parents[2] / "shared" / "data"))
_WANT_DATA = ("no public data", "no real data")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """An install of its own, with nothing in it but keys."""
    opened = Shop(tmp_path / "data")
    yield opened
    opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out because data that may not be copied is not beside this checkout."""
    left_out = _wanting_data(terminalreporter)
    if left_out and not DATA.is_dir():
        terminalreporter.section("left out for want of data")
        terminalreporter.line(f"{len(left_out)} tests read public data, which is not at {DATA}.")
        terminalreporter.line("Set TAILORBIRD_DATA_ROOT to its folder to run them:")
        for name in sorted({one.nodeid.partition("::")[0] for one in left_out}):
            number = sum(one.nodeid.startswith(f"{name}::") for one in left_out)
            terminalreporter.line(f"  {number:3} of {name}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where the data is there and a test says that it is not."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(reporter, pytest.TerminalReporter) and DATA.is_dir() and _wanting_data(reporter):
        reporter.line(f"\nTests were left out for want of data, but it is at {DATA}.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _wanting_data(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    return [
        one
        for one in reporter.stats.get("skipped", [])
        if isinstance(one.longrepr, tuple) and any(why in one.longrepr[2] for why in _WANT_DATA)
    ]
