"""What can be configured: every room that declares a kind is listed here, in this order."""

from typing import Any

from tailorbird.accounts.terms import TERMS
from tailorbird.configure.kinds import Kind
from tailorbird.decide.actions.configuration import ACTIONS
from tailorbird.decide.checkout.method import PAYMENT_METHODS
from tailorbird.decide.configuration import PLACEMENTS
from tailorbird.decide.offers.configuration import OFFERS
from tailorbird.decide.varying import placement_faults
from tailorbird.experiments.configuration import FLAGS, checked, checked_holdouts
from tailorbird.experiments.staging import STAGES, carried
from tailorbird.measure.asking import holdout_faults, metric_faults
from tailorbird.rules.configuration import EVENTS, RULES

EXPERIMENTS = checked(placement_faults, metric_faults)
HOLDOUTS = checked_holdouts(holdout_faults)

KINDS: tuple[Kind[Any], ...] = (
    PLACEMENTS,
    EVENTS,
    RULES,
    OFFERS,
    ACTIONS,
    PAYMENT_METHODS,
    FLAGS,
    HOLDOUTS,
    EXPERIMENTS,
    STAGES,
    TERMS,
)

CARRIED = carried
"""What lives on when other files are applied: how far rollouts have come."""
