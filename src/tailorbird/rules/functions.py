"""The functions and methods that conditions may call, each with a sentence."""

from collections.abc import Mapping

FUNCTIONS: Mapping[str, str] = {
    "count": 'How often it happened: `count("Product Viewed", item, "1h")`, or without `item`.',
    "has": "Whether a map has an entry: `has(event.properties.form)`.",
    "size": "How many members a list has, or letters a text: `size(cart.ids)`.",
    "int": "A whole number, from a number or a text.",
    "double": "A number, from a whole number or a text.",
    "string": "A text, from a number.",
    "duration": 'A length of time: `duration("1h")`.',
    "timestamp": 'A moment: `timestamp("2026-11-27T00:00:00Z")`.',
}

METHODS: Mapping[str, str] = {
    "contains": "Whether a text holds another.",
    "startsWith": "Whether a text begins with another.",
    "endsWith": "Whether a text ends with another.",
    "matches": "Whether a text fits a regular expression.",
    "size": "How many members a list has, or letters a text.",
    "exists": 'Whether a condition holds for a member: `item.tags.exists(t, t == "new")`.',
    "exists_one": "Whether a condition holds for exactly one member.",
    "all": "Whether a condition holds for all members.",
    "filter": "The members for which a condition holds.",
    "map": "What a term gives for each member.",
    "getHours": "The hour of a moment, 0 to 23 (UTC).",
    "getMinutes": "The minute of a moment.",
    "getDayOfWeek": "The day of the week of a moment; 0 is Sunday.",
    "getDayOfMonth": "The day of the month of a moment; 0 is the first.",
    "getMonth": "The month of a moment; 0 is January.",
    "getFullYear": "The year of a moment.",
}
