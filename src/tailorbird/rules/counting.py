"""Windowed counts inside conditions: each is taken out of the text, and a variable put in."""

import hashlib
from collections.abc import Sequence

import msgspec

from tailorbird.configure.words import meant
from tailorbird.rules.durations import window_ms
from tailorbird.rules.tokens import Token, line_of
from tailorbird.rules.vocabulary import Vocabulary

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
_COUNT = 'write it like count("Product Viewed", item, "1h"), or without `item`'


class Slip(msgspec.Struct, frozen=True):
    """What is wrong with a condition, and how many lines below its first."""

    line: int
    problem: str


class Count(msgspec.Struct, frozen=True):
    """A windowed count that a condition asks for, and the variable that stands for it."""

    name: str
    same_item: bool
    window_ms: int
    variable: str


def taken_out(
    text: str, words: Sequence[Token], vocabulary: Vocabulary
) -> tuple[list[Slip], list[Count], list[Token], str]:
    """Take the counts out of a text; return slips, counts, the other words, and the new text."""
    slips: list[Slip] = []
    counts: dict[str, Count] = {}
    rest: list[Token] = []
    pieces: list[str] = []
    index = done = 0
    while index < len(words):
        token = words[index]
        if not _is_count(words, index):
            rest.append(token)
            index += 1
            continue
        end = _closing(words, index + 1)
        found = _count(words[index + 2 : end], vocabulary)
        if isinstance(found, str):
            slips.append(Slip(line_of(text, token.start), found))
        else:
            counts[found.variable] = found
            rest.append(Token("number", "0", token.start, words[end].end))
            pieces += [text[done : token.start], found.variable]
            done = words[end].end
        index = end + 1
    return slips, list(counts.values()), rest, "".join([*pieces, text[done:]])


def _is_count(words: Sequence[Token], index: int) -> bool:
    return (
        words[index].text == "count"
        and words[index].kind == "word"
        and (index == 0 or words[index - 1].text != ".")
        and index + 1 < len(words)
        and words[index + 1].text == "("
    )


def _closing(words: Sequence[Token], opening: int) -> int:
    depth = 0
    for index in range(opening, len(words)):
        depth += (words[index].text in OPENING) - (words[index].text in CLOSING)
        if depth == 0:
            return index
    return len(words) - 1


def _count(inside: Sequence[Token], vocabulary: Vocabulary) -> Count | str:
    """Return a count, or what is wrong with how it is written."""
    said = [one for one in inside if one.text != ","]
    if len(said) not in {2, 3} or said[0].kind != "text" or said[-1].kind != "text":
        return f"`count` takes an event and a window: {_COUNT}"
    same_item = len(said) == 3
    if same_item and said[1].text != "item":
        return f"`count` takes `item` in the middle, or nothing: {_COUNT}"
    if same_item and "item" not in vocabulary.roots:
        return "`item` means nothing here: count without it"
    name, window = said[0].said, said[-1].said
    if vocabulary.events is not None and name not in vocabulary.events:
        return f"there is no event {name!r}{meant(name, vocabulary.events)}"
    try:
        length = window_ms(window)
    except ValueError as cause:
        return f"the window of `count`: {cause}"
    key = f"{name}\0{same_item}\0{length}".encode()
    variable = f"count_{hashlib.blake2b(key, digest_size=8).hexdigest()}"
    return Count(name, same_item, length, variable)
