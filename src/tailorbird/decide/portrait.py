"""A portrait: what is worked out of one person for one answer, once, and only if somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from tailorbird.features.moment import Moment
from tailorbird.profile.profile import EMPTY, Profile
from tailorbird.rules.ports import Beliefs
from tailorbird.spine.ids import PersonId

T = TypeVar("T")


class Portrait:
    """One person at one time, shared by all placements of a page that are waited for.

    It lives as long as the answer. Only what follows from the person, the time and the request is
    kept here; what an answer may change (grants, budgets, what was done lately) is looked up anew.

    Args:
        profile: what is known of them; None for somebody unknown.
        now_ms: when.
    """

    def __init__(self, profile: Profile | None, now_ms: int) -> None:
        self.profile = profile
        self.now_ms = now_ms
        self._found: dict[Hashable, Any] = {}

    @cached_property
    def described(self) -> Moment:
        """The person as features describe them; models share what several features need."""
        return Moment(self.now_ms, self.profile or EMPTY)

    def once(self, what: Hashable, work: Callable[[], T]) -> T:
        """Return what `work` returned when it was first asked for under this name.

        Args:
            what: a name that nobody else gives to something else.
            work: works it out.
        """
        try:
            found: T = self._found[what]
        except KeyError:
            found = self._found[what] = work()
        return found

    def believed(self, beliefs: Beliefs) -> Beliefs:
        """Return beliefs that are asked about this person, and nobody else, once each."""
        return self.once("beliefs", lambda: _Believed(self, beliefs))


class _Believed:
    """What models and segments say of the person of a portrait."""

    def __init__(self, portrait: Portrait, beliefs: Beliefs) -> None:
        self._portrait = portrait
        self._beliefs = beliefs

    def purchase_probability(
        self, profile: Profile, now_ms: int, _described: Moment | None = None
    ) -> float | None:
        """Return the chance of an order soon."""
        whole = self._portrait
        return whole.once(
            "purchase_probability",
            lambda: self._beliefs.purchase_probability(profile, now_ms, whole.described),
        )

    def churn_probability(self, profile: Profile, now_ms: int) -> float | None:
        """Return the chance that they do not come back."""
        return self._portrait.once(
            "churn_probability", lambda: self._beliefs.churn_probability(profile, now_ms)
        )

    def segments(self, person: PersonId, profile: Profile, now_ms: int) -> Sequence[str]:
        """Return the segments that they are in."""
        return self._portrait.once(
            "segments", lambda: self._beliefs.segments(person, profile, now_ms)
        )
