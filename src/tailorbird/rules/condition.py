"""A condition: a CEL text that is known to be sound, and what it needs to be asked."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import cel
import msgspec

from tailorbird.configure.words import meant
from tailorbird.rules.counting import CLOSING, OPENING, Count, Slip, taken_out
from tailorbird.rules.functions import FUNCTIONS, METHODS
from tailorbird.rules.names import ROOTS
from tailorbird.rules.samples import unfit
from tailorbird.rules.tokens import Path, Token, line_of, paths, tokens
from tailorbird.rules.vocabulary import ANYTHING, Vocabulary
from tailorbird.spine.errors import BadRequest

LONGEST = 2_000
_DEEPEST = 30
_AT = re.compile(r"<input>:(\d+):(\d+): (.*)")


class BadCondition(BadRequest):
    """A condition cannot be understood."""

    remedy = "docs/reference/conditions.md lists what a condition can name."


class Want(msgspec.Struct, frozen=True):
    """A field that a condition asks for; of a map only one entry, where the text says which."""

    root: str
    field: str
    entry: str | None = None


class Condition(msgspec.Struct, frozen=True):
    """A sound condition.

    Attributes:
        text: as it was written.
        program: compiled, with every count replaced by a variable.
        wants: the fields that it asks for.
        counts: the counts that it asks for.
    """

    text: str
    program: cel.Program
    wants: frozenset[Want]
    counts: tuple[Count, ...]


def condition(text: str, vocabulary: Vocabulary = ANYTHING) -> Condition:
    """Return a text as a condition.

    Raises:
        BadCondition: it is none; says why.
    """
    slips, found = understood(text, vocabulary)
    if found is None:
        raise BadCondition("; ".join(slip.problem for slip in slips))
    return found


def understood(text: str, vocabulary: Vocabulary) -> tuple[Sequence[Slip], Condition | None]:
    """Return what is wrong with a text; where nothing is, the condition that it says."""
    fault = _unreadable(text)
    if fault is not None:
        return [fault], None
    words = tokens(text)
    slips, _, rest, _ = taken_out(text, words, vocabulary)
    slips += _named(text, rest, vocabulary)[1]
    if slips:
        return sorted(slips, key=lambda slip: slip.line), None
    return _compiled(text)


@lru_cache(maxsize=8_192)  # a text is read when it is checked, and again when it is put in force
def _compiled(text: str) -> tuple[Sequence[Slip], Condition | None]:
    """Return the condition that a readable text with known names says, or what does not fit."""
    _, counts, rest, rewritten = taken_out(text, tokens(text), ANYTHING)
    wants, _ = _named(text, rest, ANYTHING)
    program = cel.compile(rewritten)
    fault = unfit(program, wants_of(wants), [one.variable for one in counts])
    if fault is not None:
        return [Slip(0, fault)], None
    return [], Condition(text, program, frozenset(wants), tuple(counts))


def wants_of(wants: Iterable[Want]) -> list[tuple[str, str, str | None]]:
    """Return wants as plain triples."""
    return [(one.root, one.field, one.entry) for one in wants]


def _unreadable(text: str) -> Slip | None:
    if not text.strip():
        return Slip(0, "a condition must say something; `true` always holds")
    if len(text) > LONGEST:
        return Slip(0, f"a condition may have {LONGEST} characters, this one has {len(text)}")
    depth = deepest = 0
    for character in text:
        depth += (character in OPENING) - (character in CLOSING)
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        return Slip(0, "it is nested too deeply")
    try:
        cel.compile(text)
    except ValueError as cause:
        found = _AT.search(str(cause))
        if found is None:
            return Slip(0, "it is no CEL expression")
        return Slip(int(found[1]) - 1, f"at column {int(found[2])}: {_shortened(found[3])}")
    return None


def _named(
    text: str, words: Sequence[Token], vocabulary: Vocabulary
) -> tuple[set[Want], list[Slip]]:
    wants: set[Want] = set()
    slips: list[Slip] = []
    for path in paths(words):
        found = _meaning(path, vocabulary)
        if isinstance(found, str):
            slips.append(Slip(line_of(text, path.start), found))
        elif found is not None:
            wants.add(found)
    return wants, slips


def _meaning(path: Path, vocabulary: Vocabulary) -> Want | str | None:
    """Return the field that a path asks for, or what is wrong with it; None for a known call."""
    first, *fields = path.words
    if path.called and first not in ROOTS:
        return _call(path)
    if first not in vocabulary.roots:
        return _no_name(first, vocabulary)
    if path.called:
        *fields, method = fields or [first]
        if method not in METHODS:
            return f"there is no function `{method}`{meant(method, METHODS)}"
    return _field(first, fields)


def _field(root: str, fields: Sequence[str]) -> Want | str:
    known = ROOTS[root]
    if not fields:
        example = next(iter(known))
        return f"`{root}` alone is nothing to ask: name a field, as in `{root}.{example}`"
    field, *deeper = fields
    if field not in known:
        return f"`{root}` has no field `{field}`{meant(field, known)}"
    if known[field].type == "map":
        return Want(root, field, deeper[0] if deeper else None)
    if deeper:
        return f"`{root}.{field}` is a {known[field].type} and has no field `{deeper[0]}`"
    return Want(root, field)


def _call(path: Path) -> str | None:
    if len(path.words) == 1 and path.words[0] in FUNCTIONS:
        return None
    method = path.words[-1]
    if method in METHODS:
        return None
    return f"there is no function `{method}`{meant(method, [*FUNCTIONS, *METHODS])}"


def _no_name(name: str, vocabulary: Vocabulary) -> str:
    if name in ROOTS:
        usable = ", ".join(vocabulary.roots)
        return f"`{name}` means nothing here; there are {usable}"
    return f"there is no `{name}`{meant(name, vocabulary.roots)}"


def _shortened(problem: str) -> str:
    return problem.partition(" expecting ")[0].removeprefix("Syntax error: ")
