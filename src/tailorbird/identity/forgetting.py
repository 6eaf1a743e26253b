"""Forgetting an identifier: what the nodes and links of others say of it."""

from msgspec.structs import replace

from tailorbird.identity.graph import Link, Node
from tailorbird.spine.ids import IdentifierKey


def without(node: Node, key: IdentifierKey) -> Node:
    """Return a person without the evidence, and the identifier, that name somebody forgotten."""
    return replace(
        node,
        identifiers=tuple(one for one in node.identifiers if one != key),
        joinings=tuple(one for one in node.joinings if key not in {one.user, one.anonymous}),
    )


def unblocked(link: Link, user_id: str) -> Link:
    """Return a browser's link that no longer says it was parted from a user."""
    return replace(link, blocked=tuple(one for one in link.blocked if one != user_id))
