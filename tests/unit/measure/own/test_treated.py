"""Who was given what by chance, and what people brought, out of a shop's own journal and log."""

from collections.abc import Iterator

import msgspec
import pytest

from tailorbird.decide.ports import DecisionRecord
from tailorbird.experiments.experiment import Experiment, Status, Unit, Variant
from tailorbird.measure.own.history import Era
from tailorbird.measure.own.treated import Records, brought, by_arm
from tailorbird.predict.uplift.lesson import Exposed, Gained
from tailorbird.spine.events import Event
from tailorbird.spine.ids import PersonId
from tests.makers import an_order

WHOSE = {"anonymous:a1": "p1"}


def gained(*orders: Event) -> list[Gained]:
    def events() -> Iterator[Event]:
        yield from orders

    source = Records(lambda: iter(()), events, WHOSE)
    return list(brought(source, {}, assumed_margin=0.5))


def test_money_is_that_of_the_currency_that_most_orders_are_in() -> None:
    found = gained(an_order(total=10), an_order(total=20), an_order(total=90, currency="USD"))
    assert sum(one.revenue for one in found) == pytest.approx(30)
    assert sum(one.order for one in found) == 3


def test_yen_have_no_hundredths() -> None:
    [found] = gained(an_order(total=50, currency="JPY"))
    assert found.revenue == pytest.approx(5_000)


ARMS = (Variant("control", 1.0), Variant("proof", 3.0))
TRIAL = Experiment(name="trial", variants=ARMS, status=Status.RUNNING)


def decided(who: str, at_ms: int, arm: str, **more: object) -> DecisionRecord:
    told = {"name": "trial", "variant": arm, **more}
    slots = ({"placement": "hero", "experiments": [told]},)
    return DecisionRecord(f"{who}{at_ms}", at_ms, PersonId(who), who, None, None, 1.0, slots)


def exposed(*records: DecisionRecord, eras: tuple[Era, ...] = (Era(0, TRIAL),)) -> list[Exposed]:
    source = Records(lambda: records, lambda: iter(()), {}, left_out={"refuser"})
    return list(by_arm(source, "trial", eras))


def test_every_arm_but_the_control_treats() -> None:
    found = exposed(decided("p1", 5, "control"), decided("p2", 5, "proof"))
    assert [(one.person, one.depth) for one in found] == [("p1", 0.0), ("p2", 1.0)]


def test_the_chances_are_the_weights_that_the_arms_had_then() -> None:
    even = msgspec.structs.replace(TRIAL, variants=(Variant("control"), Variant("proof")))
    eras = (Era(0, TRIAL), Era(10, even))
    found = exposed(decided("p1", 9, "proof"), decided("p2", 10, "proof"), eras=eras)
    assert [one.chances[1.0] for one in found] == [0.75, 0.5]


def test_once_an_arm_is_released_chance_has_no_say() -> None:
    eras = (Era(0, msgspec.structs.replace(TRIAL, released="proof")),)
    [found] = exposed(decided("p1", 5, "proof"), eras=eras)
    assert found.chances == {0.0: 0.0, 1.0: 1.0}


@pytest.mark.parametrize(
    "record",
    [
        decided("p1", 5, "proof", forced=True),
        decided("p1", 5, "holdout"),
        decided("refuser", 5, "proof"),
        decided("p1", -1, "proof"),
    ],
)
def test_who_was_not_put_there_by_chance_is_not_learned_from(record: DecisionRecord) -> None:
    assert exposed(record) == []


def test_an_experiment_on_accounts_says_nothing_of_people() -> None:
    eras = (Era(0, msgspec.structs.replace(TRIAL, unit=Unit.ACCOUNT)),)
    assert exposed(decided("p1", 5, "proof"), eras=eras) == []
