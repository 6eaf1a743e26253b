"""Nobody's beliefs: what is answered until models and segments are plugged in."""

from collections.abc import Sequence

from tailorbird.features.moment import Moment
from tailorbird.profile.profile import Profile
from tailorbird.spine.ids import PersonId


class Unbelieving:
    """Knows no probability and no segment of anybody."""

    def purchase_probability(
        self, _profile: Profile, _now_ms: int, _described: Moment | None = None
    ) -> float | None:
        """Return None: no model was asked."""
        return None

    def churn_probability(self, _profile: Profile, _now_ms: int) -> float | None:
        """Return None: no model was asked."""
        return None

    def segments(self, _person: PersonId, _profile: Profile, _now_ms: int) -> Sequence[str]:
        """Return none."""
        return ()
