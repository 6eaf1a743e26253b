"""Looking for what a deletion left behind: stale bytes in pages that SQLite has rearranged.

`secure_delete` overwrites what is deleted, but when SQLite moves rows from page to page, copies
stay in the gaps of the old pages, where nothing refers to them. Only the file itself shows them.

A page of a table or an index (https://www.sqlite.org/fileformat2.html#b_tree_pages) begins with a
header and the pointers to its cells; the cells fill it from its end; between the two is the gap.
"""

from collections.abc import Sequence
from pathlib import Path

_FILE_HEADER = 100
_INTERIOR = frozenset({2, 5})
_LEAVES = frozenset({10, 13})
_PAGES_AT_ONCE = 1_024


def has_residue(path: Path, needles: Sequence[bytes]) -> bool:
    """Return whether a database file has any of these bytes where no stored value is.

    Args:
        path: the file, its write-ahead log folded in.
        needles: what must not be there.
    """
    with path.open("rb") as file:
        head = file.read(_FILE_HEADER)
        size = int.from_bytes(head[16:18], "big")
        if size == 0:  # an empty file
            return False
        size = 65_536 if size == 1 else size
        file.seek(0)
        begin = _FILE_HEADER
        while block := file.read(size * _PAGES_AT_ONCE):
            # Most blocks have none of the bytes anywhere; only the others are looked at by page.
            met = [needle for needle in needles if needle in block]
            for start in range(0, len(block), size) if met else ():
                gap = _gap(block[start : start + size], 0 if start else begin)
                if any(needle in gap for needle in met):
                    return True
            begin = 0
    return False


def _gap(page: bytes, begin: int) -> bytes:
    """Return a page's gap; all of a page that is neither table nor index counts as cells."""
    kind = page[begin]
    if kind not in _INTERIOR | _LEAVES:
        return b""
    cells = int.from_bytes(page[begin + 3 : begin + 5], "big")
    content = int.from_bytes(page[begin + 5 : begin + 7], "big") or 65_536
    pointers = begin + (12 if kind in _INTERIOR else 8)
    return page[pointers + 2 * cells : content]
