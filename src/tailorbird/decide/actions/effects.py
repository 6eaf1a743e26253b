"""Effects: what an action adds to a chance, by the firmest ground there is; and the chance itself.

What would happen anyhow is a *propensity* and comes from models of people. What an action changes
is an *uplift* and comes from randomized trials, from bandits (which randomize), or from a number
that somebody declared, which is marked as that. One is never taken for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tailorbird.decide.actions.action import Action, ByBandit, Outcome
from tailorbird.decide.actions.staking import Known
from tailorbird.decide.actions.valuing import Chance, Ground
from tailorbird.decide.bandits.beliefs import Learned
from tailorbird.decide.offers.choosing import Said, Told, Untold
from tailorbird.rules.ports import Beliefs

ASSUMED = "assumed: no model tells"
_INTENT, _CHURN = "purchase intent of this visit", "how often they come back"


ArmsOf = Callable[[str], Mapping[str, Learned]]
"""Returns what is believed of the arms of a placement's bandit; nothing where it has none."""


def without(action: Action, known: Known, beliefs: Beliefs, now_ms: int) -> tuple[float, str]:
    """Return the probability of an action's outcome where nothing is done, and who says so."""
    profile, foretold = known
    if action.outcome is Outcome.RETURN:
        forecast = foretold()
        if forecast is not None:
            return 1.0 - forecast.churn_probability, _CHURN
        return action.effect.assumed, ASSUMED
    found = None if profile is None else beliefs.purchase_probability(profile, now_ms)
    return (action.effect.assumed, ASSUMED) if found is None else (found, _INTENT)


def chance(
    action: Action, anyhow: Callable[[], tuple[float, str]], said: Said | None, arms: ArmsOf
) -> Chance | Untold:
    """Return what an action changes, by the first ground that tells; else why none does.

    Args:
        action: which.
        anyhow: tells the probability of the outcome where nothing is done, and who says so; asked
            only where no trial tells it.
        said: what the model of a trial says of this person; None where none is asked. Such a
            model's own rate of those held out is what would happen without: both are of the
            trial's own time.
        arms: what bandits believe.
    """
    effect = action.effect
    why = "nothing says what it changes"
    if isinstance(said, Told):
        held_out = f"held out in {said.model}, decile {said.decile}"
        return Chance(said.held_out_rate, said.effect, Ground.TRIAL, said.model, held_out)
    if isinstance(said, Untold):
        why = said.reason
    if effect.bandit is not None:
        learned = _learned(effect.bandit, arms(effect.bandit.placement))
        if isinstance(learned, Untold):
            why = learned.reason
        else:
            change, arm = learned
            base, by = anyhow()
            return Chance(base, change, Ground.BANDIT, arm, by)
    if effect.declared is not None:
        base, by = anyhow()
        return Chance(base, effect.declared, Ground.DECLARED, "declared", by)
    return Untold(f"{why}, and no `effect.declared` stands in for it")


def _learned(said: ByBandit, arms: Mapping[str, Learned]) -> tuple[float, str] | Untold:
    """Return how much more reward the arm brings than the other, and which it is."""
    plain = arms.get(said.against)
    others = {name: one for name, one in arms.items() if name != said.against and one.exposures}
    arm = said.arm or max(others, key=lambda name: others[name].mean, default="")
    if plain is None or not plain.exposures or arm not in others:
        return Untold(f"the bandit of {said.placement!r} has not shown both arms yet")
    change = (others[arm].mean - plain.mean) * said.counts
    return change, f"{said.placement}: {arm} against {said.against}"
