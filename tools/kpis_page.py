"""The reference of the key figures, taken from their definitions."""

from tailorbird.measure.kpis.definitions import KPIS, Kpi
from tools.pages import DOCS, Made, put_between, run, stored

PAGE = DOCS / "reference" / "kpis.md"


def make() -> Made:
    """Return the page as the definitions are now."""
    return {PAGE: put_between(stored(PAGE), "definitions", "\n\n".join(map(_section, KPIS)))}


def _section(kpi: Kpi) -> str:
    good = "more is better" if kpi.better == "up" else "less is better"
    only = f"; by {kpi.only} only" if kpi.only is not None else ""
    kind = "a share" if kpi.kind == "share" else "money"
    return (
        f"### {kpi.title}\n\n{kpi.says}\n\n"
        f"- `{kpi.name}`, {kind}; {good}{only}\n"
        f"- counted: {kpi.counted}\n"
        f"- of: {kpi.of}"
    )


if __name__ == "__main__":
    run(make)
