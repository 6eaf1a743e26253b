"""What is believed of somebody: the answers that rules ask models and segments for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tailorbird.features.moment import Moment
from tailorbird.predict.people import Foresight
from tailorbird.profile.profile import Profile
from tailorbird.spine.ids import PersonId


class Beliefs:
    """Probabilities by the models of people, and segments by their names.

    Args:
        foresight: the models that serve.
        called: the names of the segments that somebody is in; quick, since rules ask it on events.
    """

    def __init__(self, foresight: Foresight, called: Callable[[PersonId], Sequence[str]]) -> None:
        self._foresight = foresight
        self._called = called

    def purchase_probability(
        self, profile: Profile, now_ms: int, described: Moment | None = None
    ) -> float | None:
        """Return the chance of an order within half an hour; None without a model or a visit."""
        return self._foresight.purchase_probability(profile, now_ms, described)

    def churn_probability(self, profile: Profile, now_ms: int) -> float | None:
        """Return the chance of no order within 90 days; None without a model or an order."""
        found = self._foresight.forecast(profile, now_ms)
        return None if found is None else found.churn_probability

    def segments(self, person: PersonId, _profile: Profile, _now_ms: int) -> Sequence[str]:
        """Return the names of the segments that somebody is in."""
        return self._called(person)
