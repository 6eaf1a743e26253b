"""What offers may not depend on is found, through whatever it is derived from."""

import pytest

from tailorbird.decide.offers.fairness import (
    DERIVED,
    barred_features,
    barred_in,
    is_barred_name,
)
from tailorbird.features.store import FEATURES
from tailorbird.predict.propensity.visits import NAMES
from tailorbird.rules.condition import condition


def barred(text: str) -> list[str]:
    return [one.attribute for one in barred_in(condition(text))]


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ('person.country == "DE"', "person.country"),
        ('context.timezone.startsWith("Europe/")', "context.timezone"),
        ('person.locale == "de-DE"', "person.locale"),
        ('person.traits.gender == "f"', "person.traits.gender"),
        ('person.traits["ageGroup"] == "60+"', "person.traits.ageGroup"),
        ("person.traits.date_of_birth != null", "person.traits.date_of_birth"),
        ('person.preferences.religion == "none"', "person.preferences.religion"),
        ('person.likes["gender:women"] > 0.5', "person.likes.gender:women"),
        ("person.traits.size() > 3", "person.traits"),
    ],
)
def test_a_protected_or_located_attribute_is_barred(text: str, attribute: str) -> None:
    assert barred(text) == [attribute]


@pytest.mark.parametrize(
    "text",
    [
        "person.spent > 100.0 && cart.value >= 50.0",
        'person.likes["brand:msr"] > 0.3',
        "person.traits.page_average > 3",
        '"bargain hunters" in person.segments',
        "person.purchase_probability < 0.2",
    ],
)
def test_what_somebody_did_is_not_barred(text: str) -> None:
    assert barred(text) == []


def test_what_a_derived_value_is_made_of_is_followed() -> None:
    made = condition('"vip" in person.segments')
    found = barred_in(made, {"person.segments": ("orders", "country")})
    assert [one.attribute for one in found] == ["person.country"]
    assert "`person.segments` is made of it" in found[0].problem


def test_a_models_feature_that_reads_a_place_is_barred() -> None:
    assert [one.attribute for one in barred_features(["orders", "country"])] == ["person.country"]


def test_a_feature_that_nothing_declares_is_barred() -> None:
    assert barred_features(["zip_income"])[0].problem == "nothing declares what it is made of"


def test_what_derived_values_are_made_of_is_declared_as_the_models_read_it() -> None:
    known = {one.name for one in FEATURES}
    assert DERIVED["person.purchase_probability"] == NAMES
    assert all(set(names) <= known for names in DERIVED.values())


@pytest.mark.parametrize("name", ["average", "page", "package", "stage", "sizes", "tripod"])
def test_a_word_that_only_holds_a_barred_one_is_free(name: str) -> None:
    assert is_barred_name(name) is None
