"""The same features declared for Feast, the open feature store: a repository that it can apply.

Feast (feast.dev) keeps a repository as a folder with `feature_store.yaml` and Python files. What is
written here names every feature of a folder of Parquet files, with its type, unit and meaning.
"""

from collections.abc import Sequence
from pathlib import Path

from tailorbird.features.declaring import Entity, Feature, Kind
from tailorbird.features.tables import KEYS, TIME, Table, write_parquet

_TYPES = {
    Kind.INTEGER: "Int64",
    Kind.NUMBER: "Float64",
    Kind.TEXT: "String",
    Kind.FLAG: "Bool",
}
_MEANS = {
    Entity.PERSON: "What a person did, bought and leans to, as of a moment.",
    Entity.SESSION: "How the visit that was going on had gone so far.",
    Entity.ITEM: "What an item was like when the catalog was exported.",
    Entity.PAIR: "What a person had to do with an item, and how well it fits them.",
}

_STORE = """\
project: tailorbird
provider: local
registry: data/registry.db
online_store:
  type: sqlite
  path: data/online_store.db
offline_store:
  type: file
entity_key_serialization_version: 3
"""

_HEAD = '''\
"""Tailorbird's features for Feast; made by `tailorbird features export --feast`, do not edit."""

from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.types import Bool, Float64, Int64, String

'''


def write_repository(folder: Path, tables: Sequence[Table]) -> None:
    """Write a Feast repository: settings, definitions, and a Parquet file for each table.

    Raises:
        NoParquet: pyarrow is missing.
    """
    for table in tables:
        write_parquet(table, folder / "data" / f"{table.entity}.parquet")
    (folder / "feature_store.yaml").write_text(_STORE, "utf-8")
    entities = [table.entity for table in tables]
    (folder / "definitions.py").write_text(definitions(tables, entities), "utf-8")


def definitions(tables: Sequence[Table], entities: Sequence[Entity]) -> str:
    """Return the Python text that declares entities, views and one service of all views."""
    keys = sorted({key for entity in entities for key in KEYS[entity]})
    parts = [_HEAD, *map(_entity, keys), *map(_view, tables)]
    views = ", ".join(f"{entity}_features" for entity in entities)
    return "\n".join([*parts, f'service = FeatureService(name="tailorbird", features=[{views}])\n'])


def _entity(key: str) -> str:
    return f'{key} = Entity(name="{key}", join_keys=["{key}"], value_type=ValueType.STRING)\n'


def _view(table: Table) -> str:
    name, entity = f"{table.entity}_features", table.entity
    lines = [
        f"{name} = FeatureView(",
        f'    name="{name}",',
        f"    entities=[{', '.join(KEYS[entity])}],",
        "    ttl=timedelta(0),  # stands until a newer one; with a limit Feast drops whole rows",
        "    schema=[",
        *(f"        {_field(one)}," for one in table.features),
        "    ],",
        "    source=FileSource(",
        f'        path="data/{entity}.parquet", timestamp_field="{TIME}"',
        "    ),",
        f'    description="{_MEANS[entity]}",',
        ")\n",
    ]
    return "\n".join(lines)


def _field(one: Feature) -> str:
    tags = f', tags={{"unit": "{one.unit}"}}' if one.unit else ""
    return f'Field(name="{one.name}", dtype={_TYPES[one.kind]}, description="{one.says}"{tags})'
