"""Reading a JSON array element by element, so that a large file need not fit into memory."""

import io
import json
from collections.abc import Iterator

from tailorbird.collect.sources.jsonlines import JsonLine
from tailorbird.collect.sources.opening import text_of
from tailorbird.collect.sources.rows import UnreadableFile

_CHUNK = 1 << 18
_LONGEST_ELEMENT = 16 * 1024 * 1024
_BLANK = " \t\r\n"


def read_json_array(file: io.BufferedReader) -> Iterator[JsonLine]:
    """Yield the elements of the array that the file is, numbered from 1.

    After a mistake in the JSON nothing tells where the next element begins, so that ends the
    reading.

    Raises:
        UnreadableFile: the file is no array of objects, or its JSON breaks off.
    """
    with text_of(file) as text:
        window = text.read(_CHUNK).lstrip("\ufeff").lstrip(_BLANK)
        if not window.startswith("["):
            raise UnreadableFile("The file does not begin with `[`: it is no JSON array.")
        yield from _elements(window, text)


def _elements(window: str, text: io.TextIOWrapper) -> Iterator[JsonLine]:
    decoder = json.JSONDecoder()
    place, number = 1, 0
    while True:
        window, place = _past_blank(window, place, text)
        if window[place : place + 1] == "]":
            return
        number += 1
        value, end, window = _element(decoder, window[place:], text, number)
        yield JsonLine(number, value, window[:end].encode("utf-8", "surrogateescape"))
        window, place = _past_blank(window, end, text)
        if window[place : place + 1] == ",":
            place += 1
        elif window[place : place + 1] != "]":
            raise UnreadableFile(f"After element {number} the JSON breaks off.")


def _past_blank(window: str, place: int, text: io.TextIOWrapper) -> tuple[str, int]:
    """Return the window, read on as needed, and the place of its next character of meaning."""
    while True:
        while place < len(window) and window[place] in _BLANK:
            place += 1
        if place < len(window):
            return window, place
        window, place = text.read(_CHUNK), 0
        if not window:
            raise UnreadableFile("The JSON array has no end: the file is cut short.")


def _element(
    decoder: json.JSONDecoder, window: str, text: io.TextIOWrapper, number: int
) -> tuple[object, int, str]:
    """Return the element at the window's start, where it ends, and the window it took.

    An element is only trusted when something follows it: `12` may be the beginning of `123`.
    """
    while True:
        failure: Exception | None = None
        try:
            value, end = decoder.raw_decode(window)
        except (json.JSONDecodeError, RecursionError) as wrong:
            failure = wrong
        else:
            if end < len(window):
                return value, end, window
        more = text.read(max(_CHUNK, len(window)))
        if not more or len(window) > _LONGEST_ELEMENT:
            raise UnreadableFile(
                f"Element {number} of the array is not JSON: {failure or 'cut short'}."
            ) from failure
        window += more
