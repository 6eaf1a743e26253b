"""Commands in a process of their own give way, and end when nobody waits for them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tailorbird.spine.apart import apart, step_back

_WAITS = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(name="process")
def waiting_process() -> Iterator[subprocess.Popen[bytes]]:
    """Begin a process that waits."""
    with subprocess.Popen(_WAITS) as process:
        yield process
        process.kill()


def test_a_process_that_steps_back_is_nicer_than_before(process: subprocess.Popen[bytes]) -> None:
    before = os.getpriority(os.PRIO_PROCESS, process.pid)
    step_back(process.pid)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(19, before + 10)


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="this system has no idle processes")
def test_an_idle_process_runs_only_in_time_that_nobody_wants(
    process: subprocess.Popen[bytes],
) -> None:
    step_back(process.pid, idle=True)
    assert os.sched_getscheduler(process.pid) == os.SCHED_IDLE


def test_a_process_that_has_ended_need_not_step_back(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    step_back(process.pid, idle=True)


def test_a_command_apart_tells_what_it_complained_of() -> None:
    ended = asyncio.run(apart("no-such-command"))
    assert (ended.code, "no-such-command" in ended.said) == (2, True)


def test_a_command_apart_ends_when_nobody_waits_any_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with subprocess.Popen(_WAITS, stdout=subprocess.PIPE) as process:
        monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: process)

        async def impatient() -> None:
            waiting = asyncio.create_task(apart("train"))
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.wait({waiting})

        asyncio.run(impatient())
        assert process.returncode == -signal.SIGTERM
