"""Uplift models among the trained versions: listed, shown, promoted and rolled back like others."""

from __future__ import annotations

import msgspec
from rich.table import Table

from tailorbird.beside import uplift_store
from tailorbird.predict.model_files import ModelMissing
from tailorbird.predict.registry.card import Listed, Measurement, Status, Window
from tailorbird.predict.uplift.model import UpliftCard
from tailorbird.predict.uplift.ports import UpliftVersions
from tailorbird.settings import Settings
from tailorbird.spine.clock import format_time
from tailorbird.spine.ids import WorkspaceId

_PREFIX = "uplift:"


def is_uplift(version: str) -> bool:
    """Return whether a version is an uplift model, by its name."""
    return version.startswith(_PREFIX)


def listed_uplift(settings: Settings, workspace: WorkspaceId) -> list[Listed]:
    """Return every uplift model, by treatment, oldest first."""
    store = uplift_store(settings, workspace)
    return [
        _listed(store, card)
        for treatment in store.treatments()
        for card in store.versions(treatment)
    ]


def one_uplift(settings: Settings, workspace: WorkspaceId, version: str) -> Listed:
    """Return one uplift model.

    Raises:
        ModelMissing: there is none by that name; names those that there are.
    """
    found = {one.name: one for one in listed_uplift(settings, workspace)}
    if version not in found:
        there = ", ".join(found) or "none"
        raise ModelMissing(f"There is no version {version!r}; there are: {there}")
    return found[version]


def uplift_table(found: list[Listed]) -> Table:
    """Return uplift models as a table."""
    titles = ("version", "status", "average effect", "Qini, newest people", "differs", "people")
    table = Table(*titles, "until", "why")
    for one in found:
        window = one.window
        table.add_row(
            one.name,
            one.status,
            _measured(one.metrics.get("average")),
            _measured(one.metrics.get("qini")),
            "yes" if one.facts.get("varies") else "no",
            "" if window is None else f"{window.sessions:,}",
            "" if window is None else format_time(window.until_ms)[:16],
            one.acts[-1].why if one.acts else "",
        )
    return table


def _listed(store: UpliftVersions, card: UpliftCard) -> Listed:
    status = store.status(card.name)
    metrics = {"average": Measurement(card.average, card.average_low, card.average_high)}
    if card.tail is not None:
        metrics["qini"] = card.tail.qini
    tables, checks = store.depth_tables(card.name), store.checks(card.name)
    serving = store.depths(card.treatment) if status is Status.CHAMPION else None
    facts = {
        "treatment": card.treatment,
        "varies": card.varies,
        "learner": card.learner,
        "slope": round(card.slope, 4),
        "leftOut": card.left_out,
        "features": list(card.features),
        "depthTables": [one.number for one in tables],
        "depthTable": None if serving is None else serving.number,
        "predictionsHold": checks[-1].holds if checks else None,
    }
    return Listed(
        name=card.name,
        status=status,
        serving=status is Status.CHAMPION,
        trained_at=format_time(card.trained_at_ms) if card.trained_at_ms else None,
        window=Window(card.since_ms, card.until_ms, card.people, 0),
        lineage=card.lineage,
        metrics=metrics,
        verdict=card.verdict,
        facts=facts,
        acts=tuple(
            msgspec.structs.replace(one, version=card.name) for one in store.acts(card.name)
        ),
    )


def _measured(value: Measurement | None) -> str:
    return "" if value is None else f"{value.value:+.4f} [{value.low:+.4f}, {value.high:+.4f}]"
