"""What can be configured: every room that declares a kind is listed here, in this order."""

from typing import Any

from tailorbird.configure.kinds import Kind
from tailorbird.decide.configuration import PLACEMENTS
from tailorbird.decide.offers.configuration import OFFERS
from tailorbird.rules.configuration import EVENTS, RULES

KINDS: tuple[Kind[Any], ...] = (PLACEMENTS, EVENTS, RULES, OFFERS)
