"""The reference of conditions and rules, taken from the tables that they are checked against."""

import inspect
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tailorbird.rules.functions import FUNCTIONS, METHODS
from tailorbird.rules.names import ROOTS
from tailorbird.rules.rule import Rule
from tools.pages import DOCS, HEAD, Made, run

PAGE = DOCS / "reference" / "conditions.md"

_ABOUT: Mapping[str, str] = {
    "event": "What just happened.",
    "person": "Who did it, as far as is known and may be used.",
    "session": "The visit that is going on.",
    "cart": "What is in the cart.",
    "item": "The first item that the event is about, as the catalog has it.",
    "context": "The circumstances of the event.",
}

_INTRODUCTION = """\
# What conditions can name

A condition is an expression in [CEL](https://cel.dev), the Common Expression Language. It names the
things below; anything else is refused when it is applied, with file, line and the nearest valid
word. [Write a rule](../how-to/write-a-rule.md) shows how conditions are used.

- Comparisons: `==` `!=` `<` `<=` `>` `>=`; `&&` (and), `||` (or), `!` (not), `a ? b : c`.
- `"x" in list` asks for a member; `text.contains("x")` for a part of a text.
- Whole numbers and other numbers may be compared with each other, but not added or multiplied:
  write `cart.value * 2.0`.
- A comparison with null, or with an entry that is missing from a map, does not hold; nothing
  breaks.
- A windowed count looks back from the moment of the event, at most seven days, at the last 256
  counted events of the person.
"""


class Unspoken(Exception):
    """A name has no sentence, or a sentence has no name."""


def make() -> Made:
    """Return the page as the tables are now."""
    if _ABOUT.keys() != ROOTS.keys():
        raise Unspoken("Mend _ABOUT in tools/conditions_page.py")
    parts = [HEAD.format(tool="conditions_page") + _INTRODUCTION]
    for root, known in ROOTS.items():
        rows = [(f"{root}.{name}", field.type, field.about) for name, field in known.items()]
        parts.append(f"## `{root}`\n\n{_ABOUT[root]}\n\n" + _table(("name", "type", "what"), rows))
    calls = [(f"{name}(…)", about) for name, about in FUNCTIONS.items()]
    methods = [(f".{name}(…)", about) for name, about in METHODS.items()]
    parts.append("## Functions\n\n" + _table(("function", "what"), [*calls, *methods]))
    parts.append(
        "## The fields of a rule\n\n" + _table(("field", "left out", "what"), list(_fields()))
    )
    return {PAGE: "\n".join(parts)}


def _fields() -> Iterator[tuple[str, str, str]]:
    meanings = _meanings(inspect.getdoc(Rule) or "")
    for field in msgspec.structs.fields(Rule):
        if field.name not in meanings:
            raise Unspoken(f"The docstring of Rule says nothing of {field.name}")
        yield field.encode_name, _default(field), meanings[field.name]


def _meanings(docstring: str) -> dict[str, str]:
    """Return what a docstring's `Attributes` say of each."""
    found: dict[str, str] = {}
    name = ""
    for line in docstring.partition("Attributes:\n")[2].splitlines():
        if line.startswith("        "):
            found[name] += f" {line.strip()}"
        else:
            name, _, about = line.strip().partition(": ")
            found[name] = about
    return {name: about[:1].upper() + about[1:] for name, about in found.items()}


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is msgspec.NODEFAULT:
        return "must be said"
    if isinstance(field.default, msgspec.Struct):
        return "`Rule Fired`"
    if field.default in (None, (), ""):
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    for name, *rest in rows:
        cells = [f"`{name}`", *rest]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(make)
