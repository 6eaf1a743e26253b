"""Payment methods in the order of what this person used before."""

from __future__ import annotations

from tailorbird.profile.orders import placed
from tailorbird.profile.profile import Profile


def payment_order(
    candidates: tuple[str, ...], profile: Profile | None
) -> tuple[list[tuple[str, str]], bool]:
    """Return the methods with reasons, the last used first; others keep the shop's own order.

    Args:
        candidates: the methods that the shop offers here, in its order.
        profile: the person's; None keeps the shop's order.

    Returns:
        The ordered methods, and whether the order is personal.
    """
    used: dict[str, int] = {}
    if profile is not None:
        used.update({method: tally.last_ms for method, tally in profile.payments.items()})
        for one in placed(profile.orders):
            if one.sale.payment_method:
                method = one.sale.payment_method
                used[method] = max(used.get(method, 0), one.sale.at_ms)
    known = sorted((one for one in candidates if one in used), key=lambda one: -used[one])
    rest = [one for one in candidates if one not in used]
    ordered = [
        (one, "You paid with this last time" if place == 0 else "You have used this before")
        for place, one in enumerate(known)
    ]
    return ordered + [(one, "Offered by this shop") for one in rest], bool(known)
