"""Garbage: work that makes much and leaves no rings behind has Python look for them seldom."""

import contextlib
import gc
from collections.abc import Iterator

_RARELY = (100_000, 50, 100)


@contextlib.contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python's collector look at new objects by the hundred thousand, until the block ends.

    What is there already is not looked at meanwhile. An import makes a million objects a second,
    all gone when their chunk is on disk: by default, a tenth of its time goes into looking.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
