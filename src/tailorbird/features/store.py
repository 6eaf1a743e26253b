"""The feature store: every feature by name, and their values at a moment.

Online and offline values agree by construction: both come from here, and the profile that they are
read from is the same fold over the log.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tailorbird.features.declaring import Entity, Feature, Kind, Value
from tailorbird.features.item import ITEM
from tailorbird.features.moment import Moment
from tailorbird.features.pair import PAIR
from tailorbird.features.person import PERSON
from tailorbird.features.session import SESSION
from tailorbird.spine.errors import NotFound

FEATURES: tuple[Feature, ...] = (*PERSON, *SESSION, *ITEM, *PAIR)
"""Every feature, in the order of every table."""

_BY_NAME: Mapping[str, Feature] = {one.name: one for one in FEATURES}


class FeatureShown(msgspec.Struct, frozen=True):
    """A declaration as it is shown: what the feature is, without its function."""

    name: str
    entity: Entity
    type: Kind
    unit: str
    says: str
    reads: tuple[str, ...]


class UnknownFeature(NotFound):
    """There is no feature by this name."""

    remedy = "`tailorbird features list` shows all."


def features_of(*entities: Entity) -> tuple[Feature, ...]:
    """Return the features of some entities."""
    return tuple(one for one in FEATURES if one.entity in entities)


def described(feature: Feature) -> FeatureShown:
    """Return what a declaration says."""
    return FeatureShown(
        feature.name, feature.entity, feature.kind, feature.unit, feature.says, feature.reads
    )


def named(names: Iterable[str]) -> tuple[Feature, ...]:
    """Return features by name, in the order given.

    Raises:
        UnknownFeature: one of the names is none.
    """
    found = []
    for name in names:
        if name not in _BY_NAME:
            raise UnknownFeature(f"There is no feature {name!r}")
        found.append(_BY_NAME[name])
    return tuple(found)


def values(features: Iterable[Feature], moment: Moment) -> dict[str, Value]:
    """Return the values of features at a moment, by name."""
    return {one.name: one.of(moment) for one in features}


def numbers(features: Sequence[Feature], moments: Sequence[Moment]) -> NDArray[np.float64]:
    """Return float64[moments, features] for models: flags are 0 or 1, what is unknown is NaN.

    Raises:
        ValueError: a feature is a text; models need it encoded first.
    """
    texts = [one.name for one in features if one.kind is Kind.TEXT]
    if texts:
        raise ValueError(f"these features are texts: {', '.join(texts)}")
    rows = np.empty((len(moments), len(features)))
    for row, moment in zip(rows, moments, strict=True):
        for column, one in enumerate(features):
            value = one.of(moment)
            row[column] = np.nan if value is None else float(value)
    return rows
