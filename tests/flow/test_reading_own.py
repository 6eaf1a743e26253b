"""A shop's own experiment, read from its journal and log: who saw what, and what came of it."""

import asyncio
from typing import Any

import pytest

from tailorbird.cli.own_experiment import OwnReading, UnknownExperiment, read_own
from tests.makers import DAY
from tests.shop import Shop

CONFIG = """
placements:
  - {name: hero, kind: content, creatives: [{id: old}]}
experiments:
  - name: newer
    status: running
    overrides: {"user:qa": treatment}
    metrics: [revenue_per_user, conversion, "clicked:mean", "Signed Up:proportion", retention]
    windowDays: 30
    gate: {metric: revenue_per_user, minimumExposure: 5}
    variants:
      - name: control
      - {name: treatment, placements: {hero: {creatives: [{id: new}]}}}
"""


@pytest.fixture
def tried(shop: Shop) -> Shop:
    """A shop with an experiment on its hero, and a thing to sell."""
    files = {"files": {"a.yaml": CONFIG}}
    assert shop.call("PUT", "/v1/config", json=files).status_code == 200
    shop.stock({"id": "tent", "title": "Tent", "price": 50, "cost": 30})
    return shop


def see(shop: Shop, who: str) -> str:
    slot = shop.decide("hero", anonymousId=who).json()["decisions"][0]
    exposure = slot["content"]["exposureId"]
    shop.track("Recommendation Viewed", anonymousId=who, exposureId=exposure)
    arm: str = slot["experiments"][0]["variant"]
    return arm


def buy(shop: Shop, who: str, revenue: float, order: str | None = None) -> None:
    lines = [{"product_id": "tent", "quantity": 1, "price": revenue}]
    name = order or f"o-{who}-{shop.clock()}"
    shop.track("Order Completed", anonymousId=who, order_id=name, revenue=revenue, products=lines)


def read(shop: Shop, name: str = "newer") -> OwnReading:
    """Read as the command does, from the files."""

    async def written() -> None:
        await shop.workspace.journal.flush()
        await shop.workspace.state.flush()

    shop.run(written())
    folder = str(shop.folder)
    return shop.run(asyncio.to_thread(read_own, folder, "main", name, "UTC"))


def means(found: OwnReading, metric: str) -> dict[str, tuple[int, float | None]]:
    one = next(one for one in found.reading.metrics if one.metric == metric)
    return {arm.name: (arm.n, arm.mean) for arm in one.arms}


def crowd(shop: Shop, n: int = 40) -> dict[str, str]:
    return {f"b{number}": see(shop, f"b{number}") for number in range(n)}


def test_who_saw_which_arm_is_counted_with_what_they_paid(tried: Shop) -> None:
    arms = crowd(tried)
    tried.clock.move(DAY)
    for number, who in enumerate(arms):
        if number % 2:
            buy(tried, who, 10 + number)
    found = means(read(tried), "revenue_per_user")
    for name in ("control", "treatment"):
        paid = [10 + n if n % 2 else 0 for n, who in enumerate(arms) if arms[who] == name]
        assert found[name][0] == len(paid)
        assert found[name][1] == pytest.approx(sum(paid) / len(paid))


def test_orders_count_once_and_refunds_and_cancellations_take_away(tried: Shop) -> None:
    arms = crowd(tried, 8)
    tried.clock.move(DAY)
    for _ in range(2):
        buy(tried, "b0", 100, "o1")
    buy(tried, "b0", 40, "o2")
    buy(tried, "b0", 7, "o3")
    tried.track("Order Refunded", anonymousId="b0", order_id="o1", revenue=25)
    tried.track("Order Refunded", anonymousId="b0", order_id="o2")
    tried.track("Order Cancelled", anonymousId="b0", order_id="o3")
    n, mean = means(read(tried), "revenue_per_user")[arms["b0"]]
    assert n * (mean or 0.0) == pytest.approx(75)


def test_yen_are_counted_whole(tried: Shop) -> None:
    arms = crowd(tried, 8)
    tried.clock.move(DAY)
    yen = {"order_id": "o1", "currency": "JPY"}
    lines = [{"product_id": "tent", "quantity": 1, "price": 5_000}]
    tried.track("Order Completed", anonymousId="b0", revenue=5_000, products=lines, **yen)
    tried.track("Order Refunded", anonymousId="b0", revenue=1_200, **yen)
    n, mean = means(read(tried), "revenue_per_user")[arms["b0"]]
    assert n * (mean or 0.0) == pytest.approx(3_800)


def test_what_was_bought_before_is_a_covariate_and_no_outcome(tried: Shop) -> None:
    for number in range(20):
        buy(tried, f"b{number}", number)
    tried.clock.move(DAY)
    crowd(tried, 20)
    found = read(tried)
    assert {mean for _, mean in means(found, "revenue_per_user").values()} == {0.0}
    assert found.reading.oddities.outcomes_before == 20


def test_custom_events_clicks_and_coming_back_are_metrics_too(tried: Shop) -> None:
    arms = crowd(tried, 10)
    tried.track("Signed Up", anonymousId="b1")
    tried.track("Recommendation Clicked", anonymousId="b1", exposureId="d_0-0-1")
    tried.clock.move(8 * DAY)
    tried.track("Page Viewed", anonymousId="b1")
    found = read(tried)
    for metric in ("Signed Up", "clicked", "retention"):
        told = means(found, metric)
        assert sum((mean or 0) * n for n, mean in told.values()) == pytest.approx(1.0)
        assert told[arms["b1"]][1] != 0.0


def test_two_arms_seen_by_one_person_are_contamination_and_the_first_counts(tried: Shop) -> None:
    arms = crowd(tried, 12)
    one = next(who for who in arms if arms[who] == "control")
    other = next(who for who in arms if arms[who] == "treatment")
    tried.clock.move(1000)
    see(tried, other)
    for who in (one, other):
        tried.post("/v1/identify", {"userId": "anna", "anonymousId": who})
    found = read(tried)
    assert found.reading.oddities.contaminated == 1
    assert found.reading.units == 11


def test_assigned_but_never_exposed_is_told_apart(tried: Shop) -> None:
    crowd(tried, 10)
    tried.track("Page Viewed", anonymousId="shy")
    tried.decide("hero", anonymousId="shy")
    assert read(tried).reading.units == 10


def test_who_refused_analytics_is_not_measured(tried: Shop) -> None:
    crowd(tried, 10)
    choice = {"anonymousId": "b0", "purposes": {"analytics": False}}
    assert tried.call("PUT", "/v1/consent", json=choice).status_code == 200
    assert read(tried).reading.units == 9


def test_a_tester_is_not_measured(tried: Shop) -> None:
    crowd(tried, 10)
    exposure = tried.decide("hero", userId="qa").json()["decisions"][0]["content"]["exposureId"]
    tried.track("Recommendation Viewed", userId="qa", exposureId=exposure)
    assert read(tried).reading.units == 10


def test_a_client_may_say_itself_which_arm_was_seen(tried: Shop) -> None:
    said: dict[str, Any] = {"experiment_id": "newer", "variation_name": "treatment"}
    crowd(tried, 10)
    tried.track("Experiment Viewed", anonymousId="web", **said)
    assert read(tried).reading.units == 11


def configure(shop: Shop, text: str) -> None:
    reply = shop.call("PUT", "/v1/config", json={"files": {"a.yaml": text}})
    assert reply.status_code == 200, reply.text


HALF = CONFIG + "holdouts: [{name: global, share: 0.5}]\n"


def test_the_holdout_is_read_against_everything(tried: Shop) -> None:
    configure(tried, HALF)
    arms = crowd(tried)
    tried.clock.move(DAY)
    for number, who in enumerate(arms):
        buy(tried, who, 10 + number)
    found = read(tried, "holdout")
    told = means(found, "revenue_per_user")
    for name, arm in (("holdout", {"holdout"}), ("everything", {"control", "treatment"})):
        paid = [10 + n for n, who in enumerate(arms) if arms[who] in arm]
        assert told[name][0] == len(paid)
        assert told[name][1] == pytest.approx(sum(paid) / len(paid))
    assert found.reading.control == "holdout"
    assert found.reading.metrics[0].comparisons[0].always_valid is not None


def test_the_holdout_counts_people_once_however_many_experiments_they_are_in(tried: Shop) -> None:
    second = (
        "  - name: leaner\n    status: running\n    variants:\n      - name: control\n"
        "      - {name: treatment, placements: {home_recs: {lean: 0}}}\n"
    )
    configure(tried, HALF.replace("holdouts:", second + "holdouts:"))
    for number in range(20):
        who = f"b{number}"
        made = tried.decide("hero", "home_recs", anonymousId=who).json()
        sides = {one["experiments"][0]["variant"] == "holdout" for one in made["decisions"]}
        assert len(sides) == 1
        for place in range(2):
            exposure = f"{made['decisionId']}-{place}-1"
            tried.track("Recommendation Viewed", anonymousId=who, exposureId=exposure)
    found = read(tried, "holdout").reading
    assert (found.units, found.oddities.contaminated) == (20, 0)


def test_an_experiment_that_lets_the_holdout_in_says_nothing_of_it(tried: Shop) -> None:
    configure(tried, HALF.replace("status: running", "status: running\n    holdout: false"))
    crowd(tried, 10)
    assert read(tried, "holdout").reading.units == 0


def test_who_came_before_there_was_a_holdout_is_compared_with_nobody(tried: Shop) -> None:
    arms = crowd(tried, 10)
    tried.clock.move(1000)
    configure(tried, HALF)
    for who in arms:
        see(tried, who)
    crowd_of = {f"late{number}": see(tried, f"late{number}") for number in range(20)}
    found = read(tried, "holdout").reading
    assert found.units == len(crowd_of)
    assert any(line.endswith("compared with nobody: 10 units.") for line in found.method)
    assert found.oddities.contaminated == 0


def test_without_a_holdout_there_is_nothing_to_read_of_it(tried: Shop) -> None:
    with pytest.raises(UnknownExperiment, match="Nobody is held out"):
        read(tried, "holdout")


def weighed(control: float, treatment: float) -> str:
    text = CONFIG.replace("- name: control", f"- {{name: control, weight: {control}}}")
    return text.replace("{name: treatment,", f"{{name: treatment, weight: {treatment},")


def test_weights_changed_in_mid_flight_are_known_from_the_versions(tried: Shop) -> None:
    crowd(tried, 60)
    tried.clock.move(DAY // 2)  # on the same day: what counts is the moment
    configure(tried, weighed(9, 1))
    late = [see(tried, f"late{number}") for number in range(120)]
    assert late.count("control") > 90
    reading = read(tried).reading
    check = next(one for one in reading.health.checks if one.name == "sample ratio")
    assert (check.status, reading.health.healthy) == ("ok", True)
    assert "planned 9 to 1" in check.says
    assert any("Weights were changed at" in line for line in reading.warnings)
    assert any("2 periods" in line for line in reading.method)


def test_an_arm_that_joins_later_is_compared_with_the_control_of_then(tried: Shop) -> None:
    before = list(crowd(tried, 30).values())
    tried.clock.move(DAY)
    joins = "      - {name: bolder, placements: {hero: {creatives: [{id: bold}]}}}\n"
    configure(tried, CONFIG + joins)
    after = [see(tried, f"late{number}") for number in range(60)]
    found = read(tried).reading
    by_arm = {one.name: one.n for one in found.metrics[0].arms}
    assert by_arm["bolder"] == after.count("bolder") > 0
    assert by_arm["control"] == (before + after).count("control")
    assert not [one for one in found.health.checks if one.name == "weights"]


def test_what_else_was_changed_on_the_way_is_said(tried: Shop) -> None:
    crowd(tried, 10)
    tried.clock.move(DAY)
    changed = CONFIG.replace("{id: new}", "{id: newest}")
    configure(tried, changed.replace("status: running", "status: running\n    salt: other"))
    notes = " ".join(read(tried).reading.warnings)
    assert "What treatment shows was changed at" in notes
    assert "The salt was changed at" in notes


def test_other_changes_of_the_configuration_are_no_change_of_an_experiment(tried: Shop) -> None:
    crowd(tried, 10)
    tried.clock.move(DAY)
    configure(tried, CONFIG + "flags: [{name: fast, value: true}]\n")
    assert read(tried).reading.warnings == ()


def test_the_gate_answers_with_its_reasons(tried: Shop) -> None:
    crowd(tried, 20)
    gate = read(tried).gate
    assert gate is not None
    assert gate.reasons


def test_before_anybody_has_seen_it_there_is_nothing_to_read(tried: Shop) -> None:
    found = read(tried)
    assert found.reading.units == 0
    assert not found.reading.health.healthy


def test_an_unknown_experiment_is_named_with_the_nearest(tried: Shop) -> None:
    with pytest.raises(UnknownExperiment, match="newer"):
        read_own(str(tried.folder), "main", "never", "UTC")
