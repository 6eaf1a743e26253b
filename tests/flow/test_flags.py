"""Flags by OFREP: the protocol's shapes and codes, and what counts as seen."""

from typing import Any

import pytest

from tailorbird.decide.flagging import FlagDesk
from tailorbird.spine.errors import Overloaded
from tailorbird.spine.ids import PersonId, person_from, user_key
from tests.shop import Reply, Shop

CONFIG = """
flags:
  - {name: fast, value: false}
  - {name: rate, value: 0.5}
  - {name: words, value: plain}
  - {name: off, value: 1, enabled: false}
experiments:
  - name: faster
    status: running
    overrides: {"user:qa": treatment}
    variants:
      - name: control
      - {name: treatment, flags: {fast: true, rate: 1, off: 2}}
"""
ALL = "/ofrep/v1/evaluate/flags"


@pytest.fixture
def flags(shop: Shop) -> Shop:
    """A shop with flags, some of them in an experiment."""
    assert shop.call("PUT", "/v1/config", json={"files": {"a.yaml": CONFIG}}).status_code == 200
    return shop


def ask(shop: Shop, flag: str, key: str | None = "u1", **more: Any) -> Reply:
    context = {} if key is None else {"targetingKey": key}
    return shop.post(f"{ALL}/{flag}", {"context": {**context, **more.pop("context", {})}}, **more)


def user_in(shop: Shop, variant: str) -> str:
    users = map("u{}".format, range(100))
    return next(one for one in users if ask(shop, "fast", one).json()["variant"] == variant)


def seen(shop: Shop, user: str) -> bool:
    person: PersonId = person_from(user_key(user))
    return shop.workspace.experimenter.store.first("faster", person) is not None


def test_a_flag_in_an_experiment_has_its_arms_value(flags: Shop) -> None:
    for variant, value in (("control", False), ("treatment", True)):
        found = ask(flags, "fast", user_in(flags, variant)).json()
        assert (found["value"], found["reason"], found["variant"]) == (value, "SPLIT", variant)


def test_a_flag_in_no_experiment_is_static(flags: Shop) -> None:
    assert ask(flags, "words").json() == {
        "key": "words",
        "value": "plain",
        "reason": "STATIC",
        "variant": "default",
        "metadata": {},
    }


def test_a_float_keeps_its_decimal_point(flags: Shop) -> None:
    assert '"value":1.0' in ask(flags, "rate", user_in(flags, "treatment")).text


def test_a_flag_that_is_off_says_so(flags: Shop) -> None:
    found = ask(flags, "off", user_in(flags, "treatment")).json()
    assert (found["value"], found["reason"]) == (1, "DISABLED")


def test_an_override_is_a_match(flags: Shop) -> None:
    found = ask(flags, "fast", "qa").json()
    assert (found["value"], found["reason"]) == (True, "TARGETING_MATCH")


def test_an_unknown_flag_is_not_found(flags: Shop) -> None:
    reply = ask(flags, "fats")
    assert reply.status_code == 404
    assert reply.json()["errorCode"] == "FLAG_NOT_FOUND"


def test_an_experiment_needs_a_targeting_key(flags: Shop) -> None:
    reply = ask(flags, "fast", None)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "TARGETING_KEY_MISSING")


def test_a_static_flag_needs_no_targeting_key(flags: Shop) -> None:
    assert ask(flags, "words", None).status_code == 200


def test_a_flag_may_have_any_name_and_still_be_unknown(flags: Shop) -> None:
    reply = ask(flags, "a%20flag/of%20ours")
    assert (reply.status_code, reply.json()["key"]) == (404, "a flag/of ours")


def test_a_server_too_busy_asks_in_the_protocols_way_to_wait(
    flags: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Overloaded

    monkeypatch.setattr(FlagDesk, "asker", busy)
    for path in (ALL, f"{ALL}/fast"):
        reply = flags.post(path, {"context": {"targetingKey": "u1"}})
        assert (reply.status_code, reply.headers["retry-after"]) == (429, "1")
        assert list(reply.json()) == ["errorDetails"]


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"{", "PARSE_ERROR"), (b'{"context": 3}', "INVALID_CONTEXT"), (b"[]", "INVALID_CONTEXT")],
)
def test_a_bad_body_is_named_in_the_protocols_words(flags: Shop, body: bytes, code: str) -> None:
    reply = flags.call("POST", f"{ALL}/fast", content=body)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, code)
    assert reply.json()["key"] == "fast"


def test_without_a_key_the_door_is_shut_in_the_protocols_shape(flags: Shop) -> None:
    reply = flags.call("POST", ALL, key="tb_sec_wrong", json={})
    assert reply.status_code == 401
    assert list(reply.json()) == ["errorDetails"]


def test_a_browser_is_known_by_its_anonymous_id(flags: Shop) -> None:
    arms = {ask(flags, "fast", f"anonymous:b{number}").json()["variant"] for number in range(30)}
    assert arms == {"control", "treatment"}
    by_page = ask(flags, "fast", "b1", headers={"Authorization": f"Bearer {flags.publishable}"})
    by_shop = ask(flags, "fast", "anonymous:b1")
    assert by_page.json() == by_shop.json()


def test_a_browser_may_not_name_a_user_without_a_token(flags: Shop) -> None:
    headers = {"Authorization": f"Bearer {flags.publishable}"}
    assert ask(flags, "fast", "user:u1", headers=headers).status_code == 403
    token = {"userToken": flags.token("u1")}
    assert ask(flags, "fast", "user:u1", headers=headers, context=token).status_code == 200


def test_flags_and_placements_agree_on_who_is_in_which_arm(shop: Shop) -> None:
    text = CONFIG.replace("flags: {fast: true, ", "placements: {hero: {limit: 2}}, flags: {")
    assert shop.call("PUT", "/v1/config", json={"files": {"a.yaml": text}}).status_code == 200
    for number in range(10):
        slot = shop.decide("hero", anonymousId=f"b{number}").json()["decisions"][0]
        flag = ask(shop, "rate", f"anonymous:b{number}").json()
        assert slot["experiments"][0]["variant"] == flag["variant"]


def test_telling_one_flag_is_seeing_it(flags: Shop) -> None:
    ask(flags, "fast", "u1")
    assert seen(flags, "u1")


def test_telling_all_flags_is_not_seeing_them(flags: Shop) -> None:
    flags.post(ALL, {"context": {"targetingKey": "u1"}})
    assert not seen(flags, "u1")


def test_a_forced_arm_is_not_seen(flags: Shop) -> None:
    ask(flags, "fast", "qa")
    assert not seen(flags, "qa")


def test_an_exposure_is_written_down_once_a_day(flags: Shop) -> None:
    flags.post("/v1/identify", {"userId": "u1"})
    for _ in range(3):
        ask(flags, "fast", "u1")
    flags.clock.move(86_400_000)
    ask(flags, "fast", "u1")
    flags.run(flags.workspace.journal.flush())
    assert len(flags.run(flags.workspace.journal.latest(9))) == 2


def test_whoever_refused_personalization_is_not_assigned(flags: Shop) -> None:
    found = ask(flags, "fast", "u1", headers={"Sec-GPC": "1"}).json()
    assert (found["value"], found["reason"]) == (False, "STATIC")
    assert not seen(flags, "u1")


def test_all_flags_come_at_once_with_a_tag(flags: Shop) -> None:
    asked = {"context": {"targetingKey": "u1"}}
    reply = flags.post(ALL, asked)
    assert [one["key"] for one in reply.json()["flags"]] == ["fast", "rate", "words", "off"]
    again = flags.post(ALL, asked, headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_another_configuration_changes_the_tag(flags: Shop) -> None:
    asked = {"context": {"targetingKey": "u1"}}
    tag = flags.post(ALL, asked).headers["etag"]
    text = CONFIG.replace("value: plain", "value: ornate")
    flags.call("PUT", "/v1/config", json={"files": {"a.yaml": text}})
    assert flags.post(ALL, asked, headers={"If-None-Match": tag}).status_code == 200
