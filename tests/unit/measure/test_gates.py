"""A gate reads the numbers and says go, wait or stop, with its reasons."""

import pytest

from tailorbird.measure.analysis import read
from tailorbird.measure.gates import Go, Guardrail, RolloutGate, Stop, Wait, judged
from tailorbird.measure.reading import Reading
from tests.unit.measure.experiments import Columns, gathered, question, shoppers

CONTROL = shoppers(4000, 1)
BETTER, SAME = shoppers(4000, 2, lift=3.0), shoppers(4000, 3)
GATE = RolloutGate("ramp", "revenue", minimum_exposure=1000)
RAIL = Guardrail("orders", 0.05)


def reading(new: Columns, control: Columns = CONTROL) -> Reading:
    asked = question("revenue:mean", "orders:mean", "orders_down=orders:mean:down")
    return read(asked, gathered(("control", control), ("new", new)))


def fewer_orders(by: float) -> Columns:
    return {**BETTER, "orders": BETTER["orders"] - by}


def test_a_proven_improvement_goes() -> None:
    answer = judged(GATE, reading(BETTER))
    assert isinstance(answer, Go)
    assert "is proven" in answer.reasons[0]


def test_what_is_open_waits() -> None:
    assert isinstance(judged(GATE, reading(SAME)), Wait)


def test_an_improvement_that_is_ruled_out_stops() -> None:
    wanted = RolloutGate("ramp", "revenue", at_least=0.5)
    assert isinstance(judged(wanted, reading(BETTER)), Stop)


def test_too_few_units_wait() -> None:
    answer = judged(RolloutGate("ramp", "revenue", minimum_exposure=5000), reading(BETTER))
    assert answer == Wait(("The smallest arm has 4,000 of 5,000 units.",))


def test_a_breached_guardrail_stops_even_a_winner() -> None:
    guarded = RolloutGate("ramp", "revenue", guardrails=(RAIL,))
    answer = judged(guarded, reading(fewer_orders(0.5)))
    assert isinstance(answer, Stop)
    assert "orders: no more than 5.0% worse is breached" in answer.reasons[0]


def test_a_guardrail_that_is_open_waits() -> None:
    guarded = RolloutGate("ramp", "revenue", guardrails=(Guardrail("orders", 0.001),))
    assert isinstance(judged(guarded, reading(BETTER)), Wait)


def test_a_guardrail_that_holds_lets_go() -> None:
    guarded = RolloutGate("ramp", "revenue", guardrails=(Guardrail("orders", 0.2),))
    answer = judged(guarded, reading(BETTER))
    assert isinstance(answer, Go)
    assert "holds" in answer.reasons[1]


def test_a_breach_stops_before_there_is_enough_exposure() -> None:
    early = RolloutGate("ramp", "revenue", minimum_exposure=10**6, guardrails=(RAIL,))
    assert isinstance(judged(early, reading(fewer_orders(0.5))), Stop)


def test_less_is_better_where_the_metric_says_so() -> None:
    wanted = RolloutGate("ramp", "orders_down")
    assert isinstance(judged(wanted, reading(fewer_orders(0.5))), Go)


def test_broken_health_stops() -> None:
    few = {name: column[:2000] for name, column in BETTER.items()}
    answer = judged(GATE, reading(few))
    assert isinstance(answer, Stop)
    assert answer.reasons[0] == "The experiment cannot be believed."


def test_an_absolute_bound_is_in_units_of_the_metric() -> None:
    wanted = RolloutGate("ramp", "revenue", at_least=1.0, scale="absolute")
    assert isinstance(judged(wanted, reading(BETTER)), Go)


def test_a_fixed_interval_proves_earlier() -> None:
    slight = reading(shoppers(4000, 4, lift=0.4))
    metric = slight.metrics[0].comparisons[0]
    assert metric.interval is not None
    assert metric.interval.excludes(0.0)
    assert isinstance(judged(RolloutGate("r", "revenue", interval="fixed"), slight), Go)
    assert isinstance(judged(GATE, slight), Wait)


@pytest.mark.parametrize("metric", ["nonsense", "margin"])
def test_a_metric_that_is_not_read_waits(metric: str) -> None:
    assert isinstance(judged(RolloutGate("ramp", metric), reading(BETTER)), Wait)
