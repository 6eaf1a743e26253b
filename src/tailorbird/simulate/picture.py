"""Pictures of goods that do not exist: a small drawing per item, as an SVG in a data URI."""

from urllib.parse import quote

from tailorbird.simulate.families import Family

# One plain shape per aisle, drawn on a field of 96 by 96.
_SHAPES = {
    "Camping": "M48 22 80 74H16Z",
    "Camp Kitchen": "M26 36h36v34a8 8 0 0 1-8 8H34a8 8 0 0 1-8-8ZM62 44h8v18h-8",
    "Light": "M48 18a22 22 0 0 1 10 42v8H38v-8a22 22 0 0 1 10-42ZM40 72h16v6H40Z",
    "Hiking": "M34 24h28a8 8 0 0 1 8 8v44H26V32a8 8 0 0 1 8-8ZM34 48h28v14H34Z",
    "Clothing": "M34 20h28l18 16-10 12-6-5v33H32V43l-6 5-10-12Z",
    "Cycling": "M30 48a14 14 0 1 0 .1 0ZM66 48a14 14 0 1 0 .1 0ZM30 62l12-28h18l6 28",
    "Garden": "M30 50h36l-5 28H35ZM48 50V24M48 36c-12 0-14-8-14-12 10 0 14 4 14 12",
    "Kitchen": "M28 40h34v28a9 9 0 0 1-9 9H37a9 9 0 0 1-9-9ZM62 46l14-8M34 40a11 11 0 0 1 22 0",
    "Pantry": "M30 34h36v42a4 4 0 0 1-4 4H34a4 4 0 0 1-4-4ZM34 22h28v12H34Z",
    "Living": "M20 46h8v14h40V46h8v26H20ZM30 32h36v26H30Z",
    "Bedroom": "M16 40v36M16 66h64M80 76V56a8 8 0 0 0-8-8H36v18M18 50h14v12H18Z",
}
_TINTS = {
    "moss": "#6f8f4e",
    "slate": "#64748b",
    "sand": "#c9a66b",
    "rust": "#b5562c",
    "navy": "#2f4a7a",
    "charcoal": "#3f3f46",
    "cream": "#d9c9a3",
    "berry": "#9b3a5c",
    "sky": "#5b9bd0",
    "ochre": "#c98a1b",
}

COLORS = tuple(_TINTS)
"""The colors that the shop's goods come in."""


def picture(family: Family, color: str) -> str:
    """Return a drawing of an item as a data URI that an `img` tag can show.

    Args:
        family: what it is; its aisle decides the shape.
        color: one of `COLORS`.
    """
    tint = _TINTS[color]
    shape = _SHAPES[family.path[1]]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">'
        f'<rect width="96" height="96" rx="12" fill="{tint}" opacity=".16"/>'
        f'<path d="{shape}" fill="{tint}" stroke="{tint}" stroke-width="3"'
        ' stroke-linejoin="round" fill-rule="evenodd"/></svg>'
    )
    return "data:image/svg+xml," + quote(svg, safe="/:=' ,")
