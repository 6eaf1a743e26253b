"""American spelling everywhere, as the field's own words are; outsiders' names stay as they are."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Written in halves, so that this file does not hold what it looks for.
_BRITISH = re.compile(
    "|".join(
        (
            *(f"{stem}our" for stem in ("neighb", "behavi", "col", "fav", "hon", "flav", "rum")),
            *(f"{stem}tre\\b" for stem in ("cen", "thea")),
            *(f"{stem}ised?\\b" for stem in ("normal", "organ", "recogn", "optim", "personal")),
            *(f"{stem}isation" for stem in ("normal", "organ", "optim", "personal", "factor")),
            *(f"{stem}lled\\b" for stem in ("mode", "labe", "trave", "signa")),
            *(f"{stem}tred\\b" for stem in ("cen",)),
            "analy" + "se[drs]?\\b",
            "catalo" + "gue",
            "licen" + "ce\\b",
            "defen" + "ce\\b",
            "ful" + "fil\\b",
            "gr" + "ey\\b",
            "whil" + "st\\b",
            "amon" + "gst\\b",
        )
    ),
    re.IGNORECASE,
)

# Names that others gave, and that must be written as they are.
_OF_OTHERS = {
    "src/tailorbird/consent/signals.py": "what consent tools call a category is up to the shop",
}
_NOT_TEXT = {".svg", ".png", ".ico", ".gz", ".woff2"}


def _tracked() -> list[str]:
    listed = ["git", "ls-files", "-z"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [name for name in found.split("\0") if name and (ROOT / name).is_file()]


def test_words_are_spelled_the_american_way() -> None:
    british = {
        f"{name}:{number}": met.group()
        for name in _tracked()
        if Path(name).suffix not in _NOT_TEXT and name not in _OF_OTHERS
        for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), start=1)
        for met in [_BRITISH.search(line)]
        if met
    }
    assert british == {}


def test_names_of_files_are_spelled_the_american_way() -> None:
    assert [name for name in _tracked() if _BRITISH.search(name)] == []


def test_every_exception_is_still_there_and_still_needed() -> None:
    needless = [
        name for name in _OF_OTHERS if not _BRITISH.search((ROOT / name).read_text("utf-8"))
    ]
    assert needless == []
