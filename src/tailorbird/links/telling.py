"""Links as they are shown to people and programs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tailorbird.links.finding import Evidence, Link, because
from tailorbird.links.ports import Standing
from tailorbird.spine.clock import format_time
from tailorbird.spine.ids import IdentifierKey, PersonId


class LinkShown(msgspec.Struct, frozen=True, rename="camel"):
    """One link: `lent_to` is anonymous and `lent_by` known; `evidence` weighs in nats."""

    lent_to: PersonId
    lent_by: PersonId
    browser: IdentifierKey
    user: IdentifierKey
    probability: float
    because: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    since: str
    said: str


class LinksShown(msgspec.Struct, frozen=True, rename="camel"):
    """Links, the surest first, and what they rest on.

    `settled` links were decided by a later login; `settled_right` of them were right.
    """

    links: tuple[LinkShown, ...]
    mode: str
    precision_asked: float
    basis: str
    why: str
    found_at: str | None
    threshold: float | None
    held_out_links: int
    held_out_right: int
    browsers_compared: int
    settled: int
    settled_right: int


def link_shown(link: Link) -> LinkShown:
    """Return one link as it is shown."""
    why = tuple(because(link))
    said = f"Leanings lent by {link.lender} ({link.probability:.0%} sure) because "
    return LinkShown(
        lent_to=link.receiver,
        lent_by=link.lender,
        browser=link.browser,
        user=link.user,
        probability=link.probability,
        because=why,
        evidence=link.evidence,
        since=format_time(link.since_ms),
        said=said + ("; ".join(why) or "of many small signs") + ".",
    )


def links_shown(
    links: Sequence[LinkShown], standing: Standing, mode: str, precision: float
) -> LinksShown:
    """Return links with what they rest on."""
    return LinksShown(
        links=tuple(links),
        mode=mode,
        precision_asked=precision,
        basis=standing.basis,
        why=standing.why,
        found_at=format_time(standing.at_ms) if standing.at_ms else None,
        threshold=standing.threshold,
        held_out_links=standing.held_links,
        held_out_right=standing.held_right,
        browsers_compared=standing.compared,
        settled=standing.settled,
        settled_right=standing.settled_right,
    )


def lent_to(shown: LinksShown, person: PersonId) -> tuple[LinkShown, ...]:
    """Return those links by which a person is lent something."""
    return tuple(one for one in shown.links if one.lent_to == person)
