"""What an action changes rests on the firmest ground that tells, and no other is asked."""

from tailorbird.decide.actions.action import Action, ActionKind, Effect
from tailorbird.decide.actions.effects import chance
from tailorbird.decide.actions.valuing import Chance, Ground
from tailorbird.decide.offers.choosing import Told, Untold

TOLD = Told("uplift:t@1", 0.1, 2, 0.3, 0.2)


def never() -> tuple[float, str]:
    raise AssertionError("what would happen anyhow was asked for")


def an_action(declared: float | None = None) -> Action:
    return Action("a", ActionKind.CONTENT, effect=Effect(declared=declared))


def test_a_trial_tells_what_would_happen_anyhow_so_that_no_other_model_is_asked() -> None:
    found = chance(an_action(0.05), never, TOLD, lambda _: {})
    assert isinstance(found, Chance)
    assert (found.without, found.ground) == (0.2, Ground.TRIAL)


def test_where_nothing_tells_what_it_changes_no_model_is_asked_what_would_happen() -> None:
    assert isinstance(chance(an_action(), never, Untold("no trial"), lambda _: {}), Untold)


def test_a_declared_effect_is_added_to_what_would_happen_anyhow() -> None:
    found = chance(an_action(0.05), lambda: (0.02, "a model"), None, lambda _: {})
    assert isinstance(found, Chance)
    assert (found.without, found.uplift, found.ground) == (0.02, 0.05, Ground.DECLARED)
