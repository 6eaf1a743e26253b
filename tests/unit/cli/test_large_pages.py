"""Large pages: which memory is put together, and that nothing else changes."""

import asyncio
import ctypes
import mmap
import random
import sys
import threading

import pytest

from tailorbird.cli.large_pages import BLOCK, Memory, blocks, keep_large, put_together

MAPS = """\
00400000-00a00000 r-xp 00000000 08:01 1234 /usr/bin/python3.11
01000000-01a00000 rw-p 00000000 00:00 0 [heap]
7f0000100000-7f0000900000 rw-p 00000000 00:00 0
7f0001000000-7f0001100000 rw-p 00000000 00:00 0
7f0002000000-7f0002800000 rw-p 00000000 08:01 99 /data/shop.db
7f0003000000-7f0003800000 rw-s 00000000 00:05 7 /dev/zero (deleted)
7f0004000000-7f0004800000 ---p 00000000 00:00 0
7ffc00000000-7ffc00800000 rw-p 00000000 00:00 0 [stack]
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")


def test_only_private_memory_of_no_file_is_put_together() -> None:
    found = list(blocks(MAPS.splitlines()))
    heap = [0x1000000 + place * BLOCK for place in range(5)]
    assert found == [*heap, *(0x7F0000200000 + place * BLOCK for place in range(3))]


def test_a_block_is_whole_and_begins_where_pages_of_its_size_do() -> None:
    [line] = [line for line in MAPS.splitlines() if line.startswith("7f0000100000")]
    for block in blocks([line]):
        assert block % BLOCK == 0
        assert 0x7F0000100000 <= block <= 0x7F0000900000 - BLOCK


@linux
def test_memory_says_the_same_after_it_was_put_together() -> None:
    luck = random.Random(1)
    with mmap.mmap(-1, 4 * BLOCK, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:
        said = luck.randbytes(4 * BLOCK)
        held[:] = said
        done = put_together(threading.Event())
        assert held[:] == said
    assert done.together + done.refused >= 3


@linux
def test_memory_that_nothing_was_put_into_is_left_alone() -> None:
    memory = Memory()
    with mmap.mmap(-1, 2 * BLOCK, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:
        inside = ctypes.addressof(ctypes.c_char.from_buffer(held)) + BLOCK - 1
        block = inside // BLOCK * BLOCK
        before = memory.used(block)
        held[:] = bytes([7]) * len(held)
        assert (before, memory.used(block)) == (False, True)


@linux
def test_a_pass_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    stop.set()
    done = put_together(stop)
    assert done.together + done.refused <= 1


@linux
def test_whoever_is_cancelled_leaves_no_pass_behind() -> None:
    async def begun_and_cancelled() -> None:
        task = asyncio.create_task(keep_large())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait({task})

    asyncio.run(begun_and_cancelled())  # would wait for the thread of a pass that goes on
