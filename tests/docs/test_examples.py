"""The examples of the pages print what the pages say: run as a reader would, and compared."""

import shutil

import pytest
from tools.examples import Page, agree, differences, pages, run

NEEDED = ("bash", "curl")


@pytest.mark.long
@pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="needs bash and curl")
@pytest.mark.parametrize("page", list(pages()), ids=lambda page: page.name)
def test_a_page_prints_what_it_says(page: Page) -> None:
    found = differences(page, run(page))
    assert not found, "\n\n".join(found)


def test_ids_and_times_are_compared_by_their_form() -> None:
    assert agree('{"personId": "p_0123456789ab"}', '{"personId":"p_ba9876543210"}')
    assert agree('{"at": "2026-01-31T12:00:00Z"}', '{"at":"2027-02-28T00:00:00.123Z"}')
    assert not agree('{"at": "2026-01-31T12:00:00Z"}', '{"at":"soon"}')


def test_what_is_left_out_may_be_anything() -> None:
    assert agree('{"a": 1, "…": "…"}', '{"a":1,"b":2}')
    assert agree('[1, "…"]', "[1,2,3]")
    assert agree("rows …\ndone", "rows 17\nof 20\ndone")


def test_what_is_not_left_out_must_be_so() -> None:
    assert not agree('{"a": 1}', '{"a":1,"b":2}')
    assert not agree("[1]", "[1,2]")
    assert not agree('{"a": 1, "…": "…"}', '{"a":2}')
