"""Experiments as served: who gets what, what counts as seen, what stays through login."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tailorbird.spine.ids import anonymous_key, person_from, user_key
from tests.shop import Shop

CONFIG = """
placements:
  - {name: hero, kind: content, creatives: [{id: old}]}
experiments:
  - name: newer_hero
    status: running
    overrides: {"user:qa": treatment}
    variants:
      - name: control
      - name: treatment
        placements: {hero: {creatives: [{id: new}]}}
"""


@pytest.fixture
def tried(shop: Shop) -> Shop:
    """A shop with an experiment on its hero."""
    assert configure(shop, CONFIG).status_code == 200
    return shop


def configure(shop: Shop, text: str) -> Any:
    return shop.call("PUT", "/v1/config", json={"files": {"a.yaml": text}})


def slot(shop: Shop, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.decide("hero", **more).json()["decisions"][0]
    return found


def arm(shop: Shop, **more: Any) -> str | None:
    named = slot(shop, **more)["experiments"]
    return named[0]["variant"] if named else None


def browser_in(shop: Shop, variant: str, skip: int = 0) -> str:
    """Return a browser that is in an arm."""
    found = (
        name for name in map("b{}".format, range(200)) if arm(shop, anonymousId=name) == variant
    )
    for _ in range(skip):
        next(found)
    return next(found)


def user_in(shop: Shop, variant: str) -> str:
    """Return a known user who is in an arm."""
    for number in range(200):
        user = f"u{number}"
        shop.post("/v1/identify", {"userId": user})
        if arm(shop, userId=user) == variant:
            return user
    raise AssertionError


def see(shop: Shop, **who: Any) -> dict[str, Any]:
    """Let somebody see the hero."""
    shown = slot(shop, **who)
    reply = shop.track("Recommendation Viewed", exposureId=shown["content"]["exposureId"], **who)
    assert reply.status_code == 200
    return shown


def journal(shop: Shop) -> list[Any]:
    shop.run(shop.workspace.journal.flush())
    return list(shop.run(shop.workspace.journal.latest(100)))


def test_an_answer_names_the_arm(tried: Shop) -> None:
    assert slot(tried)["experiments"][0]["name"] == "newer_hero"


def test_each_arm_is_shown_its_own(tried: Shop) -> None:
    shown = Counter(
        (one["experiments"][0]["variant"], one["content"]["id"])
        for one in (slot(tried, anonymousId=f"v{number}") for number in range(60))
    )
    assert set(shown) == {("control", "old"), ("treatment", "new")}
    assert min(shown.values()) > 10


def test_the_same_browser_is_always_in_the_same_arm(tried: Shop) -> None:
    assert len({arm(tried) for _ in range(5)}) == 1


def test_the_first_event_of_a_browser_does_not_move_it(tried: Shop) -> None:
    for number in range(20):
        before = arm(tried, anonymousId=f"v{number}")
        tried.track("Page Viewed", anonymousId=f"v{number}")
        assert arm(tried, anonymousId=f"v{number}") == before


def test_a_placement_that_is_not_varied_names_no_experiment(tried: Shop) -> None:
    assert tried.decide("home_recs").json()["decisions"][0]["experiments"] == []


def test_an_override_is_marked_as_forced(tried: Shop) -> None:
    shown = slot(tried, userId="qa")
    assert shown["content"]["id"] == "new"
    assert shown["experiments"][0]["forced"] == "true"


def test_a_draft_reaches_only_its_overrides(shop: Shop) -> None:
    configure(shop, CONFIG.replace("running", "draft"))
    assert (arm(shop), arm(shop, userId="qa")) == (None, "treatment")


def test_a_stopped_experiment_reaches_nobody(shop: Shop) -> None:
    configure(shop, CONFIG.replace("running", "stopped"))
    assert (arm(shop), arm(shop, userId="qa")) == (None, None)


def test_whoever_refused_personalization_is_in_no_experiment(tried: Shop) -> None:
    shown = slot(tried, headers={"Sec-GPC": "1"})
    assert (shown["experiments"], shown["content"]["id"]) == ([], "old")


def test_the_holdout_sees_what_there_was_before(shop: Shop) -> None:
    configure(shop, CONFIG + "holdouts: [{name: global, share: 0.99}]")
    shown = slot(shop, anonymousId="v1")
    assert (shown["experiments"][0]["variant"], shown["content"]["id"]) == ("holdout", "old")


HALF = CONFIG + "holdouts: [{name: global, share: 0.5}]"


def side(shop: Shop, browser: str) -> str | None:
    """Return on which side of the holdout a browser was seen first."""
    found = shop.workspace.experimenter.store.first("holdout", person_from(anonymous_key(browser)))
    return None if found is None else found.variant


def test_who_is_kept_out_is_exposed_when_they_would_have_been(shop: Shop) -> None:
    configure(shop, HALF)
    kept_out, other = browser_in(shop, "holdout"), browser_in(shop, "control")
    assert (side(shop, kept_out), side(shop, other)) == (None, None)
    see(shop, anonymousId=kept_out)
    see(shop, anonymousId=other)
    assert (side(shop, kept_out), side(shop, other)) == ("holdout", "everything")


@pytest.mark.parametrize(("first", "then"), [("holdout", "control"), ("control", "holdout")])
def test_the_side_of_the_holdout_that_was_seen_first_stays_through_login(
    shop: Shop, first: str, then: str
) -> None:
    configure(shop, HALF)
    browser, user = browser_in(shop, first), user_in(shop, then)
    see(shop, anonymousId=browser)
    shop.post("/v1/identify", {"userId": user, "anonymousId": browser})
    assert arm(shop, userId=user) == first


def test_both_sides_seen_by_one_person_are_counted_and_the_first_stays(shop: Shop) -> None:
    configure(shop, HALF)
    browser, user = browser_in(shop, "holdout"), user_in(shop, "control")
    see(shop, userId=user)
    shop.clock.move(60_000)
    see(shop, anonymousId=browser)
    shop.post("/v1/identify", {"userId": user, "anonymousId": browser})
    assert arm(shop, userId=user) == "control"
    assert shop.workspace.experimenter.crossed["holdout"] == 1


def test_who_saw_an_arm_before_there_was_a_holdout_is_past_being_kept_out(tried: Shop) -> None:
    see(tried, anonymousId="b1")
    configure(tried, CONFIG + "holdouts: [{name: global, share: 0.99}]")
    assert arm(tried, anonymousId="b1") in {"control", "treatment"}
    assert arm(tried, anonymousId="b2") == "holdout"


def test_without_a_holdout_nobody_is_held_out_any_more(shop: Shop) -> None:
    configure(shop, HALF)
    browser = browser_in(shop, "holdout")
    see(shop, anonymousId=browser)
    configure(shop, CONFIG)
    assert arm(shop, anonymousId=browser) in {"control", "treatment"}


@pytest.mark.parametrize("share", [0.0, 0.99])
def test_the_ghost_of_what_was_not_shown_is_written_down(shop: Shop, share: float) -> None:
    configure(shop, CONFIG + f"holdouts: [{{name: global, share: {share}}}]")
    who = browser_in(shop, "control" if share == 0.0 else "holdout")
    decision_id = shop.decide("hero", anonymousId=who).json()["decisionId"]
    record = next(one for one in journal(shop) if one.decision_id == decision_id)
    ghost = record.ghosts[0]
    assert (ghost["experiment"], ghost["variant"]) == ("newer_hero", "treatment")
    assert ghost["decision"]["content"]["id"] == "new"


def test_no_ghost_is_made_for_who_sees_the_new(tried: Shop) -> None:
    who = browser_in(tried, "treatment")
    decision_id = tried.decide("hero", anonymousId=who).json()["decisionId"]
    record = next(one for one in journal(tried) if one.decision_id == decision_id)
    assert record.ghosts == ()


def test_a_ghost_of_a_bandit_tells_its_chance_and_teaches_nothing(shop: Shop) -> None:
    configure(
        shop,
        "placements: [{name: hero, kind: content, creatives: [{id: a}, {id: b}], bandit: {}}]\n"
        "experiments:\n"
        "  - name: bandit_or_not\n"
        "    status: running\n"
        "    variants:\n"
        "      - {name: control, placements: {hero: {bandit: null}}}\n"
        "      - {name: treatment, placements: {hero: {limit: 1}}}\n",
    )
    who = browser_in(shop, "control")
    learned = shop.workspace.bandits.readings(shop.workspace.decider.placements)["hero"]
    before = learned.exposures
    decision_id = shop.decide("hero", anonymousId=who).json()["decisionId"]
    record = next(one for one in journal(shop) if one.decision_id == decision_id)
    assert record.ghosts[0]["decision"]["content"]["actionProbability"] == pytest.approx(0.5)
    after = shop.workspace.bandits.readings(shop.workspace.decider.placements)["hero"]
    assert after.exposures == before


def test_a_ghost_is_not_what_somebody_was_last_shown(tried: Shop) -> None:
    who = browser_in(tried, "control")
    answer = tried.decide("hero", anonymousId=who).json()
    assert "ghost" not in str(answer)


def test_what_was_seen_first_stays_through_login(tried: Shop) -> None:
    user, browser = user_in(tried, "control"), browser_in(tried, "treatment")
    see(tried, anonymousId=browser)
    tried.post("/v1/identify", {"userId": user, "anonymousId": browser})
    assert arm(tried, userId=user) == "treatment"


def test_what_was_only_assigned_does_not_stay(tried: Shop) -> None:
    user, browser = user_in(tried, "control"), browser_in(tried, "treatment")
    tried.track("Page Viewed", anonymousId=browser)
    tried.post("/v1/identify", {"userId": user, "anonymousId": browser})
    assert arm(tried, userId=user) == "control"


def test_of_two_arms_seen_the_first_stays_and_it_is_counted(tried: Shop) -> None:
    user, browser = user_in(tried, "control"), browser_in(tried, "treatment")
    see(tried, userId=user)
    tried.clock.move(60_000)
    see(tried, anonymousId=browser)
    tried.post("/v1/identify", {"userId": user, "anonymousId": browser})
    assert arm(tried, userId=user) == "control"
    assert tried.workspace.experimenter.crossed["newer_hero"] == 1


def test_what_was_seen_stays_through_changed_weights_and_a_restart(tried: Shop) -> None:
    browser = browser_in(tried, "control")
    see(tried, anonymousId=browser)
    tried.restart()
    configure(tried, CONFIG.replace("name: control", "{name: control, weight: 0.0001}"))
    assert arm(tried, anonymousId=browser) == "control"


def test_a_view_after_a_restart_still_counts(tried: Shop) -> None:
    shown = slot(tried, anonymousId="b1")
    tried.restart()
    exposure = shown["content"]["exposureId"]
    tried.track("Recommendation Viewed", anonymousId="b1", exposureId=exposure)
    person = person_from(anonymous_key("b1"))
    assert tried.workspace.experimenter.store.first("newer_hero", person) is not None


def test_a_forced_arm_is_never_counted_as_seen(tried: Shop) -> None:
    see(tried, userId="qa")
    person = person_from(user_key("qa"))
    assert tried.workspace.experimenter.store.first("newer_hero", person) is None


def test_an_answer_alone_counts_where_the_experiment_says_so(shop: Shop) -> None:
    configure(shop, CONFIG.replace("status: running", "status: running\n    exposedBy: decided"))
    slot(shop, anonymousId="b1")
    person = person_from(anonymous_key("b1"))
    assert shop.workspace.experimenter.store.first("newer_hero", person) is not None


def test_a_dry_run_is_seen_by_nobody(shop: Shop) -> None:
    configure(shop, CONFIG.replace("status: running", "status: running\n    exposedBy: decided"))
    slot(shop, anonymousId="b1", dryRun=True)
    person = person_from(anonymous_key("b1"))
    assert shop.workspace.experimenter.store.first("newer_hero", person) is None


def test_an_erased_person_has_seen_nothing(tried: Shop) -> None:
    see(tried, anonymousId="b1")
    tried.run(tried.workspace.officer.erase("r1", [anonymous_key("b1")]))
    assert tried.workspace.experimenter.store.of_person(person_from(anonymous_key("b1"))) == []
    assert b"b1" not in (tried.folder / "workspaces/main/experiments.db").read_bytes()


def test_a_person_can_see_what_was_tried_on_them(tried: Shop) -> None:
    see(tried, anonymousId="b1")
    held = tried.run(tried.workspace.experimenter.store.export([anonymous_key("b1")]))
    assert held[0]["experiment"] == "newer_hero"


@pytest.fixture
def by_unit(shop: Shop) -> Callable[[str], None]:
    """Puts an experiment in force that assigns by something else than the person."""

    def put(unit: str) -> None:
        configure(shop, CONFIG.replace("status: running", f"status: running\n    unit: {unit}"))

    return put


def test_one_region_is_one_unit(shop: Shop, by_unit: Any) -> None:
    by_unit("region")
    arms = {arm(shop, anonymousId=f"v{n}", context={"country": "AT"}) for n in range(20)}
    assert len(arms) == 1
    assert arm(shop) is None


def test_one_account_is_one_unit(shop: Shop, by_unit: Any) -> None:
    by_unit("account")
    arms = set()
    for number in range(20):
        shop.post("/v1/group", {"userId": f"u{number}", "groupId": "acme"})
        arms.add(arm(shop, userId=f"u{number}"))
    assert len(arms) == 1
    assert arms != {None}


def test_one_visit_is_one_unit(shop: Shop, by_unit: Any) -> None:
    by_unit("session")
    arms = Counter(arm(shop, context={"sessionId": f"s{number}"}) for number in range(40))
    assert set(arms) == {"control", "treatment"}


def test_two_persons_unknown_yet_are_not_one(tried: Shop) -> None:
    assert {arm(tried, anonymousId=f"w{n}") for n in range(30)} == {"control", "treatment"}


def test_a_rank_is_varied_too(shop: Shop) -> None:
    configure(
        shop,
        "experiments:\n  - name: lean\n    status: running\n    variants:\n"
        "      - name: control\n      - {name: treatment, placements: {search_recs: {lean: 0}}}\n",
    )
    reply = shop.post("/v1/rank", {"anonymousId": "a1", "candidates": ["x", "y"]})
    assert reply.json()["decisions"][0]["experiments"][0]["name"] == "lean"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("hero: {creatives", "hereo: {creatives", "there is no placement `hereo`; did you mean"),
        ("{creatives: [{id: new}]}", "{lena: 1}", "did you mean `lean`?"),
        ("{creatives: [{id: new}]}", "{kind: items}", "an arm cannot change `kind`"),
        ("{creatives: [{id: new}]}", "{lean: -1}", "`lean` must not be negative"),
        ("{creatives: [{id: new}]}", "{bandit: {}}", "an arm cannot begin a bandit"),
        (
            "name: newer_hero",
            "name: holdout",
            "is what the reading of the global holdout is called",
        ),
        ("status: running", "metrics: [revenu:mean]", "there is no outcome `revenu`; did you mean"),
        ("status: running", "metrics: [revenue:median]", "is not understood"),
        ("status: running", "covariates: [revenue]", "a covariate is `before:COLUMN`"),
        ("status: running", "gate: {metric: aov}", "`aov` is not among its metrics"),
        ("status: running", "gate: {metric: conversion, atLest: 1}", "did you mean `atLeast`?"),
    ],
)
def test_a_mistake_in_a_file_is_named(shop: Shop, before: str, after: str, says: str) -> None:
    reply = configure(shop, CONFIG.replace(before, after))
    assert reply.status_code == 400
    assert says in reply.text
