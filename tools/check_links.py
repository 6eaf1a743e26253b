"""Checks that relative links in the Markdown files lead to a file, and anchors to a heading."""

import re
import subprocess
import sys
from pathlib import Path

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def main() -> int:
    """Print every dead link; return how the process ends."""
    root = Path(__file__).resolve().parent.parent
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],  # noqa: S607
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    dead = [line for name in listed for line in dead_links(root / name, root)]
    sys.stdout.writelines(f"{line}\n" for line in dead)
    sys.stdout.write(f"{len(listed)} documents, {len(dead)} dead links\n")
    return 1 if dead else 0


def dead_links(document: Path, root: Path) -> list[str]:
    """Return what is wrong with the links of one document, a line each."""
    text = _FENCED.sub("", document.read_text("utf-8"))
    found = []
    for link in (one or other for one, other in _LINK.findall(text)):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, anchor = link.partition("#")
        target = document if not path else document.parent / path
        if not target.exists():
            found.append(f"{document.relative_to(root)}: {link}: no such file")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            found.append(f"{document.relative_to(root)}: {link}: no such heading")
    return found


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = _HEADING.findall(_FENCED.sub("", document.read_text("utf-8")))
    plain = (re.sub(r"[^\w\s-]", "", heading.strip().lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


if __name__ == "__main__":
    sys.exit(main())
