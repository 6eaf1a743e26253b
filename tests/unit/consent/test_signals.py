"""Consent signals as clients send them, and the gate that reads them."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tailorbird.consent.gate import Gate
from tailorbird.consent.purposes import Denied, Permit, Preference, Purpose, strictest
from tailorbird.consent.signals import from_context, from_gpc
from tailorbird.spine.ids import Subject
from tailorbird.storage.embedded.seal import Seal
from tailorbird.storage.embedded.vault import SqliteConsentLedger, VaultFile

P, A, M = Purpose.PERSONALIZATION, Purpose.ANALYTICS, Purpose.ADVERTISING
SOMEBODY = Subject(anonymous_id="a1")


def categories(**said: Any) -> dict[Purpose, bool]:
    return dict(from_context({"consent": {"categoryPreferences": said}}))


@pytest.mark.parametrize("header", ["1", " 1 "])
def test_gpc_refuses_personalization_and_advertising(header: str) -> None:
    assert from_gpc(header) == {P: False, M: False}


@pytest.mark.parametrize("header", [None, "", "0", "true", "11", "yes"])
def test_no_other_value_of_gpc_says_anything(header: str | None) -> None:
    assert from_gpc(header) == {}


@pytest.mark.parametrize("context", [{}, {"consent": None}, {"consent": 7}, {"consent": {}}])
def test_no_consent_object_is_no_statement(context: dict[str, Any]) -> None:
    assert from_context(context) == {}


def test_empty_preferences_refuse_everything_that_is_mapped() -> None:
    assert categories() == {P: False, A: False, M: False}


@pytest.mark.parametrize(
    ("category", "purpose"),
    [
        ("personalization", P),
        ("Functional", P),
        ("C0003", P),
        ("analytics", A),
        ("C0002", A),
        ("advertising", M),
        ("C0004", M),
        ("email", Purpose.EMAIL),
        ("push", Purpose.PUSH),
        ("sms", Purpose.SMS),
    ],
)
@pytest.mark.parametrize("granted", [True, False])
def test_a_category_stands_for_its_purpose(
    category: str, purpose: Purpose, *, granted: bool
) -> None:
    assert categories(**{category: granted}) == {purpose: granted}


@pytest.mark.parametrize("category", ["C0001", "C0005", "something of the shop's own"])
def test_a_category_without_a_purpose_of_ours_says_nothing(category: str) -> None:
    assert categories(**{category: False}) == {}


def test_a_purpose_in_several_categories_needs_all_of_them() -> None:
    assert categories(functional=True, C0003=False) == {P: False}


@pytest.mark.parametrize("value", ["true", 1, None, "false", {}])
def test_only_true_grants(value: Any) -> None:
    assert categories(analytics=value) == {A: False}


@pytest.mark.parametrize(
    ("allowed", "denied", "choices"),
    [
        (["C0003"], [], {P: True}),
        ([], ["C0003"], {P: False}),
        (["C0003"], ["C0003"], {P: False}),
        (None, ["C0002"], {A: False}),
        ("C0003", "C0002", {}),
        ([], [], {}),
    ],
)
def test_rudders_lists_are_understood(
    allowed: Any, denied: Any, choices: dict[Purpose, bool]
) -> None:
    said = {"allowedConsentIds": allowed, "deniedConsentIds": denied}
    assert from_context({"consentManagement": said}) == choices


def test_the_strictest_of_two_words_counts() -> None:
    assert strictest({P: True, A: True}, {P: False}) == {P: False, A: True}


class Asking:
    """A gate over a real ledger."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._file = VaultFile(folder / "vault.db", Seal(b"s" * 32, "main/vault"))
        self._runner = asyncio.Runner()
        self.gate = Gate(SqliteConsentLedger(self._file), **settings)

    def ask(self, subject: Subject = SOMEBODY, **signals: Any) -> Permit | Denied:
        said: Mapping[Purpose, bool] = signals.get("signals", {})
        return self._runner.run(self.gate.ask(subject, P, said))

    def record(self, subject: Subject = SOMEBODY, *, granted: bool) -> None:
        self._runner.run(self.gate.record(subject, {P: granted}, "banner", 1))

    def history(self) -> Sequence[Preference]:
        return self._runner.run(self.gate.history(SOMEBODY))

    def close(self) -> None:
        self._file.close()
        self._runner.close()


@pytest.fixture
def opt_out(tmp_path: Path) -> Any:
    """A gate of a shop that may until somebody says no."""
    asking = Asking(tmp_path)
    yield asking
    asking.close()


@pytest.fixture
def opt_in(tmp_path: Path) -> Any:
    """A gate of a shop that may not until somebody says yes."""
    asking = Asking(tmp_path, unasked=False)
    yield asking
    asking.close()


def test_unasked_is_permitted_under_opt_out(opt_out: Asking) -> None:
    assert isinstance(opt_out.ask(), Permit)


def test_unasked_is_denied_under_opt_in(opt_in: Asking) -> None:
    assert isinstance(opt_in.ask(), Denied)


def test_a_yes_on_record_permits_under_opt_in(opt_in: Asking) -> None:
    opt_in.record(granted=True)
    assert isinstance(opt_in.ask(), Permit)


def test_a_yes_in_the_request_permits_under_opt_in(opt_in: Asking) -> None:
    assert isinstance(opt_in.ask(signals={P: True}), Permit)


def test_a_no_in_the_request_beats_a_yes_on_record(opt_out: Asking) -> None:
    opt_out.record(granted=True)
    assert isinstance(opt_out.ask(signals={P: False}), Denied)


def test_a_no_on_record_beats_a_yes_in_the_request(opt_out: Asking) -> None:
    opt_out.record(granted=False)
    assert isinstance(opt_out.ask(signals={P: True}), Denied)


def test_a_no_says_whose_word_it_rests_on(opt_out: Asking) -> None:
    opt_out.record(granted=False)
    answer = opt_out.ask()
    assert isinstance(answer, Denied)
    assert answer.reason == "refused in the preferences on record"


def test_a_permit_names_subject_and_purpose(opt_out: Asking) -> None:
    assert opt_out.ask() == Permit(subject=SOMEBODY, purpose=P)


def test_the_same_choice_again_is_not_recorded_again(opt_out: Asking) -> None:
    for _ in range(3):
        opt_out.record(granted=False)
    assert len(opt_out.history()) == 1


def test_a_choice_of_the_user_holds_for_their_browser(tmp_path: Path) -> None:
    async def whole(subject: Subject) -> Subject:
        return Subject(anonymous_id=subject.anonymous_id, user_id="u1")

    asking = Asking(tmp_path, whole=whole)
    asking.record(Subject(user_id="u1"), granted=False)
    answer = asking.ask(SOMEBODY)
    asking.close()
    assert isinstance(answer, Denied)
