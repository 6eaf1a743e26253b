"""Looking for garbage seldom ends with the work that asked for it."""

import gc

import pytest

from tailorbird.spine.garbage import seldom_collected


def test_the_collector_looks_seldom_while_the_work_lasts() -> None:
    usual = gc.get_threshold()
    with seldom_collected():
        assert gc.get_threshold()[0] > usual[0]


def test_the_collector_looks_as_ever_after_work_that_failed() -> None:
    usual = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), seldom_collected():
        raise ValueError("broken")
    assert gc.get_threshold() == usual
