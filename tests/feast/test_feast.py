"""Feast loads what is exported for it, and answers with the values that were served.

Feast runs in an environment of its own under `build/`, made from `feast.lock`.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tools.side_environment import NotMade, side_environment

from tailorbird.spine.clock import HOUR_MS, format_time, wall_clock
from tests.commands import command
from tests.shop import Shop

HERE = Path(__file__).parent
LOCK = HERE / "feast.lock"
FEATURES = [
    "person_features:product_views",
    "person_features:days_since_first_seen",
    "person_features:top_brand",
    "session_features:session_views",
    "pair_features:touches_of_item",
    "pair_features:brand_fit",
]
TENT = {"id": "tent", "title": "Tent", "price": 90, "category": "Camping > Tents", "brand": "MSR"}

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def feast_python() -> str:
    """The Python of an environment with Feast; made once for each lock file."""
    try:
        return str(side_environment(HERE.parents[1] / "build" / "feast", LOCK))
    except NotMade as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"Feast cannot be installed, and in CI it must be: {error}")
        pytest.skip(f"Feast cannot be installed here: {error}")


def asked(python: str, order: dict[str, Any]) -> dict[str, Any]:
    """Return what Feast answers to an order."""
    done = subprocess.run(
        [python, str(HERE / "ask_feast.py")],
        input=json.dumps(order),
        env={**os.environ, "FEAST_USAGE": "False"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def answers(feast_python: str, shop: Shop, tmp_path: Path) -> dict[str, Any]:
    """What Feast says of three moments of a visitor, and what the server said at each."""
    shop.stock(TENT)
    rows, served = [], []
    for hours in (0, 1, 50):
        shop.clock.move(hours * HOUR_MS)
        shop.track("Product Viewed", product_id="tent", userId="ada", price=90)
        at = format_time(shop.clock())
        rows.append({"person": "user:ada", "item": "tent", "event_timestamp": at})
        served.append(shop.get("/v1/people/user:ada/features?item=tent").json()["features"])
    points = tmp_path / "points.csv"
    lines = [f"{row['person']},{row['event_timestamp']},{row['item']}" for row in rows]
    points.write_text("\n".join(["person,event_timestamp,item", *lines, ""]), "utf-8")
    repository = tmp_path / "repository"
    words = ("features", "export", "--data", shop.folder, "--points", points)
    done = command(*words, "--feast", repository)
    assert done.code == 0, done.err
    later = {**rows[1], "event_timestamp": format_time(shop.clock() - HOUR_MS)}
    order = {
        "repository": str(repository),
        "rows": [*rows, later],
        "keys": ["person", "item"],
        "features": FEATURES,
        "until": format_time(wall_clock() + HOUR_MS),
    }
    return {"served": served, **asked(feast_python, order)}


def test_feast_answers_with_what_was_served(answers: dict[str, Any]) -> None:
    rows = sorted(answers["history"], key=lambda row: str(row["event_timestamp"]))
    first, second, between, third = rows
    for row, served in zip((first, second, third), answers["served"], strict=True):
        for name in FEATURES:
            view, _, feature = name.partition(":")
            entity = view.removesuffix("_features")
            assert row[feature] == pytest.approx(served[entity][feature]), name
    # Nothing later than its moment is in a row; online, the newest stands.
    assert between["product_views"] == 2
    assert answers["online"]["product_views"] == [3, 3, 3, 3]
    assert answers["views"] == [f"{one}_features" for one in ("item", "pair", "person", "session")]
