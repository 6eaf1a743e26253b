"""Mistakes in a mapping are named with their key and the nearest right word."""

import pytest

from tailorbird.collect.sources.mapping_text import WrongMapping
from tests.unit.collect.sources.samples import rows_of

CSV = "action,at,customer,sku\nview,1600000000,7,t1\n"
GOOD = {
    "source": "shop",
    "event": "{value: Product Viewed}",
    "time": "{from: at, format: epoch_s}",
    "fields": "{userId: customer}",
}


def mapping(**changes: str | None) -> str:
    lines = {**GOOD, **changes}
    return "\n".join(f"{key}: {value}" for key, value in lines.items() if value is not None)


def complaint(text: str | None) -> str:
    with pytest.raises(WrongMapping) as wrong:
        rows_of("mapping", CSV, mapping=text)
    return wrong.value.detail


def test_the_good_mapping_is_good() -> None:
    assert len(rows_of("mapping", CSV, mapping=mapping())) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"feilds": "{}"}, "`feilds` is no key of a mapping; did you mean `fields`?"),
        ({"fields": "{userid: customer}"}, "`fields.userid` is no field; did you mean `userId`?"),
        ({"fields": "{propertys.price: sku, userId: at}"}, "did you mean `properties.`?"),
        ({"fields": "{userId: custumer}"}, "no column 'custumer'; did you mean `customer`?"),
        ({"fields": "{userId: {form: at}}"}, "`fields.userId.form` is unknown; did you mean"),
        ({"fields": "{userId: {from: at, type: txt}}"}, "`fields.userId`: Invalid enum value"),
        ({"fields": "{userId: {prefix: u}}"}, "has neither `from` nor `value`"),
        ({"fields": "{userId: {from: at, pattern: '('}}"}, "`fields.userId`: missing )"),
        ({"fields": "{userId: 7}"}, "`fields.userId`: Expected"),
        ({"fields": "{name: sku}"}, "neither `userId` nor `anonymousId`"),
        ({"fields": "{userId: at, context.a: at, context.a.b: at}"}, "the parent of others"),
        ({"fields": "[]"}, "`fields` is not"),
        ({"source": None}, "`source` is missing"),
        ({"event": None}, "`event` is missing"),
        ({"time": None}, "`time`"),
        ({"time": "{from: at, format: epoch}"}, "`time.format` is none of iso, epoch_s"),
        ({"time": "{from: at, zone: Berlin}"}, "`time.zone` is no IANA zone"),
        ({"time": "when"}, "`time`: the file has no column 'when'"),
        ({"format": "xls"}, "format, delimiter, encoding or header"),
        ({"group": "order"}, "`group`: the file has no column 'order'"),
    ],
)
def test_a_mistake_names_its_key_and_what_would_be_right(
    changes: dict[str, str | None], expected: str
) -> None:
    assert expected in complaint(mapping(**changes))


def test_text_that_is_no_yaml_says_so() -> None:
    assert "not YAML" in complaint("fields: [")


def test_a_mapping_that_is_no_table_says_so() -> None:
    assert "`key: value`" in complaint("- a")


def test_a_missing_mapping_says_how_to_name_one() -> None:
    with pytest.raises(WrongMapping) as wrong:
        rows_of("mapping", CSV)
    assert "--mapping" in wrong.value.remedy
