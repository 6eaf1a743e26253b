"""Runs Feast on an exported repository, in an environment of its own, and prints what it answers.

Reads an order as JSON from its input: the repository, the rows to ask about, and the features.
Applies the definitions, joins history as of each row's moment, then loads the online store and
asks it. Run as a script.
"""

import json
import runpy
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]

from feast import FeatureStore


def ask(order: dict[str, Any]) -> dict[str, Any]:
    """Return Feast's answers: by history, and online."""
    place = Path(order["repository"])
    declared = runpy.run_path(str(place / "definitions.py"))
    store = FeatureStore(repo_path=str(place))
    kinds = ("Entity", "FeatureView", "FeatureService")
    store.apply([one for one in declared.values() if type(one).__name__ in kinds])
    rows = pd.DataFrame(order["rows"])
    rows["event_timestamp"] = pd.to_datetime(rows["event_timestamp"], utc=True, format="ISO8601")
    history = store.get_historical_features(entity_df=rows, features=order["features"]).to_df()
    store.materialize(
        start_date=datetime(2020, 1, 1, tzinfo=UTC),
        end_date=datetime.fromisoformat(order["until"]),
        disable_event_timestamp=True,
    )
    keys = [{name: row[name] for name in order["keys"]} for row in order["rows"]]
    online = store.get_online_features(features=order["features"], entity_rows=keys).to_dict()
    return {
        "history": json.loads(history.to_json(orient="records", date_format="iso")),
        "online": online,
        "views": sorted(view.name for view in store.list_feature_views()),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ask(json.load(sys.stdin))) + "\n")
