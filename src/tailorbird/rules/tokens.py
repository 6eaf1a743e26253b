"""The words of a CEL text with their places: enough to say what it names, and where.

CEL's own compiler says whether a text is CEL; what it names is not asked there, so it is read here:
`person.orders` is a path, `count(…)` a call, `x` in `list.exists(x, …)` a name of the text's own.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

TokenKind = Literal["text", "number", "word", "sign"]

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*)
  | (?P<text>[rRbB]{0,2}(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"
        |'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[uU]?)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<sign>&&|\|\||==|!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BINDERS = frozenset({"exists", "exists_one", "all", "filter", "map"})
_WORDS_OF_CEL = frozenset({"true", "false", "null", "in"})


class Token(msgspec.Struct, frozen=True):
    """One word: what kind it is, its text, and where it begins and ends."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def said(self) -> str:
        """What a quoted text says, without its quotes; escapes stay as written."""
        return self.text.lstrip("rRbB").strip("'\"")


class Path(msgspec.Struct, frozen=True):
    """A name and the fields behind it, as in `event.properties.form`.

    Attributes:
        words: the name and its fields.
        start: where it begins.
        called: whether a `(` follows: then the last word is a function.
        index: which token the first word is.
    """

    words: tuple[str, ...]
    start: int
    called: bool
    index: int


def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of a text, spaces and comments left out."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind in {"text", "number", "word", "sign"}:
            found.append(Token(kind, match.group(), match.start(), match.end()))  # type: ignore[arg-type]
    return tuple(found)


def paths(words: Sequence[Token]) -> Iterator[Path]:
    """Yield every path that begins with a name of the surroundings, in order; CEL's words left out.

    `list.exists(x, x.y > 1)` yields `list.exists`, but not `x`.
    """
    own = _own_names(words)
    index = 0
    while index < len(words):
        token = words[index]
        follows_dot = index > 0 and words[index - 1].text == "."
        if token.kind != "word" or token.text in _WORDS_OF_CEL:
            index += 1
            continue
        if follows_dot:
            # What a call or an index gave has a field or a method: only a method can be known.
            if _called(words, index):
                yield Path((token.text,), token.start, called=True, index=index)
            index += 1
            continue
        path, after = _path(words, index)
        if path.words[0] not in own:
            yield path
        elif path.called and len(path.words) > 1:
            yield Path((path.words[-1],), token.start, called=True, index=index)
        index = after


def line_of(text: str, place: int) -> int:
    """Return how many lines below the first a place is."""
    return text.count("\n", 0, place)


def _path(words: Sequence[Token], index: int) -> tuple[Path, int]:
    start = index
    found = [words[index].text]
    index += 1
    while index < len(words):
        if words[index].text == "." and index + 1 < len(words) and words[index + 1].kind == "word":
            found.append(words[index + 1].text)
            index += 2
        elif (
            words[index].text == "["
            and index + 2 < len(words)
            and words[index + 1].kind == "text"
            and words[index + 2].text == "]"
        ):
            found.append(words[index + 1].said)
            index += 3
        else:
            break
    called = index < len(words) and words[index].text == "(" and words[index - 1].kind == "word"
    return Path(tuple(found), words[start].start, called, start), index


def _called(words: Sequence[Token], index: int) -> bool:
    return index + 1 < len(words) and words[index + 1].text == "("


def _own_names(words: Sequence[Token]) -> set[str]:
    """Return the names that comprehensions give to the members of lists."""
    return {
        words[index + 2].text
        for index in range(1, len(words) - 2)
        if words[index].text in _BINDERS
        and words[index - 1].text == "."
        and words[index + 1].text == "("
        and words[index + 2].kind == "word"
    }
