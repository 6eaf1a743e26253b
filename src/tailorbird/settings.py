"""Settings: few, from `tailorbird.toml` and `TAILORBIRD_*`; the environment wins."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tailorbird.spine.errors import BadRequest


class BadSetting(BadRequest):
    """A setting cannot be understood."""

    remedy = "docs/reference/settings.md lists the settings with their types."


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set, with its default; see docs/reference/settings.md."""

    data: str = "data"
    host: str = "127.0.0.1"
    port: int = 8800
    config: str | None = None
    consent: str = "opt-out"
    origins: tuple[str, ...] = ()
    stitch_days: int = 30
    deadline_ms: int = 50
    retrain_minutes: int = 30
    train_days: int = 0
    embedding: str = "local"
    embedding_key: str | None = None
    recent_seconds: int = 20
    journal_days: int = 90
    links: str = "off"
    links_precision: float = 0.95
    demo: bool = False
    log_level: str = "info"


def read_settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:  # noqa: ANN401
    """Return the settings: defaults, then `tailorbird.toml`, then the environment, then `given`.

    Args:
        environment: the process's environment when left out.
        **given: what the command line said; None counts as not said.

    Raises:
        BadSetting: an unknown name, or a value of the wrong type.
    """
    said: dict[str, Any] = {}
    file = Path("tailorbird.toml")
    if file.exists():
        said |= tomllib.loads(file.read_text("utf-8"))
    names = {field.upper(): field for field in Settings.__struct_fields__}
    for name, value in (os.environ if environment is None else environment).items():
        if name.startswith("TAILORBIRD_") and name.removeprefix("TAILORBIRD_") in names:
            field = names[name.removeprefix("TAILORBIRD_")]
            said[field] = value.split() if field == "origins" else value
    said |= {name: value for name, value in given.items() if value is not None}
    try:
        settings = msgspec.convert(said, Settings, strict=False)
    except msgspec.ValidationError as cause:
        raise BadSetting(f"A setting is wrong: {cause}") from cause
    wrong = _wrong(settings)
    if wrong is not None:
        raise BadSetting(wrong)
    return settings


def _wrong(settings: Settings) -> str | None:
    """Return what no type says: which value is out of its range, or None."""
    if settings.consent not in {"opt-out", "opt-in"}:
        return "`consent` must be opt-out or opt-in"
    if settings.links not in {"off", "learned", "stated"}:
        return "`links` must be off, learned or stated"
    if not 0.5 <= settings.links_precision < 1:
        return "`links_precision` must be at least 0.5 and less than 1"
    if settings.journal_days < 0:
        return "`journal_days` must be 0 (for ever) or more"
    return None
