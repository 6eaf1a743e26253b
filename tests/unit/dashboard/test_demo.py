"""The demo's page: there are people to try, and shoppers who shop while one looks."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tailorbird.cli.traffic import traffic
from tests.unit.dashboard.visiting import Site

_PATIENCE_S = 20.0


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Site]:
    """Lend a site in demo mode, with somebody signed in."""
    lent = Site(tmp_path / "data", demo=True)
    lent.sign_in()
    yield lent
    lent.close()


def test_the_demo_names_its_personas_with_links(demo: Site) -> None:
    text = demo.get("/").text
    assert '<a href="/people/user%3Ademo-camper">a returning camper</a>' in text


def test_somebody_brand_new_is_shown_what_to_do(demo: Site) -> None:
    assert demo.get("/people/anonymous%3Ademo-new").status == 404


async def until_something_happens(site: Site) -> None:
    shopping = asyncio.create_task(traffic(site.install, 50))
    with site.shop.feed.watch() as viewer:
        taken = await viewer.take(_PATIENCE_S)
    shopping.cancel()
    await asyncio.wait({shopping})
    assert taken.news


def test_shoppers_come_while_the_demo_runs(demo: Site) -> None:
    demo.run(until_something_happens(demo))
